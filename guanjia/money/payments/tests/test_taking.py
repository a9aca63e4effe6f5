"""What the desk may take, whose bills, and at what cost in statements."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.estate.models import Household
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.actions import record_print
from guanjia.money.payments.models import Payment
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def household(office):
    """A dwelling and its parking space."""
    household = Household.objects.create(community=office.community, name="张素珍")
    return [office.unit(area, household=household) for area in ("98.62", "12.50")]


def statements(act) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len([query for query in queries if query["sql"] not in {"BEGIN", "COMMIT"}])


def test_a_payment_takes_at_most_twelve_statements(office, household):
    lone = office.unit()
    for month in range(1, 13):
        office.bill(f"2026-{month:02}")
    one, many = office.owed(lone)[:1], office.owed(lone)[1:]
    of_household = [bill for unit in household for bill in office.owed(unit)]
    for bills in (one, many, of_household):
        assert statements(lambda bills=bills: office.pay(bills)) <= 12
    assert Payment.objects.count() == 3


def test_a_replay_takes_two_statements_and_the_key(office):
    unit = office.unit()
    office.bill()
    bills, key = office.owed(unit), uuid4()
    office.pay(bills, key=key)
    assert statements(lambda: office.pay(bills, key=key)) <= 3


def test_a_household_pays_for_all_its_units_at_once(office, household):
    office.bill()
    bills = [bill for unit in household for bill in office.owed(unit)]
    receipt = office.pay(bills)
    assert receipt.payment.amount_fen == 23669 + 3000
    settled = EntryLine.objects.filter(entry=receipt.payment.entry, account=1122)
    assert dict(settled.values_list("unit", "amount_fen")) == {
        household[0].pk: -23669,
        household[1].pk: -3000,
    }


def test_a_strangers_bill_is_not_payable(office, household):
    stranger = office.unit(
        household=Household.objects.create(community=office.community, name="李四")
    )
    alone, neighbour = office.unit(), office.unit()
    office.bill()
    for payer, owner in ((household[0], stranger), (alone, neighbour), (alone, stranger)):
        with pytest.raises(Refused, match="已经收过"):
            office.pay(office.owed(payer) + office.owed(owner))
    assert not Payment.objects.exists()


def test_a_bill_of_another_community_is_not_there(office):
    elsewhere = make_office()
    unit = elsewhere.unit()
    elsewhere.bill()
    with pytest.raises(Refused):
        office.pay(elsewhere.owed(unit))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"bill_ids": ()}, "没有选中"),
        ({"expected_fen": 23668}, "应收金额已变为"),
        ({"tender": {"tendered_fen": 23668}}, "实收现金不足"),
        ({"tender": {"tendered_fen": None}}, "实收现金不足"),
        ({"tender": {"method": Method.POS, "reference": "  "}}, "没有填写凭证号"),
        ({"tender": {"amount_fen": 23668}}, "合计 236.68 元，与本次应收 236.69 元不同"),
    ],
)
def test_a_refusal_says_why_and_writes_nothing(office, changes, reason):
    unit = office.unit()
    office.bill()
    with pytest.raises(Refused, match=reason):
        office.pay(office.owed(unit), **changes)
    assert not Payment.objects.exists()
    assert office.pay(office.owed(unit)).number == 7444


def test_one_key_for_another_request_is_refused(office):
    unit = office.unit()
    office.bill()
    bills, key = office.owed(unit), uuid4()
    office.pay(bills, key=key)
    with pytest.raises(Refused, match="前后不一致"):
        office.pay(bills, key=key, payer_name="李四")


def test_prints_are_counted(office):
    unit = office.unit()
    office.bill()
    receipt = office.pay(office.owed(unit))
    prints = [record_print(receipt=receipt, by=office.cashier, at=MORNING).nth for _ in range(3)]
    assert prints == [1, 2, 3]
