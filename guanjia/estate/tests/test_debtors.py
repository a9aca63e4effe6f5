"""One debtor per unit and day, kept by the rules at the desk and by the database behind them."""

import contextlib
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.estate import actions
from guanjia.estate.models import Tenure, on_day
from guanjia.estate.rules import Terms
from guanjia.estate.states import Capacity, Matter, UnitStatus
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db

SPRING = date(2026, 4, 1)


@pytest.fixture
def unit():
    return make_unit(community=make_community())


@pytest.fixture
def clerk(unit):
    return make_user(community=unit.community)


def debtor(unit, day):
    rows = Tenure.objects.filter(on_day(day), community=unit.community, unit=unit, is_debtor=True)
    return rows.get().party


def begin(unit, clerk, **terms):
    party = make_party(community=unit.community)
    return actions.begin_tenure(
        unit=unit,
        party=party,
        terms=Terms(**{"begins_on": SPRING, **terms}),
        by=clerk,
        at=MORNING,
    )


def test_the_database_refuses_two_debtors_on_one_day(unit):
    make_tenure(unit=unit, begins_on=SPRING, ends_on=date(2026, 6, 30))
    with pytest.raises(IntegrityError, match="one_debtor"), transaction.atomic():
        make_tenure(unit=unit, begins_on=date(2026, 6, 30))
    make_tenure(unit=unit, begins_on=date(2026, 7, 1))  # the day after the last day is free
    make_tenure(unit=make_unit(community=unit.community), begins_on=SPRING)


def test_without_the_guard_the_overlap_would_be_taken(unit):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DROP TRIGGER one_debtor_inserted ON estate_tenure")
    make_tenure(unit=unit, begins_on=SPRING)
    make_tenure(unit=unit, begins_on=SPRING)
    assert Tenure.objects.filter(community=unit.community, is_debtor=True).count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"begins_on": SPRING, "ends_on": SPRING - timedelta(days=1)},
        {"capacity": Capacity.TENANT, "is_debtor": True},
        {"capacity": Capacity.AGENT, "ends_on": SPRING},
        {"capacity": Capacity.AGENT, "scope": [Matter.PAYMENT]},
        {"share_numerator": 1},
        {"share_denominator": 2},
        {"share_numerator": 3, "share_denominator": 2},
    ],
    ids=str,
)
def test_the_database_refuses_what_no_tenure_can_be(unit, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_tenure(unit=unit, **fields)


def test_another_communitys_party_or_unit_is_refused_by_the_database(unit):
    stranger = make_party()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_tenure(unit=unit, party=stranger)
        connection.check_constraints()
    make_tenure(unit=unit, party=make_party(community=unit.community))
    connection.check_constraints()  # the control: the same row at home is taken


def test_ownership_passes_with_the_debt_from_the_day_on(unit, clerk):
    old = make_tenure(unit=unit)
    wife = make_tenure(unit=unit, capacity=Capacity.HOUSEHOLD_MEMBER, relation="配偶")
    tenant = make_tenure(unit=unit, capacity=Capacity.TENANT)
    buyer = make_party(community=unit.community, name="李明")
    actions.transfer_ownership(unit=unit, to=buyer, on=SPRING, by=clerk, at=MORNING)
    assert debtor(unit, SPRING - timedelta(days=1)) == old.party
    assert debtor(unit, SPRING) == buyer
    wife.refresh_from_db()
    tenant.refresh_from_db()
    assert wife.ends_on == date(2026, 3, 31)
    assert tenant.ends_on is None  # a sale does not break a lease
    entry = JournalEntry.objects.get(community=unit.community, action="unit.transfer")
    assert (entry.by, entry.at, entry.subject_id) == (clerk, MORNING, unit.pk)


def test_a_unit_without_a_known_owner_can_be_given_one(unit, clerk):
    buyer = make_party(community=unit.community)
    actions.transfer_ownership(unit=unit, to=buyer, on=SPRING, by=clerk, at=MORNING)
    assert debtor(unit, SPRING) == buyer


@pytest.mark.parametrize("begins_on", [SPRING, SPRING + timedelta(days=9)])
def test_a_transfer_into_the_past_is_refused(unit, clerk, begins_on):
    make_tenure(unit=unit, begins_on=begins_on)
    with pytest.raises(Refused, match="变更日期"):
        actions.transfer_ownership(
            unit=unit, to=make_party(community=unit.community), on=SPRING, by=clerk, at=MORNING
        )


def test_the_developer_owes_until_the_day_before_handover(clerk, unit):
    unit = make_unit(community=unit.community, status=UnitStatus.UNSOLD)
    developer = make_tenure(unit=unit, capacity=Capacity.DEVELOPER, is_debtor=True)
    owner = make_party(community=unit.community)
    with pytest.raises(Refused, match="交付"):
        actions.transfer_ownership(unit=unit, to=owner, on=SPRING, by=clerk, at=MORNING)
    actions.hand_over_unit(unit=unit, to=owner, on=SPRING, by=clerk, at=MORNING)
    unit.refresh_from_db()
    assert (unit.status, unit.handed_over_on) == (UnitStatus.HANDED_OVER, SPRING)
    assert debtor(unit, SPRING - timedelta(days=1)) == developer.party
    assert debtor(unit, SPRING) == owner
    with pytest.raises(Refused):
        actions.hand_over_unit(unit=unit, to=owner, on=SPRING, by=clerk, at=MORNING)


def test_a_second_debtor_is_refused_in_words(unit, clerk):
    make_tenure(unit=unit)
    with pytest.raises(Refused, match="已有缴费责任人"):
        begin(unit, clerk, capacity=Capacity.CO_OWNER, is_debtor=True)


def test_a_debtor_ends_by_transfer_only(unit, clerk):
    with pytest.raises(Refused, match="过户"):
        actions.end_tenure(tenure=make_tenure(unit=unit), last_day=SPRING, by=clerk, at=MORNING)
    tenant = make_tenure(unit=unit, capacity=Capacity.TENANT)
    actions.end_tenure(tenure=tenant, last_day=SPRING, by=clerk, at=MORNING)
    with pytest.raises(Refused, match="期限"):
        actions.end_tenure(tenure=tenant, last_day=SPRING + timedelta(days=1), by=clerk, at=MORNING)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(st.integers(-40, 400), max_size=6), co_owner=st.booleans(), lease=st.booleans()
)
def test_after_any_chain_of_transfers_each_day_has_one_debtor(unit, clerk, days, co_owner, lease):
    """Attempts in any order, refused or not, never leave a day with two debtors nor, once owned, with none."""
    unit = make_unit(community=unit.community)
    start = date(2025, 1, 1)
    make_tenure(unit=unit, begins_on=start)
    if co_owner:
        make_tenure(unit=unit, begins_on=start, capacity=Capacity.CO_OWNER)
    if lease:
        make_tenure(unit=unit, begins_on=start, capacity=Capacity.TENANT)
    buyer = make_party(community=unit.community)
    for offset in days:
        with contextlib.suppress(Refused):
            actions.transfer_ownership(
                unit=unit, to=buyer, on=start + timedelta(days=offset), by=clerk, at=MORNING
            )
    for offset in {0, *days, *(day - 1 for day in days)}:
        day = start + timedelta(days=offset)
        held = Tenure.objects.filter(
            on_day(day), community=unit.community, unit=unit, is_debtor=True
        )
        assert held.count() == (day >= start)
