"""A run takes approved discounts off its bills, each a line of its own, rounded once, for the days that are covered."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.calendar import Month
from guanjia.core.refusal import Refused
from guanjia.money.audit.checks import audit
from guanjia.money.bills.actions import cancel_bill, discount_issued, issue_bills, reduce_bill
from guanjia.money.bills.backdating import backdated
from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Adjustment, Bill, BillRun
from guanjia.money.bills.preview import preview_bills
from guanjia.money.bills.reads import adjustments_of
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.discounts.actions import end
from guanjia.money.discounts.rules import DiscountKind, Share
from guanjia.money.discounts.tests.factories import a_rule, agree, ask, draft, granted
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.tariffs.actions import Price
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)

DECEMBER, NEW_YEARS_EVE = date(2026, 12, 1), date(2026, 12, 31)
FEE = 23_669  # 98.62 m² at 2.40 yuan
THIRTY = 7_101  # 7,100.7


@pytest.fixture
def office(transactional_db):
    return make_office()


def bill_of(unit):
    return Bill.objects.select_related("tariff_version__tariff", "item").get(
        community=unit.community, unit=unit
    )


def offs(unit):
    rows = Adjustment.objects.filter(community=unit.community, bill__unit=unit).order_by("pk")
    return [(row.kind, row.amount_fen, row.reason) for row in rows]


def balances(office):
    rows = EntryLine.objects.filter(community=office.community).values_list("account")
    return {account: fen for account, fen in rows.annotate(fen=Sum("amount_fen")) if fen}


def clean():
    return [verdict.check.name for verdict in audit(None) if verdict.count] == []


def test_the_bill_keeps_its_price_and_the_discount_is_a_line_of_its_own(office):
    vacant, lived_in = office.unit(), office.unit()
    grant = granted(a_rule(office), vacant, DECEMBER)
    (batch,) = office.bill()
    assert (batch.bill_count, batch.total_fen, batch.reduced_fen) == (2, 2 * FEE, THIRTY)
    bill = bill_of(vacant)
    assert (bill.amount_fen, bill.reduced_fen, bill.open_fen) == (FEE, THIRTY, FEE - THIRTY)
    assert offs(vacant) == [("vacancy", THIRTY, "空置减免（按 30%）")]
    assert offs(lived_in) == []
    assert balances(office) == {1122: 2 * FEE - THIRTY, 6001: -2 * FEE, 600101: THIRTY}
    row = Adjustment.objects.get()
    assert (row.grant, row.approved_by) == (grant, grant.decided_by)
    assert row.entry_id == BillRun.objects.get().entry_id
    told = JournalEntry.objects.get(action="bills.issue").after
    assert told
    assert told["reduced_fen"] == THIRTY
    assert clean()


def test_the_clerk_reads_out_what_was_taken_off_and_why(office):
    unit = office.unit()
    granted(a_rule(office), unit, DECEMBER)
    office.bill()
    bill = bill_of(unit)
    why = explain(bill, adjustments_of([bill])[bill.pk])
    assert why.formula == "98.62 ㎡ × 2.40 − 71.01"
    assert why.words.endswith("236.69 元；空置减免（按 30%），减 71.01 元，应缴 165.68 元")


def test_running_again_takes_nothing_off_twice(office):
    unit = office.unit()
    granted(a_rule(office), unit, DECEMBER)
    office.bill()
    assert office.bill()[0].bill_count == 0
    assert Adjustment.objects.count() == 1


def test_the_preview_promises_what_the_run_does(office):
    for area in ("98.62", "120.00", "33.33"):
        granted(a_rule(office, name=f"空置 {area}"), office.unit(area), DECEMBER)
    (promised,) = preview_bills(community=office.community, month=Month.parse("2026-12"))
    (batch,) = office.bill()
    assert (promised.total_fen, promised.reduced_fen) == (batch.total_fen, batch.reduced_fen)
    assert promised.reduced_count == 3
    (after,) = preview_bills(community=office.community, month=Month.parse("2026-12"))
    assert (after.reduced_fen, after.reduced_count) == (0, 0)


@pytest.mark.parametrize(
    ("begins", "ends", "fen", "words"),
    [
        (date(2026, 12, 17), None, 3_436, "2026-12-17 至 2026-12-31 计 15/31 个月"),
        (date(2026, 11, 5), date(2026, 12, 10), 2_291, "2026-12-01 至 2026-12-10 计 10/31 个月"),
    ],
)
def test_part_of_a_month_counts_by_its_days(office, begins, ends, fen, words):
    unit = office.unit()
    granted(a_rule(office), unit, begins, ends)
    office.bill()
    assert offs(unit) == [("vacancy", fen, f"空置减免（按 30%，{words}）")]
    assert clean()


def test_a_month_of_thirty_days_counts_so_for_the_discount_too():
    office = make_office(Price(Basis.GROSS_AREA, Decimal("2.40"), part_month=PartMonth.THIRTY_DAYS))
    unit = office.unit()
    granted(a_rule(office), unit, date(2026, 12, 17))
    office.bill()
    assert offs(unit)[0][1:] == (
        3_550,
        "空置减免（按 30%，2026-12-17 至 2026-12-31 计 1/2 个月）",
    )
    assert clean()


def test_one_month_of_a_quarter_is_a_third_of_it():
    office = make_office(
        Price(Basis.GROSS_AREA, Decimal("2.40"), cycle_months=3, anchor=Anchor.CALENDAR)
    )
    unit = office.unit("100.00")
    granted(a_rule(office), unit, date(2026, 11, 1), date(2026, 11, 30))
    office.bill("2026-10")
    assert offs(unit) == [
        ("vacancy", 7_200, "空置减免（按 30%，2026-11-01 至 2026-11-30 计 1 个月）")
    ]
    assert clean()


def test_so_much_a_month_is_taken_off_for_each_month(office):
    unit = office.unit()
    rule = a_rule(office, kind=DiscountKind.OTHER, name="员工优惠", share=Share(None, 50_00))
    granted(rule, unit, date(2026, 12, 17))
    office.bill()
    assert offs(unit) == [
        ("discount", 24_19, "员工优惠（每月 50.00 元，2026-12-17 至 2026-12-31 计 15/31 个月）")
    ]
    assert clean()


def test_two_rules_together_never_take_off_more_than_the_bill(office):
    unit = office.unit()
    granted(a_rule(office, share=Share(7_000, None)), unit, DECEMBER)
    other = a_rule(office, kind=DiscountKind.OTHER, name="优惠", share=Share(5_000, None))
    granted(other, unit, DECEMBER)
    office.bill()
    assert [fen for _, fen, _ in offs(unit)] == [16_568, FEE - 16_568]
    assert office.owed(unit) == []
    assert clean()


def test_more_a_month_than_the_bill_leaves_nothing_owed(office):
    unit = office.unit()
    rule = a_rule(office, kind=DiscountKind.OTHER, name="优惠", share=Share(None, 900_00))
    granted(rule, unit, DECEMBER)
    office.bill()
    assert bill_of(unit).open_fen == 0
    assert clean()


def test_of_money_collected_for_others_so_much_less_is_owed_on(office):
    office.item.is_agency = True
    office.item.save()
    unit = office.unit()
    granted(a_rule(office), unit, DECEMBER)
    office.bill()
    assert balances(office) == {1122: FEE - THIRTY, 2241: THIRTY - FEE}
    assert clean()


def test_what_is_not_approved_or_not_for_this_takes_nothing_off(office):
    unit = office.unit()
    rule = a_rule(office)
    ask(rule, unit, DECEMBER)  # waits
    granted(rule, office.unit(), date(2027, 1, 1))  # later
    office.bill()
    assert not Adjustment.objects.exists()


def test_a_rule_that_ended_takes_nothing_off_afterwards(office):
    unit = office.unit()
    rule = a_rule(office)
    granted(rule, unit, date(2026, 1, 1))
    boss = make_user(community=office.community, role=Role.DIRECTOR)
    end(asked=rule, last=date(2026, 11, 30), reason="办法已废止", by=boss, at=MORNING)
    office.bill("2026-11")
    office.bill("2026-12")
    assert [row.bill.period_first for row in Adjustment.objects.select_related("bill")] == [
        date(2026, 11, 1)
    ]
    assert clean()


def test_a_discounted_bill_that_was_a_mistake_goes_and_is_issued_again(office):
    unit = office.unit()
    granted(a_rule(office), unit, DECEMBER)
    office.bill()
    cancel_bill(bill=bill_of(unit), reason="面积错了", by=office.cashier, at=MORNING)
    office.bill()
    assert [bill.open_fen for bill in office.owed(unit)] == [FEE - THIRTY]
    assert clean()


def test_a_discount_without_a_grant_is_refused_in_words(office):
    unit = office.unit()
    office.bill()
    for kind in (AdjustmentKind.DISCOUNT, AdjustmentKind.VACANCY):
        with pytest.raises(Refused, match="批准的减免"):
            reduce_bill(
                bill=bill_of(unit),
                kind=kind,
                amount_fen=1,
                reason="空置",
                by=office.cashier,
                at=MORNING,
            )


_BY_HAND = """
WITH adjusted AS (
    INSERT INTO bills_adjustment (community_id, bill_id, kind, amount_fen, reason, grant_id, covered_first, covered_last,
        approved_by_id, entry_id)
    SELECT b.community_id, b.id, 'vacancy', 5, '空置', g.id, {first}, {last}, {approver}, r.entry_id
    FROM bills_bill b JOIN bills_billrun r ON r.id = b.run_id, discounts_discountgrant g
    WHERE b.unit_id = {unit} RETURNING id
)
UPDATE bills_bill b SET reduced_fen = 5 WHERE b.unit_id = {unit}
"""


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "%(other)s"},
        {"first": "DATE '2026-11-30'"},
        {"last": "DATE '2026-12-31'"},
        {"approver": "%(cashier)s"},
    ],
)
def test_where_nobody_looked_the_database_wants_a_grant_that_fits(office, wrong):
    right = {
        "unit": "%(unit)s",
        "first": "DATE '2026-12-01'",
        "last": "DATE '2026-12-20'",
        "approver": "g.decided_by_id",
    }
    unit, other = office.unit(), office.unit()
    office.bill()
    granted(a_rule(office), unit, DECEMBER, date(2026, 12, 20))
    values = {"unit": unit.pk, "other": other.pk, "cashier": office.cashier.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_HAND.format(**right), values)
        transaction.set_rollback(True)
    with (
        pytest.raises(IntegrityError, match="rests on no grant"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(_BY_HAND.format(**right | wrong), values)


def test_a_run_without_discounts_looks_for_them_once(office):
    office.unit()
    draft(office)
    month = Month.parse("2026-12")
    with CaptureQueriesContext(connection) as queries:
        list(issue_bills(community=office.community, month=month, by=None, at=MORNING))
    told = [query["sql"] for query in queries if "discounts_" in query["sql"]]
    assert len(told) == 1
    assert "FOR SHARE" in told[0]


def backdate(grant, expected_fen, by):
    return discount_issued(grant=grant, expected_fen=expected_fen, by=by, at=MORNING)


def test_bills_issued_before_the_approval_are_reduced_once_as_far_as_they_are_unpaid(office):
    unit = office.unit()
    for month in ("2026-09", "2026-10", "2026-11"):
        office.bill(month)
    first, second, _ = office.owed(unit)
    office.pay([first])
    part = second.open_fen - 1_000
    tender = {"amount_fen": part, "tendered_fen": part}
    office.pay([second], settle_fen=part, tender=tender)
    grant = granted(a_rule(office), unit, date(2026, 9, 1))
    assert [(row.due_fen, row.off_fen, row.late_fen) for row in backdated(grant)] == [
        (THIRTY, 0, THIRTY),
        (THIRTY, 1_000, THIRTY - 1_000),
        (THIRTY, THIRTY, 0),
    ]
    with pytest.raises(Refused, match=r"已变为 81\.01 元"):
        backdate(grant, THIRTY, office.cashier)
    made = backdate(grant, THIRTY + 1_000, office.cashier)
    assert [(row.amount_fen, row.grant, row.approved_by) for row in made] == [
        (1_000, grant, grant.decided_by),
        (THIRTY, grant, grant.decided_by),
    ]
    assert [bill.open_fen for bill in office.owed(unit)] == [FEE - THIRTY]
    with pytest.raises(Refused, match="没有可以补减的账单"):
        backdate(grant, THIRTY + 1_000, office.cashier)
    office.bill("2026-12")
    assert clean()


def test_an_older_grant_approved_later_leaves_the_audit_in_peace(office):
    unit = office.unit()
    older = ask(a_rule(office), unit, DECEMBER)
    other = a_rule(office, kind=DiscountKind.OTHER, name="优惠", share=Share(1_000, None))
    granted(other, unit, DECEMBER)
    office.bill()
    backdate(agree(older), THIRTY, office.cashier)
    assert bill_of(unit).reduced_fen == THIRTY + 2_367
    assert clean()


def test_what_waits_or_is_another_units_takes_nothing_off_issued_bills(office):
    unit, other = office.unit(), office.unit()
    office.bill()
    rule = a_rule(office)
    assert backdated(ask(rule, unit, DECEMBER)) == []
    assert [row.bill.unit for row in backdated(granted(rule, other, DECEMBER))] == [other]
    assert backdated(granted(rule, office.unit(), date(2027, 1, 1))) == []
