"""What is taken off a bill is told by adjustments; what was a mistake is taken back and billed again."""

import random

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.money.bills.actions import cancel_bill, reduce_bill, round_off
from guanjia.money.bills.models import IS_OPEN, Adjustment, Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.ledger.models import ClosedDay, EntryLine
from guanjia.money.payments.tests.factories import make_office
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


def cancel(office, bill, reason="面积登记错了"):
    return cancel_bill(bill=bill, reason=reason, by=office.cashier, at=MORNING)


def reduce(office, bill, amount_fen, kind=AdjustmentKind.WAIVER):
    return reduce_bill(
        bill=bill, kind=kind, amount_fen=amount_fen, reason="停电", by=office.cashier, at=MORNING
    )


def balances(office):
    rows = EntryLine.objects.filter(community=office.community).values_list("account")
    return {account: fen for account, fen in rows.annotate(fen=Sum("amount_fen")) if fen}


def test_a_bill_issued_by_mistake_goes_and_its_period_is_billed_again(office):
    unit = office.unit()
    office.bill()
    (wrong,) = office.owed(unit)
    cancel(office, wrong)
    assert office.owed(unit) == []
    assert balances(office) == {}
    unit.gross_area = 50
    unit.save()
    assert office.bill()[0].bill_count == 1
    (right,) = office.owed(unit)
    assert (right.period_first, right.open_fen) == (wrong.period_first, 12_000)
    assert office.bill()[0].bill_count == 0
    row = JournalEntry.objects.get(action="bill.cancel")
    assert (row.subject, row.reason) == ("bills.adjustment", "面积登记错了")


def test_cancelling_twice_is_refused_in_words(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    cancel(office, bill)
    with pytest.raises(Refused, match="已经撤销"):
        cancel(office, bill)
    assert Adjustment.objects.count() == 1


def test_a_paid_bill_is_not_cancelled(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    office.pay([bill])
    with pytest.raises(Refused, match="先作废收据"):
        cancel(office, bill)


def test_no_reason_no_cancelling(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    with pytest.raises(TextError):
        cancel(office, bill, " \u200b")
    assert office.owed(unit) == [bill]


def test_what_is_left_after_a_waiver_is_what_is_paid(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    reduce(office, bill, 3_669)
    (bill,) = office.owed(unit)
    assert bill.open_fen == 20_000
    receipt = office.pay([bill])
    assert receipt.payment.amount_fen == 20_000
    assert office.owed(unit) == []
    assert balances(office) == {1001: 20_000, 6001: -23_669, 600101: 3_669}


@pytest.mark.parametrize("amount", [0, -1, 23_670])
def test_nothing_and_more_than_is_open_are_refused(office, amount):
    unit = office.unit()
    office.bill()
    with pytest.raises(Refused):
        reduce(office, office.owed(unit)[0], amount)


def test_money_for_others_is_owed_on_by_so_much_less(office):
    office.item.is_agency = True
    office.item.save()
    unit = office.unit()
    office.bill()
    reduce(office, office.owed(unit)[0], 669)
    assert balances(office) == {1122: 23_000, 2241: -23_000}


def test_rounding_off_leaves_whole_yuan_on_the_largest(office):
    small, large = office.unit("10.11"), office.unit()
    office.bill()
    bills = office.owed(small) + office.owed(large)
    total = sum(bill.open_fen for bill in bills)
    made = round_off(
        community=office.community,
        bill_ids=[bill.pk for bill in bills],
        expected_fen=total,
        by=office.cashier,
        at=MORNING,
    )
    assert (made.bill_id, made.amount_fen) == (office.owed(large)[0].pk, total % 100)
    with pytest.raises(Refused, match="没有可抹的零头"):
        round_off(
            community=office.community,
            bill_ids=[bill.pk for bill in bills],
            expected_fen=total - total % 100,
            by=office.cashier,
            at=MORNING,
        )


def test_rounding_off_another_sum_than_the_pages_is_refused(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    with pytest.raises(Refused, match="与页面上的"):
        round_off(
            community=office.community,
            bill_ids=[bill.pk],
            expected_fen=bill.open_fen - 1,
            by=office.cashier,
            at=MORNING,
        )


def test_a_closed_day_takes_no_adjustment(office):
    unit = office.unit()
    office.bill()
    ClosedDay.objects.create(
        community=office.community, business_date=business_date(MORNING), by=office.cashier
    )
    with pytest.raises(Refused, match="已日结"):
        cancel(office, office.owed(unit)[0])
    assert Adjustment.objects.count() == 0


def test_open_in_the_database_is_open_in_the_program(office):
    """Whatever was taken off and paid, the index's condition and the property agree."""
    chance = random.Random(20261125)  # noqa: S311 - a test's dice
    units = [office.unit(str(n)) for n in range(10, 40)]
    office.bill()
    for unit in units:
        (bill,) = office.owed(unit)
        if off := chance.choice([0, 1, bill.open_fen - 1, bill.open_fen]):
            reduce(office, bill, off)
        if chance.random() < 0.5 and (left := office.owed(unit)):
            office.pay(left)
    found = set(Bill.objects.filter(IS_OPEN, community=office.community))
    bills = Bill.objects.filter(community=office.community)
    assert found == {bill for bill in bills if bill.open_fen}
    assert 0 < len(found) < len(units)


@pytest.fixture
def bill(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    return bill


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("reduced_fen = 1", "bills_reduced_accounted"),
        ("reduced_fen = amount_fen, is_cancelled = true", "bills_reduced_accounted"),
        ("is_cancelled = true", "bills_cancelled_whole"),
        ("reduced_fen = -1", "bills_paid_within"),
        ("reduced_fen = amount_fen + 1", "bills_paid_within"),
        ("reduced_fen = amount_fen, paid_fen = 1", "bills_paid_within"),
        ("paid_fen = 1", "bills_paid_accounted"),
        ("paid_fen = amount_fen", "bills_paid_accounted"),
    ],
)
def test_the_app_login_moves_no_bill_without_a_row_that_accounts_for_it(
    bill, app_login, change, guard
):
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        app_login.execute(f"UPDATE bills_bill SET {change}")  # noqa: S608 - names of our own
    assert refused.value.diag.constraint_name == guard
    bill.refresh_from_db()
    assert bill.open_fen == bill.amount_fen


def test_an_adjustment_alone_is_refused_as_well(office, bill, app_login):
    """And the control: with the bill moved in the same statement it passes."""
    insert = (
        "INSERT INTO bills_adjustment (community_id, bill_id, kind, amount_fen, reason, entry_id)"
        " VALUES (%(community)s, %(bill)s, 'waiver', 5, '停电', %(entry)s) RETURNING id"
    )
    update = "UPDATE bills_bill SET reduced_fen = reduced_fen + 5 WHERE id = %(bill)s"
    ids = {"community": bill.community_id, "bill": bill.pk, "entry": bill.run.entry_id}
    with pytest.raises(psycopg.errors.CheckViolation, match="did not move it"):
        app_login.execute(insert, ids)
    app_login.execute(f"WITH a AS ({insert}) {update}", ids)
    bill.refresh_from_db()
    assert bill.reduced_fen == 5
    for statement in ("UPDATE bills_adjustment SET amount_fen = 1", "DELETE FROM bills_adjustment"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_login.execute(statement)


def test_a_bill_is_not_born_reduced_or_paid(office, bill, app_login):
    columns = (
        "community_id, unit_id, item_id, tariff_version_id, run_id, period_last, due_on, quantity,"
        " months, part_days, part_base, amount_fen"
    )
    for born, guard in (("1, 0", "bills_reduced_accounted"), ("0, 1", "bills_paid_accounted")):
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            app_login.execute(
                f"INSERT INTO bills_bill ({columns}, period_first, reduced_fen, paid_fen)"  # noqa: S608 - names of our own
                f" SELECT {columns}, period_last, {born} FROM bills_bill"
            )
        assert refused.value.diag.constraint_name == guard


def test_no_other_column_of_an_issued_bill_moves_even_for_the_owner(bill):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for column in ("amount_fen = amount_fen + 1", "debtor_id = NULL", "quantity = 98.620"):
            with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
                cursor.execute(
                    f"UPDATE bills_bill SET due_on = due_on + 1, {column}"  # noqa: S608 - names of our own
                )
