"""A shift from its float to two names: money is taken in it alone, and the books end with what lies in the drawer."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.money.closing.actions import (
    bank_cash,
    count_again,
    hand_over,
    join_shift,
    keep_draft,
    open_shift,
    resume_taking,
    start_counting,
    submit_count,
)
from guanjia.money.closing.actions.endings import Second, Slip
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.models import Count, Deposit, Handover, Shift
from guanjia.money.closing.reads import (
    cash_moves,
    drawer_in_books,
    open_shift_at,
    reversals_in,
    takings_in,
)
from guanjia.money.closing.states import ShiftState
from guanjia.money.closing.tests.factories import begin_shift, end_shift
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind, EntryLine
from guanjia.money.payments.models import Desk
from guanjia.money.payments.reversing import reverse_payment
from guanjia.money.payments.rules import Method
from guanjia.money.payments.taking import take_payment
from guanjia.money.payments.tests.factories import cash_for, make_office
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = MORNING + timedelta(hours=8)
TOMORROW = MORNING + timedelta(days=1)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def shift(office):
    return open_shift_at(office.community, office.desk.pk)


@pytest.fixture
def second(office):
    return Second(make_user(community=office.community, role=Role.CLERK), may_countersign=False)


def owing(office, months=("2026-12",)):
    unit = office.unit()
    for month in months:
        office.bill(month)
    return office.owed(unit)


def balance(office, account):
    lines = EntryLine.objects.filter(community=office.community, account=account)
    return sum(lines.values_list("amount_fen", flat=True))


def press(office, bills, by, at=MORNING, desk=None):
    return take_payment(
        community=office.community,
        desk=desk or office.desk,
        taking=cash_for(bills),
        key=uuid4(),
        by=by,
        at=at,
    )


def counted(shift, by, fen):
    start_counting(shift=shift, by=by, at=EVENING)
    return submit_count(shift=shift, notes=fewest(fen), by=by, at=EVENING)


class TestTakingMoney:
    def test_without_a_shift_nothing_is_taken(self, office):
        desk = Desk.objects.create(community=office.community, name="前台二", prefix="B")
        bills = owing(office)
        with pytest.raises(Refused, match="还没有开班"):
            press(office, bills, office.cashier, desk=desk)
        begin_shift(desk, by=office.cashier, at=MORNING)
        assert press(office, bills, office.cashier, desk=desk).number == 1

    def test_a_colleague_joins_by_name_first(self, office, shift):
        colleague = make_user(community=office.community, role=Role.CASHIER)
        bills = owing(office)
        with pytest.raises(Refused, match="这一班里没有您"):
            press(office, bills, colleague)
        for _ in range(2):  # a second press changes nothing
            join_shift(shift=shift, by=colleague, at=MORNING)
        assert press(office, bills, colleague).number == 7444
        people = shift.cashiers.order_by("pk").values_list("user", flat=True)
        assert list(people) == [office.cashier.pk, colleague.pk]

    def test_while_it_is_counted_nothing_is_taken_until_it_goes_on(self, office, shift):
        bills = owing(office)
        start_counting(shift=shift, by=office.cashier, at=MORNING)
        with pytest.raises(Refused, match="正在盘点"):
            press(office, bills, office.cashier)
        with pytest.raises(Refused, match="正在盘点"):
            join_shift(shift=shift, by=make_user(), at=MORNING)
        resume_taking(shift=shift, by=office.cashier, at=MORNING)
        assert press(office, bills, office.cashier).number == 7444

    def test_a_shift_takes_one_days_money_to_the_last_second(self, office):
        before, after = (MORNING.replace(hour=15, minute=59, second=59), MORNING.replace(hour=16))
        first, second = owing(office, ("2026-11", "2026-12"))
        assert str(press(office, [first], office.cashier, at=before).payment.business_date) == (
            "2026-11-23"
        )
        with pytest.raises(Refused, match="2026-11-23 开的"):
            press(office, [second], office.cashier, at=after)

    def test_a_receipt_is_taken_back_only_in_a_shift(self, office, shift):
        receipt = office.pay(owing(office))
        end_shift(shift, by=office.cashier, at=EVENING)
        desk = Desk.objects.get(pk=office.desk.pk)
        office.manned[desk.pk] = receipt.payment.business_date
        with pytest.raises(Refused, match="还没有开班"):
            office.take_back(receipt, at=EVENING)

    def test_who_is_not_in_the_shift_gives_no_cash_back(self, office):
        receipt = office.pay(owing(office))
        stranger = make_user(community=office.community, role=Role.SUPERVISOR)
        taken_back: dict[str, Any] = {
            "reason": "收错了户",
            "copy_missing": "",
            "may_void": True,
            "may_red": True,
        }
        with pytest.raises(Refused, match="这一班里没有您"):
            reverse_payment(
                receipt=receipt, desk=office.desk, by=stranger, at=MORNING, **taken_back
            )


class TestTheFloat:
    def test_the_first_shift_takes_its_float_from_the_bank(self, office):
        desk = Desk.objects.create(community=office.community, name="前台二", prefix="B")
        shift = open_shift(desk=desk, notes={100_00: 5}, by=office.cashier, at=MORNING)
        assert (shift.book_fen, shift.float_fen, shift.opening.kind) == (0, 50_000, EntryKind.SHIFT)
        assert (balance(office, Account.CASH), balance(office, Account.BANK)) == (50_000, -50_000)
        assert drawer_in_books(desk).fen == 50_000

    def test_the_next_one_begins_with_what_was_left(self, office, shift):
        office.pay(owing(office))
        end_shift(shift, by=office.cashier, at=EVENING)
        shift = open_shift(desk=office.desk, notes=fewest(23_669), by=office.cashier, at=TOMORROW)
        assert (shift.nth, shift.book_fen, shift.opening) == (2, 23_669, None)

    def test_a_float_that_differs_is_explained_countersigned_and_posted(self, office, shift):
        office.pay(owing(office))
        end_shift(shift, by=office.cashier, at=EVENING)
        words = {"desk": office.desk, "notes": fewest(22_000), "by": office.cashier, "at": TOMORROW}
        with pytest.raises(Refused, match=r"点得比账上少 16.69 元，没有写明原因"):
            open_shift(**words)
        with pytest.raises(Refused, match=r"超过 10.00 元"):
            open_shift(**words, reason="夜里被动过")
        supervisor = make_user(community=office.community, role=Role.SUPERVISOR)
        shift = open_shift(**words, reason="夜里被动过", countersigned_by=supervisor)
        assert balance(office, Account.CASH_DIFFERENCE) == 1_669
        assert drawer_in_books(office.desk).fen == shift.float_fen == 22_000

    def test_what_finance_adds_comes_from_the_bank(self, office, shift):
        end_shift(shift, by=office.cashier, at=EVENING)
        supervisor = make_user(community=office.community, role=Role.SUPERVISOR)
        open_shift(
            desk=office.desk,
            notes={10_00: 30},
            reason="财务发备用金",
            from_bank=True,
            countersigned_by=supervisor,
            by=office.cashier,
            at=TOMORROW,
        )
        assert balance(office, Account.BANK) == -300_00
        assert balance(office, Account.CASH_DIFFERENCE) == 0

    def test_one_shift_a_desk(self, office):
        with pytest.raises(Refused, match="已经开班"):
            begin_shift(office.desk, by=office.cashier, at=MORNING)
        assert Shift.objects.count() == 1

    def test_a_desk_out_of_use_opens_no_shift(self, office, shift):
        end_shift(shift, by=office.cashier, at=EVENING)
        Desk.objects.update(is_active=False)
        with pytest.raises(Refused, match="已停用"):
            begin_shift(office.desk, by=office.cashier, at=TOMORROW)


class TestTheEnd:
    def test_what_should_be_there_is_float_plus_cash_less_what_went_out(
        self, office, shift, second
    ):
        bills = owing(office, ("2026-10", "2026-11", "2026-12"))
        office.pay(bills[:1])
        office.take_back(office.pay(bills[1:2]))
        pos = {"method": Method.POS, "tendered_fen": None, "reference": "8801"}
        office.pay(bills[2:], tender=pos)
        bank_cash(
            shift=shift,
            notes={100_00: 2},
            carrier="何佳",
            witness=second.user,
            key=uuid4(),
            by=office.cashier,
            at=MORNING,
        )
        moves = {move.kind: move.fen for move in cash_moves(shift)}
        assert moves == {
            EntryKind.PAYMENT: 2 * 23_669,
            EntryKind.REVERSAL: -23_669,
            EntryKind.DEPOSIT: -20_000,
        }
        count = counted(shift, office.cashier, 3_669)
        assert (count.expected_fen, count.difference_fen) == (3_669, 0)

    def test_takings_by_method_with_what_was_taken_back(self, office, shift):
        bills = owing(office, ("2026-10", "2026-11", "2026-12"))
        office.pay(bills[:1])
        office.take_back(office.pay(bills[1:2]))
        pos = {"method": Method.POS, "tendered_fen": None, "reference": "8801"}
        office.pay(bills[2:], tender=pos)
        takings = takings_in(shift)
        assert (takings.count, takings.reversals) == (3, 1)
        assert (takings.first_number, takings.last_number) == (7444, 7446)
        assert takings.total_fen == 2 * 23_669
        cash = takings.of(Method.CASH)
        assert (cash.count, cash.in_fen, cash.back_count, cash.back_fen) == (2, 47_338, 1, 23_669)
        assert takings.of(Method.POS).total_fen == 23_669
        assert takings.of(Method.TRANSFER).total_fen == 0
        assert [r.payment.receipts.get().number for r in reversals_in(shift)] == [7445]

    def test_a_difference_is_posted_so_that_the_books_have_what_lies_there(
        self, office, shift, second
    ):
        office.pay(owing(office))
        counted(shift, office.cashier, 23_000)
        words = {"shift": shift, "second": second, "by": office.cashier, "at": EVENING}
        with pytest.raises(Refused, match=r"实点比应有少 6.69 元，没有写明原因"):
            hand_over(**words)
        handover = hand_over(**words, reason="找零多给")
        assert (handover.difference_fen, handover.countersigned) == (-669, False)
        assert balance(office, Account.CASH_DIFFERENCE) == 669
        assert drawer_in_books(office.desk).fen == balance(office, Account.CASH) == 23_000
        assert handover.closed_position == drawer_in_books(office.desk).position
        shift.refresh_from_db()
        assert shift.state == ShiftState.CLOSED

    def test_above_the_limit_a_countersignature_is_needed(self, office, shift, second):
        office.pay(owing(office))
        counted(shift, office.cashier, 25_000)
        words = {"shift": shift, "reason": "多收", "by": office.cashier, "at": EVENING}
        with pytest.raises(Refused, match=r"多 13.31 元，超过 10.00 元"):
            hand_over(**words, second=second)
        supervisor = make_user(community=office.community, role=Role.SUPERVISOR)
        assert hand_over(**words, second=Second(supervisor, may_countersign=True)).countersigned

    def test_nobody_hands_over_to_oneself(self, office, shift):
        counted(shift, office.cashier, 0)
        with pytest.raises(Refused, match="不能是交班人自己"):
            hand_over(
                shift=shift,
                second=Second(office.cashier, may_countersign=True),
                by=office.cashier,
                at=EVENING,
            )

    def test_slips_that_differ_and_copies_that_are_missing_ask_for_a_reason(
        self, office, shift, second
    ):
        counted(shift, office.cashier, 0)
        words = {"shift": shift, "second": second, "by": office.cashier, "at": EVENING}
        with pytest.raises(Refused, match="小票合计与系统不同"):
            hand_over(**words, slips=[Slip(Method.POS, 100, 0)])
        with pytest.raises(Refused, match="作废收据 0007444 的两联没有勾齐"):
            hand_over(**words, missing_copies=["0007444"])
        hand_over(**words, slips=[Slip(Method.POS, 100, 0)], reason="POS 试刷一笔")
        assert Handover.objects.get().slips == [
            {"method": "pos", "typed_fen": 100, "booked_fen": 0}
        ]

    def test_every_count_is_kept(self, office, shift):
        counted(shift, office.cashier, 100)
        count_again(shift=shift, by=office.cashier, at=EVENING)
        submit_count(shift=shift, notes={}, by=office.cashier, at=EVENING)
        assert list(Count.objects.order_by("nth").values_list("nth", "counted_fen")) == [
            (1, 100),
            (2, 0),
        ]

    def test_once_counted_the_desk_does_not_go_on(self, office, shift):
        counted(shift, office.cashier, 0)
        with pytest.raises(Refused, match="已经盘点完"):
            resume_taking(shift=shift, by=office.cashier, at=EVENING)

    def test_a_second_press_is_told(self, office, shift, second):
        counted(shift, office.cashier, 0)
        words = {"shift": shift, "second": second, "by": office.cashier, "at": EVENING}
        hand_over(**words)
        for act in (
            lambda: hand_over(**words),
            lambda: start_counting(shift=shift, by=office.cashier, at=EVENING),
        ):
            with pytest.raises(Refused, match="已经交了"):
                act()
        assert Handover.objects.count() == 1

    def test_others_keep_their_hands_off_but_who_oversees_steps_in(self, office, shift, second):
        stranger = make_user(community=office.community, role=Role.CASHIER)
        with pytest.raises(Refused, match="这一班里没有您"):
            start_counting(shift=shift, by=stranger, at=EVENING)
        words = {"shift": shift, "by": stranger, "at": EVENING, "oversees": True}
        start_counting(**words)
        submit_count(**words, notes={})
        hand_over(**words, second=second)

    def test_no_more_goes_to_the_bank_than_is_there(self, office, shift, second):
        words = {"shift": shift, "carrier": "何佳", "witness": second.user}
        words |= {"by": office.cashier, "at": MORNING}
        with pytest.raises(Refused, match="没有填缴存的张数"):
            bank_cash(**words, key=uuid4(), notes={})
        with pytest.raises(Refused, match=r"只有 0.00 元"):
            bank_cash(**words, key=uuid4(), notes={1: 1})

    def test_a_press_whose_answer_was_lost_takes_no_more_to_the_bank(self, office, shift, second):
        office.pay(owing(office, ("2026-10",)))
        words = {"shift": shift, "carrier": "何佳", "witness": second.user, "key": uuid4()}
        words |= {"by": office.cashier, "at": MORNING}
        first = bank_cash(**words, notes={100_00: 1})
        assert bank_cash(**words, notes={100_00: 1}) == first
        with pytest.raises(Refused, match="前后不一致"):
            bank_cash(**words, notes={50_00: 1})
        assert Deposit.objects.get() == first

    def test_each_act_is_journalled_once(self, office, shift):
        join_shift(shift=shift, by=make_user(), at=MORNING)
        end_shift(shift, by=office.cashier, at=EVENING)
        rows = JournalEntry.objects.filter(community=office.community, subject="closing.shift")
        assert list(rows.order_by("pk").values_list("action", flat=True)) == [
            "shift.open",
            "shift.join",
            "shift.count.start",
            "shift.count",
            "shift.hand_over",
        ]


def test_what_is_typed_is_kept_until_it_is_counted_anew(office, shift):
    def kept():
        shift.refresh_from_db()
        return shift.draft

    start_counting(shift=shift, by=office.cashier, at=EVENING)
    kept()
    keep_draft(shift=shift, typed={"n10000": "3"})
    assert kept() == {"counting": {"n10000": "3"}}
    submit_count(shift=shift, notes={100_00: 3}, by=office.cashier, at=EVENING)
    kept()
    keep_draft(shift=shift, typed={"memo": "水费单已发"})
    count_again(shift=shift, by=office.cashier, at=EVENING)
    assert kept() == {"counted": {"memo": "水费单已发"}}
    resume_taking(shift=shift, by=office.cashier, at=EVENING)
    assert kept() == {}


def test_a_shift_that_could_not_be_opened_leaves_nothing(office, shift):
    end_shift(shift, by=office.cashier, at=EVENING)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        begin_shift(office.desk, by=office.cashier, at=TOMORROW)
        1 / 0  # noqa: B018 - breaks off
    assert open_shift_at(office.community, office.desk.pk) is None
    assert Desk.objects.get(pk=office.desk.pk).cashiers == []
