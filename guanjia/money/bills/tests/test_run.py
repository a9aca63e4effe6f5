"""A run bills every cycle of its month once, whatever happened to prices and areas in between."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.tests.factories import MORNING, make_community
from guanjia.core.calendar import Month, business_date
from guanjia.core.refusal import Refused
from guanjia.money.bills.actions import cancel_bill, issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.bills.preview import Trouble, missed_before, preview_bills
from guanjia.money.ledger.models import ClosedDay
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.tariffs.actions import (
    Price,
    add_tariff,
    assign_tariff,
    end_tariff,
    publish_version,
)
from guanjia.money.tariffs.models import UnitTariff
from guanjia.money.tariffs.rules import Anchor, Basis

pytestmark = pytest.mark.django_db(transaction=True)


def price(cycle_months: int, unit_price: str = "2.40", **changes) -> Price:
    return Price(Basis.GROSS_AREA, Decimal(unit_price), cycle_months=cycle_months, **changes)


def publish(office, new: Price, effective_from: date):
    publish_version(
        tariff=office.tariff,
        price=new,
        effective_from=effective_from,
        evidence="业主大会决议",
        by=office.cashier,
        at=MORNING,
    )


def periods(unit) -> list[tuple[str, str]]:
    rows = Bill.objects.filter(community=unit.community, unit=unit).order_by("period_first")
    return [(f"{bill.period_first:%m-%d}", f"{bill.period_last:%m-%d}") for bill in rows]


def preview(office, month: str):
    (found,) = preview_bills(community=office.community, month=Month.parse(month))
    return found


def test_what_was_prepaid_stays_paid_when_the_cycle_changes():
    """From quarters to months within a quarter: its last month is not charged again."""
    office = make_office(price(3))
    unit = office.unit()
    office.bill("2026-01")
    publish(office, price(1, "2.80"), date(2026, 2, 1))
    for month in ("2026-02", "2026-03", "2026-04"):
        office.bill(month)
    assert periods(unit) == [("01-01", "03-31"), ("04-01", "04-30")]
    assert preview(office, "2026-02").troubles == {}


def test_a_cycle_that_is_billed_in_part_is_left_to_a_person():
    office = make_office(price(3, anchor=Anchor.START))
    unit = office.unit()
    UnitTariff.objects.update(begins_on=date(2026, 1, 15))
    office.bill("2026-01")
    publish(office, price(1), date(2026, 4, 1))
    assert office.bill("2026-04")[0].bill_count == 0
    assert preview(office, "2026-04").troubles == {Trouble.BILLED_IN_PART: [unit.pk]}
    office.bill("2026-05")
    assert periods(unit) == [("01-15", "04-14"), ("05-01", "05-31")]


def test_another_tariff_of_the_item_does_not_charge_the_same_days_again():
    office = make_office(price(12))
    unit = office.unit()
    office.bill("2026-01")
    assigned = UnitTariff.objects.get()
    end_tariff(assigned=assigned, ends_on=date(2026, 5, 31), by=office.cashier, at=MORNING)
    other = add_tariff(
        item=office.item,
        name="商铺",
        price=price(1, "5.00"),
        effective_from=date(2026, 1, 1),
        evidence="合同",
        by=office.cashier,
        at=MORNING,
    )
    assign_tariff(
        unit=unit, tariff=other, begins_on=date(2026, 6, 1), by=office.cashier, at=MORNING
    )
    office.bill("2026-06")
    assert periods(unit) == [("01-01", "12-31")]


def test_a_price_change_leaves_issued_bills_and_takes_the_next():
    office = make_office()
    unit = office.unit("100.00")
    office.bill("2026-11")
    publish(office, price(1, "2.80"), date(2026, 12, 1))
    for month in ("2026-11", "2026-12"):
        office.bill(month)
    assert [bill.amount_fen for bill in office.owed(unit)] == [24000, 28000]


def test_a_unit_whose_area_comes_later_gets_its_bill_then():
    office = make_office()
    unit = office.unit()
    unit.gross_area = None
    unit.save()
    assert preview(office, "2026-12").troubles[Trouble.NO_AREA] == [unit.pk]
    assert office.bill()[0].bill_count == 0
    unit.gross_area = Decimal("50.00")
    unit.save()
    assert office.bill()[0].total_fen == 12000


def test_nothing_is_billed_before_the_cut_over_day():
    office = make_office()
    office.unit()
    office.community.cut_over_on = date(2026, 12, 1)
    office.community.save()
    assert office.bill("2026-11")[0].bill_count == 0
    assert office.bill("2026-12")[0].bill_count == 1


def test_the_preview_promises_what_the_run_does():
    office = make_office(price(1, addition_fen=500))
    for area in ("98.62", "120.00", "33.33"):
        office.unit(area)
    promised = preview(office, "2026-12")
    (batch,) = office.bill("2026-12")
    assert (batch.bill_count, batch.total_fen) == (promised.bill_count, promised.total_fen)
    assert preview(office, "2026-12").bill_count == 0


def missed(office, month: str):
    found = missed_before(community=office.community, month=Month.parse(month))
    return [(str(gap.month), gap.bill_count, gap.total_fen, gap.unit_ids) for gap in found]


def test_the_preview_names_the_cycles_that_earlier_months_left_out():
    office = make_office()
    office.community.cut_over_on = date(2026, 9, 1)
    office.community.save()
    early = office.unit("100.00")
    for month in ("2026-09", "2026-11"):
        office.bill(month)
    late = office.unit("50.00")
    assert missed(office, "2026-12") == [
        ("2026-09", 1, 12000, [late.pk]),
        ("2026-10", 2, 36000, [early.pk, late.pk]),
        ("2026-11", 1, 12000, [late.pk]),
    ]
    assert missed(office, "2026-09") == []
    for month in ("2026-09", "2026-10", "2026-11"):
        office.bill(month)
    assert missed(office, "2026-12") == []


def test_a_cancelled_bill_is_missed_until_it_is_issued_again():
    office = make_office()
    office.community.cut_over_on = date(2026, 11, 1)
    office.community.save()
    unit = office.unit("100.00")
    office.bill("2026-11")
    cancel_bill(bill=office.owed(unit)[0], reason="重复", by=office.cashier, at=MORNING)
    assert missed(office, "2026-12") == [("2026-11", 1, 24000, [unit.pk])]


def test_long_cycles_and_ended_tariffs_leave_no_gap_where_none_is():
    office = make_office(price(3))
    office.community.cut_over_on = date(2026, 1, 1)
    office.community.save()
    unit = office.unit("100.00")
    assigned = UnitTariff.objects.get(unit=unit)
    end_tariff(assigned=assigned, ends_on=date(2026, 6, 30), by=office.cashier, at=MORNING)
    assert [gap[0] for gap in missed(office, "2026-12")] == ["2026-01", "2026-04"]
    office.bill("2026-01")
    assert [gap[0] for gap in missed(office, "2026-12")] == ["2026-04"]


def test_what_is_older_than_three_years_is_left_to_a_person():
    office = make_office()
    office.unit()
    found = missed(office, "2029-06")
    assert found[0][0] == "2026-06"


def test_statements_do_not_grow_with_the_units():
    def statements(office, act) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            act(office)
        return len([q for q in queries if q["sql"] not in {"BEGIN", "COMMIT"}])

    acts = (
        lambda office: preview(office, "2026-12"),
        lambda office: missed(office, "2026-12"),
        lambda office: office.bill("2026-12"),
    )
    counts = []
    for size in (10, 200):
        office = make_office()
        for _ in range(size):
            office.unit()
        counts.append([statements(office, act) for act in acts])
        assert Bill.objects.filter(community=office.community).count() == size
    small, large = counts
    assert small == large
    assert small[0] <= 5 and small[1] <= 5 and small[2] <= 8


def test_another_communitys_units_are_left_alone():
    office, other = make_office(), make_office()
    office.unit()
    other.unit()
    office.bill()
    assert Bill.objects.filter(community=other.community).count() == 0
    assert preview_bills(community=make_community(), month=Month.parse("2026-12")) == []


def test_a_longer_cycle_begins_with_what_is_left_of_it():
    """From months to quarters in February: the new price from the 1st, a part cycle up to the next quarter."""
    office = make_office(price(1))
    unit = office.unit()
    office.bill("2026-01")
    publish(office, price(3, "2.80"), date(2026, 2, 1))
    for month in ("2026-02", "2026-03", "2026-04"):
        office.bill(month)
    assert periods(unit) == [("01-01", "01-31"), ("02-01", "03-31"), ("04-01", "06-30")]
    prices = Bill.objects.filter(community=unit.community).order_by("period_first")
    assert [f"{bill.tariff_version.unit_price:.2f}" for bill in prices] == ["2.40", "2.80", "2.80"]


def test_a_month_beyond_the_coming_one_has_to_be_asked_for_expressly():
    office = make_office(price(1))
    unit = office.unit()
    with pytest.raises(Refused, match="2062年12月还早"):
        office.bill("2062-12")
    assert not periods(unit)
    run = Month.parse("2027-01")
    batches = issue_bills(community=office.community, month=run, by=None, at=MORNING, ahead=True)
    assert [batch.bill_count for batch in batches] == [1]


def test_a_closed_day_refuses_a_run_in_words():
    office = make_office(price(1))
    office.unit()
    ClosedDay.objects.create(
        community=office.community, business_date=business_date(MORNING), by=office.cashier
    )
    with pytest.raises(Refused, match="已日结"):
        office.bill("2026-11")
