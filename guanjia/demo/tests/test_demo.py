"""A small demonstration community, made like the large one."""

from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.demo.actions import make_demo
from guanjia.demo.layout import BLOCKS, WHOLE, Layout
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.states import Capacity
from guanjia.money.bills.models import OPEN_FEN, Bill
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.states import DiscountState
from guanjia.money.invoices.models import Invoice
from guanjia.money.payments.models import Payment, Receipt, Reversal
from guanjia.money.tariffs.models import TariffVersion
from guanjia.people.patches import gaps
from guanjia.people.states import Trade

TODAY = date(2026, 5, 20)
SMALL = Layout(BLOCKS[3:4], shops=3, spaces=8, storages=4)


def small(seed=1, months=2):
    return make_demo(seed=seed, today=TODAY, months=months, layout=SMALL)


def test_the_whole_community_has_six_hundred_units():
    places = [
        *WHOLE.dwellings(),
        *WHOLE.row_of_shops(),
        *WHOLE.parking(),
        *WHOLE.storage(),
    ]
    assert len({place.number for place in places}) == len(places) == 600


@pytest.mark.django_db(transaction=True)
def test_the_books_of_the_demo_stand_an_audit():
    community = small(months=6)
    assert community.is_demo
    call_command("ledger_audit", stdout=StringIO())  # raises where a rule is broken
    assert Unit.objects.filter(community=community).count() == 36 + 3 + 8 + 4
    bills = Bill.objects.filter(community=community)
    assert bills.values("period_first").distinct().count() == 6
    assert bills.filter(debtor=None).count() == 0
    assert Payment.objects.filter(community=community, business_date__gte=TODAY).count() == 0
    owed = bills.aggregate(owed=Sum(OPEN_FEN))["owed"]
    assert 0 < owed < bills.aggregate(all=Sum("amount_fen"))["all"] / 2
    capacities = set(Tenure.objects.filter(community=community).values_list("capacity", flat=True))
    assert {Capacity.OWNER, Capacity.DEVELOPER, Capacity.TENANT} <= capacities
    evidence = TariffVersion.objects.filter(community=community).values_list("evidence", flat=True)
    assert all(evidence)


@pytest.mark.django_db
def test_flats_on_record_as_vacant_are_charged_less_from_half_way_on():
    community = small(months=4)
    grants = DiscountGrant.objects.filter(community=community, state=DiscountState.APPROVED)
    less = Bill.objects.filter(community=community, reduced_fen__gt=0)
    assert {grant.unit_id for grant in grants} == {bill.unit_id for bill in less} != set()
    assert {bill.period_first for bill in less} == {date(2026, 4, 1), date(2026, 5, 1)}


@pytest.mark.django_db
def test_the_last_evening_shows_what_is_taken_back_and_invoiced():
    community = small(months=6)
    kinds = (
        Reversal.objects.filter(community=community).order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["void", "red"]
    invoices = Invoice.objects.filter(community=community)
    states = Counter(invoices.values_list("state", flat=True))
    assert states == {"requested": 2, "recorded": 3, "reversed": 1}
    assert set(invoices.values_list("title_kind", flat=True)) == {"person", "organisation"}


@pytest.mark.django_db
def test_every_role_is_held_and_nobody_has_a_password():
    community = small()
    roles = set(Grant.objects.filter(community=community).values_list("role", flat=True))
    assert roles == set(Role)
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.django_db
def test_the_report_of_gaps_finds_what_lacks_on_purpose():
    found = gaps(small(), TODAY)
    assert [(patch.name, trades) for patch, trades in found.lacking.items()] == [
        ("2 区", (Trade.TECHNICIAN,))
    ]
    assert not found.unmanaged
    assert len(found.units) == 2


@pytest.mark.django_db
def test_the_same_seed_tells_the_same_story():
    def story(seed):
        with transaction.atomic():
            community = small(seed)
            rows = Receipt.objects.filter(community=community).order_by("desk__prefix", "number")
            told = list(
                rows.values_list(
                    "desk__prefix",
                    "number",
                    "payment__at",
                    "payment__amount_fen",
                    "payment__payer_name",
                )
            )
            transaction.set_rollback(True)
        return told

    first = story(1)
    assert first == story(1) != story(2)


@pytest.mark.django_db
def test_nothing_is_made_beside_an_existing_community_when_asked_so():
    make_community()
    call_command("demo", if_empty=True)
    assert not Community.objects.filter(is_demo=True).exists()


@pytest.mark.django_db
def test_a_second_demo_is_refused():
    make_community(code="demo")
    with pytest.raises(CommandError, match="已经有了"):
        call_command("demo")
