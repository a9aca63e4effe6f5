"""The main job from end to end: a tariff, a month's bills, a payment, a numbered receipt."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.calendar import Month
from guanjia.core.refusal import Refused
from guanjia.estate.tests.factories import make_unit
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.explain import explain, line_to_say
from guanjia.money.bills.models import Bill
from guanjia.money.closing.tests.factories import begin_shift
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.models import Desk, Payment
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.tariffs.actions import Price, add_item, add_tariff, assign_tariff
from guanjia.money.tariffs.rules import Basis

pytestmark = pytest.mark.django_db(transaction=True)
DECEMBER = Month.parse("2026-12")


@pytest.fixture
def office():
    community = make_community()
    cashier = make_user(community=community, role=Role.CASHIER)
    unit = make_unit(community=community, gross_area=Decimal("98.62"))
    item = add_item(community=community, name="物业服务费", by=cashier, at=MORNING)
    tariff = add_tariff(
        item=item,
        name="高层住宅",
        price=Price(Basis.GROSS_AREA, Decimal("2.40")),
        effective_from=date(2026, 1, 1),
        evidence="前期物业服务合同第五条",
        by=cashier,
        at=MORNING,
    )
    assign_tariff(unit=unit, tariff=tariff, begins_on=date(2026, 1, 1), by=cashier, at=MORNING)
    desk = Desk.objects.create(community=community, name="前台一", first_number=7444)
    begin_shift(desk, by=cashier, at=MORNING)
    return community, cashier, unit, desk


def cash(unit, bills, tendered=30000):
    total = sum(b.open_fen for b in bills)
    return Taking(
        unit_id=unit.pk,
        bill_ids=tuple(b.pk for b in bills),
        expected_fen=total,
        tenders=(Tender(Method.CASH, total, tendered_fen=tendered),),
        payer_name="张素珍",
        payer_capacity="业主",
    )


def test_a_month_is_billed_once_and_paid_once(office):
    community, cashier, unit, desk = office
    (batch,) = issue_bills(community=community, month=DECEMBER, by=cashier, at=MORNING)
    assert (batch.bill_count, batch.total_fen) == (1, 23669)
    (again,) = issue_bills(community=community, month=DECEMBER, by=cashier, at=MORNING)
    assert again.bill_count == 0

    bills = list(Bill.objects.open_of(community, [unit.pk]))
    explanation = explain(bills[0])
    assert explanation.formula == "98.62 ㎡ × 2.40"
    assert explanation.words == "每平方米每月两块四，98.62 平方米，一个月 236.69 元"
    assert "两块四" in line_to_say(bills)

    key = uuid4()
    receipt = take_payment(
        community=community, desk=desk, taking=cash(unit, bills), key=key, by=cashier, at=MORNING
    )
    replay = take_payment(
        community=community, desk=desk, taking=cash(unit, bills), key=key, by=cashier, at=MORNING
    )
    assert receipt.number == replay.number == 7444
    assert Payment.objects.filter(community=community).count() == 1
    assert not Bill.objects.open_of(community, [unit.pk])
    assert (
        sum(EntryLine.objects.filter(community=community).values_list("amount_fen", flat=True)) == 0
    )


def test_a_second_press_with_a_new_key_finds_nothing_to_pay(office):
    community, cashier, unit, desk = office
    list(issue_bills(community=community, month=DECEMBER, by=cashier, at=MORNING))
    bills = list(Bill.objects.open_of(community, [unit.pk]))
    take_payment(
        community=community,
        desk=desk,
        taking=cash(unit, bills),
        key=uuid4(),
        by=cashier,
        at=MORNING,
    )
    with pytest.raises(Refused, match="已经收过"):
        take_payment(
            community=community,
            desk=desk,
            taking=cash(unit, bills),
            key=uuid4(),
            by=cashier,
            at=MORNING,
        )
