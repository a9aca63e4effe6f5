"""What an office brings along is posted once, signed by two, and taken back only while nothing was paid on it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.money.audit.checks import audit
from guanjia.money.bills.actions import cancel_bill, reduce_bill
from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Bill, Opening
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.rules import MovementKind
from guanjia.money.deposits.tests.factories import draw
from guanjia.money.ledger.models import ClosedDay, Entry, EntryLine
from guanjia.money.opening.actions import post_opening, sign_opening
from guanjia.money.opening.balances import Book, Prepaid
from guanjia.money.opening.models import Signature, Withdrawal, state
from guanjia.money.opening.states import OpeningState, Part
from guanjia.money.opening.tests.factories import (
    CUT_OVER,
    arrear,
    balances,
    going_live,
    held,
    make_reviewer,
    post,
    posted,
)
from guanjia.money.opening.withdrawing import withdraw_opening
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import cash_for
from guanjia.money.prepayments.models import Movement, Prepayment
from guanjia.money.tariffs.actions import add_item
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def broken():
    return {verdict.check.name for verdict in audit(None) if verdict.count}


def sums(entry):
    rows = EntryLine.objects.filter(entry=entry).values_list("account").annotate(Sum("amount_fen"))
    return {account: int(fen) for account, fen in rows}


@pytest.fixture
def office():
    return going_live()


@pytest.fixture
def unit(office):
    return office.unit()


def withdraw(office, opening, **words):
    told = {"reason": "表填错了", "by": office.cashier, "at": MORNING, **words}
    return withdraw_opening(opening=opening, **told)


def sign(opening, part, by):
    return sign_opening(opening=opening, part=part, by=by, at=MORNING)


def test_deposits_are_owed_back_and_taken_back_with_the_rest(office, unit):
    made = post(
        office, balances(arrear(unit, office.item), deposits=(held(unit), held(unit, 2_000)))
    )
    assert sums(made.opening.entry) == {1122: 20_000, 4104: 132_000, 224101: -152_000}
    assert (made.opening.deposit_count, made.opening.deposits_fen) == (2, 152_000)
    assert broken() == set()
    withdraw(office, made.opening)
    assert list(HeldDeposit.objects.values_list("balance_fen", flat=True)) == [0, 0]
    assert broken() == set()


def test_one_that_was_given_back_in_part_keeps_the_opening(office, unit):
    opening = posted(office, unit)
    draw(office, HeldDeposit.objects.get(), {MovementKind.REFUNDED: 50_000})
    with pytest.raises(Refused, match="1 笔押金已退掉"):
        withdraw(office, opening)


def test_it_posts_by_one_entry_on_the_cut_over_day(office, unit):
    water = add_item(
        community=office.community, name="水费", is_agency=True, by=office.cashier, at=MORNING
    )
    rows = (arrear(unit, office.item), arrear(unit, water, amount_fen=300, paid_before_fen=0))
    made = post(office, balances(*rows, prepaid=(Prepaid(unit.pk, None, 8_000),)))
    opening = made.opening
    assert (made.is_new, opening.entry.business_date) == (True, CUT_OVER)
    assert sums(opening.entry) == {1122: 20_300, 2203: -8_000, 2241: -300, 4104: -12_000}
    assert (opening.bill_count, opening.bills_fen, opening.prepaid_fen) == (2, 20_300, 8_000)
    assert Prepayment.objects.get(community=office.community).balance_fen == 8_000
    assert JournalEntry.objects.filter(action="opening.post", subject_id=opening.pk).count() == 1
    assert broken() == set()


def test_the_same_figures_again_change_nothing_and_others_are_refused(office, unit):
    brought = balances(arrear(unit, office.item))
    first = post(office, brought)
    again = post(office, brought, file_name="另存一份.xlsx")
    assert (again.opening, again.is_new) == (first.opening, False)
    assert Entry.objects.filter(community=office.community).count() == 1
    with pytest.raises(Refused, match="已有另一份期初数"):
        post(office, balances(arrear(unit, office.item, month=9)))


def test_it_can_be_paid_like_any_bill_and_says_what_was_paid_before(office, unit):
    post(office, balances(arrear(unit, office.item)))
    (bill,) = office.owed(unit)
    told = explain(bill)
    assert told.formula == "250.00 - 50.00"
    assert "启用前已收 50.00 元" in told.words
    office.pay([bill])
    assert office.owed(unit) == []
    assert broken() == set()


def test_a_run_leaves_out_what_the_opening_covers_and_nothing_before_the_cut_over(office, unit):
    other = office.unit()
    reaching = arrear(unit, office.item, last=date(2026, 11, 15))
    post(office, balances(reaching))
    (october,) = office.bill("2026-10")
    assert october.bill_count == 0
    (november,) = office.bill("2026-11")
    assert november.bill_count == 1
    assert {bill.unit_id for bill in Bill.objects.filter(run__isnull=False)} == {other.pk}
    assert broken() == set()


def test_the_control_a_charge_of_the_desk_holds_no_run_back(office, unit):
    office.charge(unit)
    assert [batch.bill_count for batch in office.bill("2026-11")] == [1, 0]


def test_what_a_run_has_billed_is_refused(office, unit):
    office.bill("2026-11")
    row = arrear(unit, office.item, last=date(2026, 11, 15))
    with pytest.raises(Refused, match="刚被出账"):
        post(office, balances(row))


def test_bills_of_runs_before_the_cut_over_day_are_refused(office, unit):
    office.bill("2026-11")
    office.community.cut_over_on = date(2026, 11, 20)
    with pytest.raises(Refused, match="启用日之前的账期已有 1 张账单"):
        post(office, balances(arrear(unit, office.item, month=9)))


@pytest.mark.parametrize(
    ("day", "reason"), [(None, "还没有定启用日"), (date(2026, 11, 24), "还没到")]
)
def test_without_a_cut_over_day_behind_it_nothing_is_posted(office, unit, day, reason):
    office.community.cut_over_on = day
    with pytest.raises(Refused, match=reason):
        post(office, balances(arrear(unit, office.item)))


def test_a_closed_cut_over_day_takes_no_entry_so_today_does(office, unit):
    ClosedDay.objects.create(community=office.community, business_date=CUT_OVER, by=office.cashier)
    opening = post(office, balances(arrear(unit, office.item))).opening
    assert opening.entry.business_date == date(2026, 11, 23)
    assert broken() == set()


def test_a_book_begins_at_its_next_number_while_it_is_unused(office, unit):
    moved = balances(books=(Book(office.desk.pk, "B", 9_000),))
    opening = post(office, moved).opening
    assert opening.entry is None
    office.desk.refresh_from_db()
    assert (office.desk.prefix, office.desk.first_number) == ("B", 9_000)
    bill = office.charge(unit)
    assert office.pay([bill]).number == 9_000
    assert broken() == set()


def test_a_book_in_use_is_left_alone(office, unit):
    office.pay([office.charge(unit)])
    with pytest.raises(Refused, match="刚开过收据"):
        post(office, balances(books=(Book(office.desk.pk, "", 9_000),)))
    assert Desk.objects.get(pk=office.desk.pk).first_number == 7_444
    assert not Opening.objects.filter(community=office.community).exists()
    goes_on = post(office, balances(books=(Book(office.desk.pk, "", 7_445),)))
    assert goes_on.is_new


def test_taking_it_back_leaves_nothing_owed_and_the_periods_free(office, unit):
    opening = posted(office, unit)
    withdrawal = withdraw(office, opening)
    assert sums(opening.entry) == {k: -v for k, v in sums(withdrawal.entry).items()}
    assert office.owed(unit) == []
    assert Prepayment.objects.get(community=office.community).balance_fen == 0
    assert state(opening) is OpeningState.WITHDRAWN
    assert broken() == set()
    assert post(office, balances(arrear(unit, office.item))).is_new
    assert broken() == set()
    with pytest.raises(Refused, match="已经撤回"):
        withdraw(office, opening)
    with pytest.raises(Refused, match="已经撤回"):
        sign(opening, Part.PREPARED, office.cashier)


def test_the_figures_that_were_taken_back_may_come_again(office, unit):
    brought = balances(arrear(unit, office.item))
    withdraw(office, post(office, brought).opening)
    assert post(office, brought).is_new


def test_it_stays_once_something_was_paid_on_it(office, unit):
    opening = posted(office, unit)
    receipt = office.pay(office.owed(unit))
    with pytest.raises(Refused, match="1 笔期初欠费已收过款"):
        withdraw(office, opening)
    office.take_back(receipt)
    assert withdraw(office, opening)
    assert broken() == set()


def test_it_stays_once_its_prepayment_was_drawn(office, unit):
    opening = posted(office, unit)
    bill = office.charge(unit, unit_price="30")
    taking = cash_for([bill])
    tender = replace(taking.tenders[0], method=Method.PREPAYMENT, tendered_fen=None)
    office.take(replace(taking, tenders=(tender,)))
    with pytest.raises(Refused, match="1 份预存已被用过"):
        withdraw(office, opening)


def test_it_stays_once_something_was_taken_off_by_hand(office, unit):
    opening = posted(office, unit)
    (bill,) = office.owed(unit)
    words = {"reason": "前期漏水", "by": office.cashier, "at": MORNING}
    reduce_bill(bill=bill, kind=AdjustmentKind.WAIVER, amount_fen=100, **words)
    assert broken() == set()
    with pytest.raises(Refused, match="已有减免或撤销"):
        withdraw(office, opening)


def test_an_arrear_brought_along_by_mistake_goes_back_to_the_opening_equity(office, unit):
    posted(office, unit)
    (bill,) = office.owed(unit)
    made = cancel_bill(bill=bill, reason="已缴过", by=office.cashier, at=MORNING)
    assert sums(made.entry) == {1122: -20_000, 4104: 20_000}
    assert broken() == set()


def test_taking_back_needs_a_reason(office, unit):
    with pytest.raises(TextError):
        withdraw(office, posted(office, unit), reason=" ")


def test_two_people_sign_in_turn_and_then_it_is_sealed(office, unit):
    opening, director = posted(office, unit), make_reviewer(office)
    with pytest.raises(Refused, match="制表人还没有签字"):
        sign(opening, Part.REVIEWED, director)
    sign(opening, Part.PREPARED, office.cashier)
    with pytest.raises(Refused, match="不能是同一个人"):
        sign(opening, Part.REVIEWED, office.cashier)
    with pytest.raises(Refused, match="已经签过"):
        sign(opening, Part.PREPARED, director)
    sign(opening, Part.REVIEWED, director)
    assert state(opening) is OpeningState.SEALED
    with pytest.raises(Refused, match="已复核封账"):
        withdraw(office, opening)
    assert broken() == set()


def test_the_database_keeps_two_people_and_what_is_sealed(office, unit):
    opening = posted(office, unit)
    of = {"community": office.community, "opening": opening}
    Signature.objects.create(**of, part=Part.PREPARED, by=office.cashier)
    for wrong in (
        lambda: Signature.objects.create(**of, part=Part.REVIEWED, by=office.cashier),
        lambda: Signature.objects.create(**of, part=Part.PREPARED, by=make_user()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    Signature.objects.create(**of, part=Part.REVIEWED, by=make_user())
    with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
        Withdrawal.objects.create(**of, reason="错了", by=office.cashier)


def test_the_database_keeps_openings_one_after_another(office, unit):
    opening = posted(office, unit)
    words = {"file_name": "x", "digest": b"x" * 32, "cut_over_on": CUT_OVER, "bill_count": 0}
    words |= {"bills_fen": 0, "prepayment_count": 0, "prepaid_fen": 0}
    with pytest.raises(IntegrityError, match="one_after_another"), transaction.atomic():
        Opening.objects.create(community=office.community, **words)
    for statement in ("UPDATE bills_opening SET bill_count = 2", "DELETE FROM bills_opening"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Opening.objects.get(pk=opening.pk).bill_count == 1


@pytest.mark.parametrize("count", [1, 25])
def test_posting_and_taking_back_cost_the_same_whatever_the_rows(
    office, count, django_assert_max_num_queries
):
    units = [office.unit() for _ in range(count)]
    rows = [arrear(unit, office.item) for unit in units]
    kept = tuple(Prepaid(unit.pk, None, 8_000) for unit in units)
    with django_assert_max_num_queries(15):
        opening = post(office, balances(*rows, prepaid=kept)).opening
    with django_assert_max_num_queries(14):
        withdraw(office, opening)
    assert Movement.objects.filter(community=office.community).count() == 2 * count


def test_nothing_is_posted_for_the_future_even_by_the_program(office, unit):
    early = MORNING - timedelta(days=40)
    with pytest.raises(Refused, match="还没到"):
        post_opening(
            community=office.community,
            balances=balances(arrear(unit, office.item)),
            file_name="x",
            by=None,
            at=early,
        )
