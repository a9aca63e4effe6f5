"""Lift fees by floor, prices by the customer's tier, one price a household: each bill keeps what it went by."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import Month
from guanjia.estate.actions import leave_household, link_household
from guanjia.money.bills.explain import explain, line_to_say
from guanjia.money.bills.models import Bill
from guanjia.money.bills.preview import Trouble, preview_bills
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.tariffs.actions import Price, publish_version
from guanjia.money.tariffs.models import UnitTariff
from guanjia.money.tariffs.rules import Basis
from guanjia.money.tariffs.steps import read_steps

pytestmark = pytest.mark.django_db(transaction=True)
LIFT = "1层及以下 0\n2-6层 30\n7层及以上 45"
TIERS = "居民 2.40\n商户 5"


def office_of(basis=Basis.FIXED, steps="", price="0"):
    return make_office(Price(basis, Decimal(price), steps=read_steps(steps)))


def unit(office, **facts):
    made = office.unit("100.00")
    for name, value in facts.items():
        setattr(made, name, value)
    made.save()
    return made


def troubles(office, month="2026-11"):
    (found,) = preview_bills(community=office.community, month=Month.parse(month))
    return {why: ids for why, ids in found.troubles.items() if why is not Trouble.NO_DEBTOR}


def bills(office):
    return Bill.objects.filter(community=office.community).order_by("unit", "period_first")


def test_a_lift_fee_goes_by_floor_and_ground_floors_pay_none():
    office = office_of(steps=LIFT)
    for floor in (-1, 1, 6, 12):
        unit(office, floor=floor)
    assert troubles(office) == {}
    assert office.bill("2026-11")[0].bill_count == 2
    low, high = bills(office)
    assert (low.amount_fen, low.floor, high.amount_fen, high.floor) == (3000, 6, 4500, 12)
    why = explain(high)
    assert (why.formula, why.words) == ("45.00", "12 层（7层及以上）每月四十五块，一个月 45.00 元")
    assert line_to_say([high]).startswith("物业服务费：12 层（7层及以上）每月四十五块")


def test_a_price_a_square_metre_may_go_by_floor_too():
    office = office_of(Basis.GROSS_AREA, "1-6层 0.30\n7层以上 0.45")
    unit(office, floor=9)
    office.bill("2026-11")
    (bill,) = bills(office)
    why = explain(bill)
    assert why.formula == "100.00 ㎡ × 0.45"
    assert why.words == "9 层（7层及以上）每平方米每月四毛五，100.00 平方米，一个月 45.00 元"


def test_a_units_tier_is_what_was_said_else_what_its_kind_is_taken_for():
    office = office_of(Basis.GROSS_AREA, TIERS)
    for facts in (
        {},
        {"kind": "shop"},
        {"customer_tier": "merchant"},
        {"kind": "shop", "customer_tier": "resident"},
    ):
        unit(office, **facts)
    office.bill("2026-11")
    assert [(bill.tier, bill.amount_fen) for bill in bills(office)] == [
        ("resident", 24000), ("merchant", 50000), ("merchant", 50000), ("resident", 24000),
    ]  # fmt: skip
    assert (
        explain(bills(office)[1]).words == "按商户每平方米每月五块，100.00 平方米，一个月 500.00 元"
    )


def test_what_a_bill_went_by_stays_when_the_unit_changes():
    office = office_of(steps=LIFT)
    one = unit(office, floor=12)
    office.bill("2026-11")
    one.floor = 3
    one.save()
    assert explain(bills(office)[0]).words.startswith("12 层")
    office.bill("2026-12")
    assert [bill.amount_fen for bill in bills(office)] == [4500, 3000]


def test_the_preview_names_who_has_no_floor_no_tier_or_no_price():
    office = office_of(steps="1-6层 30")
    nowhere, above = unit(office, floor=None), unit(office, floor=9)
    assert troubles(office) == {Trouble.NO_FLOOR: [nowhere.pk], Trouble.NO_STEP: [above.pk]}
    assert office.bill("2026-11")[0].bill_count == 0
    office = office_of(steps="居民 30")
    garage, shop = unit(office, kind="parking_space"), unit(office, kind="shop")
    assert troubles(office) == {Trouble.NO_TIER: [garage.pk], Trouble.NO_STEP: [shop.pk]}


@pytest.fixture
def household(transactional_db):
    """A household of three under one price, and a unit by itself."""
    office = office_of(Basis.HOUSEHOLD, price="80")
    main, *others, alone = (unit(office) for _ in range(4))
    link_household(main=main, others=others, by=office.cashier, at=MORNING)
    return office, main, others, alone


def test_a_household_has_one_bill_whatever_it_joins(household):
    office, main, _, alone = household
    assert troubles(office) == {}
    assert office.bill("2026-11")[0].bill_count == 2
    assert office.bill("2026-11")[0].bill_count == 0
    first, second = bills(office)
    main.refresh_from_db()
    assert (first.unit_id, first.household_id) == (main.pk, main.household_id)
    assert (second.unit_id, second.household_id) == (alone.pk, None)
    assert explain(first).words == "一户一价，每月八十块，一个月 80.00 元"


def test_a_unit_that_leaves_is_charged_from_then_on_by_itself(household):
    office, _, others, _ = household
    office.bill("2026-11")
    leave_household(unit=others[0], by=office.cashier, at=MORNING)
    assert office.bill("2026-12")[0].bill_count == 3


def test_another_main_unit_does_not_charge_the_household_again(household):
    office, main, others, _ = household
    office.bill("2026-11")
    type(main).objects.filter(pk=main.pk).update(leads_household=False)
    type(main).objects.filter(pk=others[0].pk).update(leads_household=True)
    assert office.bill("2026-11")[0].bill_count == 0


def test_a_household_whose_main_unit_has_no_such_price_is_named(household):
    office, main, others, alone = household
    UnitTariff.objects.filter(unit=main.pk).delete()
    assert troubles(office) == {Trouble.NO_MAIN: [other.pk for other in others]}
    assert office.bill("2026-11")[0].bill_count == 1
    assert bills(office)[0].unit_id == alone.pk


def test_the_database_keeps_one_bill_a_household(household):
    office, _, others, _ = household
    office.bill("2026-11")
    again = bills(office)[0]
    again.pk, again.unit = None, others[0]
    with pytest.raises(IntegrityError, match="bills_bill_once_a_household"), transaction.atomic():
        again.save(force_insert=True)
    again.household = None  # the control: another unit by itself may have one
    again.save(force_insert=True)


def test_a_table_may_take_the_place_of_one_price_and_issued_bills_stay():
    office = office_of(price="20")
    unit(office, floor=9)
    office.bill("2026-11")
    publish_version(
        tariff=office.tariff,
        price=Price(Basis.FIXED, Decimal(0), steps=read_steps(LIFT)),
        effective_from=date(2026, 12, 1),
        evidence="业主大会决议",
        by=office.cashier,
        at=MORNING,
    )
    office.bill("2026-12")
    assert [(bill.amount_fen, bill.floor) for bill in bills(office)] == [(2000, None), (4500, 9)]
    assert line_to_say(list(bills(office))) == (
        "物业服务费每月二十块，2026年12月起四十五块，2 笔一共 65 元。"
    )
