"""A receipt taken back: its number stays, its bills are owed again, its money goes out where it is given back."""

from datetime import timedelta

import pytest

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.money.audit.checks import audit
from guanjia.money.ledger.models import ClosedDay, EntryLine, Link
from guanjia.money.payments.models import Desk, Reversal
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db
NEXT_DAY = MORNING + timedelta(days=1)


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def receipt(office):
    unit = office.unit()
    office.bill()
    return office.pay(office.owed(unit))


def clean(office) -> bool:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count] == []


def test_a_void_owes_the_bills_again_and_keeps_the_number(office, receipt):
    reversal = office.take_back(receipt)
    assert (reversal.kind, reversal.entry.reverses) == ("void", receipt.payment.entry)
    (bill,) = office.owed(receipt.payment.unit)
    assert bill.open_fen == bill.amount_fen
    assert office.pay([bill]).number == receipt.number + 1
    assert clean(office)


def test_the_mirror_undoes_every_line(office, receipt):
    office.take_back(receipt)
    lines = EntryLine.objects.filter(community=office.community, account__in=[1001, 1122])
    assert sum(lines.filter(account=1001).values_list("amount_fen", flat=True)) == 0


def test_a_day_later_it_is_red_and_posts_to_that_day(office, receipt):
    ClosedDay.objects.create(
        community=office.community, business_date=MORNING.date(), by=office.cashier
    )
    reversal = office.take_back(receipt, at=NEXT_DAY)
    assert (reversal.kind, reversal.business_date) == ("red", NEXT_DAY.date())
    assert clean(office)


def test_the_money_goes_out_at_the_desk_that_gives_it_back(office, receipt):
    other = Desk.objects.create(community=office.community, name="前台二", prefix="B")
    reversal = office.take_back(receipt, desk=other)
    assert Link.objects.get(entry=reversal.entry).series == other.series


def test_a_receipt_is_taken_back_once(office, receipt):
    office.take_back(receipt)
    with pytest.raises(Refused, match="已经作废或红冲过"):
        office.take_back(receipt)
    assert Reversal.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "rights", "why"),
    [
        (MORNING, {"may_void": False}, "没有作废收据的权限"),
        (NEXT_DAY, {"may_red": False}, "不能作废，只能红冲"),
    ],
)
def test_each_kind_has_its_permission(office, receipt, at, rights, why):
    with pytest.raises(Refused, match=why):
        office.take_back(receipt, at=at, **rights)
    assert not Reversal.objects.exists()


def test_who_took_the_money_does_not_reverse_it_later(office, receipt):
    with pytest.raises(Refused, match="您自己收的"):
        office.take_back(receipt, at=NEXT_DAY, by=office.cashier)
    assert not Reversal.objects.exists()


def test_a_reason_is_needed(office, receipt):
    with pytest.raises(TextError):
        office.take_back(receipt, reason="  ")


def test_on_a_closed_day_nothing_is_taken_back(office, receipt):
    ClosedDay.objects.create(
        community=office.community, business_date=MORNING.date(), by=office.cashier
    )
    with pytest.raises(Refused, match="已日结"):
        office.take_back(receipt)
    assert office.owed(receipt.payment.unit) == []
