"""Payments that collide: one takes the money, the other is told; and what happens where a lock is missing."""

import re
import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.bills.models import Bill
from guanjia.money.ledger.actions import claim_request
from guanjia.money.ledger.models import ClosedDay, Entry, EntryKind, RequestKey
from guanjia.money.payments import reversing, taking, writing
from guanjia.money.payments.models import Desk, Payment, Receipt, Reversal
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.prepayments.actions import prepayment_of
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.prepayments.reads import Balance
from tests.faults.racing import (
    PATIENCE,
    broken_laws,
    outcome,
    owner,
    race,
    rewritten,
    start,
    wait_until_blocked,
    without_constraint,
    without_index,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def second_desk(office):
    return Desk.objects.create(community=office.community, name="前台二", prefix="B")


def households(office, count: int) -> list[list[Bill]]:
    """Return the open bills of new units."""
    units = [office.unit() for _ in range(count)]
    office.bill()
    return [office.owed(unit) for unit in units]


def close_day(office, at=MORNING) -> ClosedDay:
    return ClosedDay.objects.create(
        community=office.community, business_date=business_date(at), by=office.cashier
    )


class TestOneBillTwoDesks:
    def test_one_takes_it_and_the_other_is_told(self, office, second_desk):
        for bills in households(office, ROUNDS):
            taken, told = sorted(
                race(partial(office.pay, bills), partial(office.pay, bills, desk=second_desk)),
                key=lambda result: isinstance(result, Refused),
            )
            assert isinstance(taken, Receipt)
            assert "已经收过" in told.refusal.reason
        assert Payment.objects.count() == ROUNDS
        assert broken_laws() == set()

    @pytest.fixture
    def unlocked(self, monkeypatch):
        """Let both read the open bill before either pays it."""
        both_have_read = threading.Barrier(2)

        def read(community, ids):
            bills = list(Bill.objects.filter(community=community, pk__in=ids).order_by("pk"))
            both_have_read.wait(PATIENCE)
            return bills

        monkeypatch.setattr(taking, "_lock_bills", read)

    @pytest.mark.planted("missing lock")
    @pytest.mark.usefixtures("unlocked")
    def test_without_the_lock_the_check_stops_the_second(self, office, second_desk):
        (bills,) = households(office, 1)
        results = race(partial(office.pay, bills), partial(office.pay, bills, desk=second_desk))
        assert {type(result) for result in results} == {Receipt, IntegrityError}
        assert any("bills_paid_within" in str(result) for result in results)
        assert broken_laws() == set()

    @pytest.mark.planted("CHECK removed")
    @pytest.mark.usefixtures("unlocked")
    def test_without_lock_and_check_the_customer_pays_twice(self, office, second_desk):
        (bills,) = households(office, 1)
        with without_constraint("bills_bill", "bills_paid_within"):
            results = race(partial(office.pay, bills), partial(office.pay, bills, desk=second_desk))
            assert {type(result) for result in results} == {Receipt}
            assert Bill.objects.get().paid_fen == 2 * bills[0].amount_fen
            assert broken_laws() == {"bills_paid"}


class TestOnePressTwice:
    def test_both_get_the_one_receipt(self, office):
        for bills in households(office, ROUNDS):
            key = uuid4()
            first, second = race(*[partial(office.pay, bills, key=key)] * 2)
            assert isinstance(first, Receipt)
            assert first == second
        assert Payment.objects.count() == ROUNDS

    def test_a_key_looked_up_before_it_is_written_is_stopped_by_its_uniqueness(
        self, office, monkeypatch
    ):
        both_have_looked = threading.Barrier(2)

        def look_then_write(*, community, scope, key, request):
            found = RequestKey.objects.filter(community=community, scope=scope, key=key).exists()
            both_have_looked.wait(PATIENCE)
            return (
                None
                if found
                else RequestKey.objects.create(
                    community=community, scope=scope, key=key, request_hash=b""
                )
            )

        monkeypatch.setattr(taking, "claim_request", look_then_write)
        (bills,) = households(office, 1)
        key = uuid4()
        results = race(*[partial(office.pay, bills, key=key)] * 2)
        assert {type(result) for result in results} == {Receipt, IntegrityError}
        assert any("ledger_request_once" in str(result) for result in results)
        assert Payment.objects.count() == 1


class TestPaymentAndClosing:
    def test_whoever_comes_first_the_closed_day_holds(self, office):
        for n, bills in enumerate(households(office, ROUNDS)):
            at = MORNING + timedelta(days=n)
            office.man(office.desk, at)
            paid, closed = race(partial(office.pay, bills, at=at), partial(close_day, office, at))
            assert isinstance(closed, ClosedDay)
            assert isinstance(paid, Receipt) or "已日结" in paid.refusal.reason
        assert broken_laws() == set()

    def test_a_payment_waits_for_a_closing_under_way_and_is_refused(self, office):
        (bills,) = households(office, 1)
        with transaction.atomic():
            close_day(office)
            paying = start(partial(office.pay, bills))
            wait_until_blocked(paying)
        assert isinstance(outcome(paying), Refused)

    def test_a_closing_waits_for_a_payment_under_way(self, office):
        (bills,) = households(office, 1)
        with transaction.atomic():
            office.pay(bills)
            closing = start(partial(close_day, office))
            wait_until_blocked(closing)
        assert isinstance(outcome(closing), ClosedDay)
        assert broken_laws() == set()

    def test_without_the_lock_an_entry_lands_on_the_closed_day(self, office):
        (bills,) = households(office, 1)
        lock = "pg_advisory_xact_lock_shared"
        with rewritten("public.ledger_admit_entry", lock, "hashint8"), transaction.atomic():
            close_day(office)
            assert isinstance(outcome(start(partial(office.pay, bills))), Receipt)
        assert Entry.objects.filter(kind=EntryKind.PAYMENT).exists()
        assert "days_closed" in broken_laws()


class TestNumbers:
    def test_desks_do_not_queue_behind_each_other(self, office, second_desk):
        here, there = households(office, 2)
        with transaction.atomic():
            mine = office.pay(here)
            theirs = outcome(start(partial(office.pay, there, desk=second_desk)))
        assert (mine.number, theirs.number) == (7444, 1)

    def test_one_desk_pressed_by_many_leaves_no_gap(self, office):
        found = race(*[partial(office.pay, bills) for bills in households(office, 8)])
        assert sorted(receipt.number for receipt in found) == list(range(7444, 7452))
        assert broken_laws() == set()

    def test_a_number_read_without_its_lock_is_stopped_by_its_uniqueness(self, office, monkeypatch):
        highest_plus_one = """
            SELECT coalesce(max(number), 7443) + 1 AS last_number FROM payments_receipt
            WHERE community_id = %(community)s AND desk_id = %(desk)s
        """
        counted = re.search(
            r"UPDATE payments_desk.*?RETURNING last_number", writing._WRITE, re.DOTALL
        )
        assert counted
        statement = writing._WRITE.replace(counted[0], highest_plus_one)
        monkeypatch.setattr(writing, "_WRITE", statement)
        first, second = households(office, 2)
        with transaction.atomic():
            office.pay(first)
            late = start(partial(office.pay, second))
            wait_until_blocked(late)
        stopped = outcome(late)
        assert isinstance(stopped, IntegrityError)
        assert "payments_receipt_number" in str(stopped)


class TestInterrupted:
    """A payment that breaks off leaves nothing, and its retry is the payment."""

    @pytest.mark.parametrize(
        "step",
        ["claim_request", "_lock_bills", "may_take", "write_payment"],
    )
    def test_a_payment_broken_off_at_any_step_leaves_no_trace(self, office, monkeypatch, step):
        (bills,) = households(office, 1)
        key, whole = uuid4(), getattr(taking, step)

        def broken_off(*words, **named):
            whole(*words, **named)
            raise ConnectionError

        with monkeypatch.context() as patch:
            patch.setattr(taking, step, broken_off)
            with pytest.raises(ConnectionError):
                office.pay(bills, key=key)
        assert not RequestKey.objects.exists()
        assert office.owed(bills[0].unit) == bills
        assert broken_laws() == set()
        assert office.pay(bills, key=key).number == 7444
        assert broken_laws() == set()

    def test_a_number_given_out_of_the_transaction_leaves_a_gap(self, office, monkeypatch):
        def outside(payment, **_words):
            with owner() as own:
                own.execute(
                    "UPDATE payments_desk SET last_number = greatest(last_number, first_number - 1) + 1"
                    " WHERE id = %s",
                    [payment.desk.pk],
                )
            raise ConnectionError

        (bills,) = households(office, 1)
        with monkeypatch.context() as patch:
            patch.setattr(taking, "write_payment", outside)
            with pytest.raises(ConnectionError):
                office.pay(bills)
        assert office.pay(bills).number == 7445
        assert broken_laws() == {"receipts_gapless"}

    @pytest.mark.planted("key written before the work")
    def test_a_key_written_before_the_work_loses_the_payment(self, office, monkeypatch):
        def ahead(**named):
            return outcome(
                start(partial(claim_request, **named))
            )  # commits at once, in a session of its own

        def broken_off(*_words, **_named):
            raise ConnectionError

        (bills,) = households(office, 1)
        key = uuid4()
        monkeypatch.setattr(taking, "claim_request", ahead)
        with monkeypatch.context() as patch:
            patch.setattr(taking, "write_payment", broken_off)
            with pytest.raises(ConnectionError):
                office.pay(bills, key=key)
        with pytest.raises(Receipt.DoesNotExist):
            office.pay(bills, key=key)
        assert broken_laws() == {"keys_used"}


class TestTakenBack:
    def test_two_who_void_one_receipt_give_its_money_back_once(self, office):
        for bills in households(office, ROUNDS):
            receipt = office.pay(bills)
            done, told = sorted(
                race(*[partial(office.take_back, receipt)] * 2),
                key=lambda result: isinstance(result, Refused),
            )
            assert isinstance(done, Reversal)
            assert isinstance(told, Refused)
            assert office.owed(bills[0].unit) == bills
        assert broken_laws() == set()

    def test_where_nobody_looked_the_database_stops_the_second(self, office, monkeypatch):
        (bills,) = households(office, 1)
        receipt = office.pay(bills)
        monkeypatch.setattr(reversing, "may_take_back", lambda *_, **__: True)
        office.take_back(receipt)
        with pytest.raises(Refused, match="刚由别人"):
            office.take_back(receipt)
        assert broken_laws() == set()
        with (
            without_index("payments_allocation_back_once"),
            pytest.raises(IntegrityError, match="bills_paid_within"),
        ):
            office.take_back(receipt)

    def test_a_bill_freed_meanwhile_is_paid_again_or_the_payer_told(self, office, second_desk):
        for bills in households(office, ROUNDS):
            receipt = office.pay(bills)
            taken_back, paid = race(
                partial(office.take_back, receipt), partial(office.pay, bills, desk=second_desk)
            )
            assert isinstance(taken_back, Reversal)
            if isinstance(paid, Receipt):
                assert office.owed(bills[0].unit) == []
            else:
                assert "已经收过" in paid.refusal.reason
                assert office.owed(bills[0].unit) == bills
        assert broken_laws() == set()

    def test_a_payment_waits_for_a_reversal_under_way_and_takes_what_it_freed(
        self, office, second_desk
    ):
        (bills,) = households(office, 1)
        receipt = office.pay(bills)
        with transaction.atomic():
            office.take_back(receipt)
            paying = start(partial(office.pay, bills, desk=second_desk))
            wait_until_blocked(paying)
        assert isinstance(outcome(paying), Receipt)
        assert office.owed(bills[0].unit) == []
        assert broken_laws() == set()

    def test_without_the_lock_the_payer_is_told_of_what_no_longer_stands(
        self, office, second_desk, monkeypatch
    ):
        def read(community, ids):
            return list(Bill.objects.filter(community=community, pk__in=ids).order_by("pk"))

        monkeypatch.setattr(taking, "_lock_bills", read)
        (bills,) = households(office, 1)
        receipt = office.pay(bills)
        with transaction.atomic():
            office.take_back(receipt)
            told = outcome(start(partial(office.pay, bills, desk=second_desk)))
        assert "已经收过" in told.refusal.reason
        assert office.owed(bills[0].unit) == bills

    def test_a_prepayment_is_drawn_by_one_of_two_desks(self, office, second_desk):
        unit = office.unit()
        ahead = Taking(
            unit_id=unit.pk,
            prepay_fen=23_669,
            tenders=(Tender(Method.CASH, 23_669, 23_669),),
            payer_name="张素珍",
            payer_capacity="业主",
        )
        office.take(ahead)
        for month in ("2026-11", "2026-12"):
            office.bill(month)
        drawn = {"method": Method.PREPAYMENT}
        first, second = office.owed(unit)
        results = race(
            partial(office.pay, [first], tender=drawn),
            partial(office.pay, [second], tender=drawn, desk=second_desk),
        )
        assert {type(result) for result in results} == {Receipt, Refused}
        assert Prepayment.objects.get().balance_fen == 0
        assert broken_laws() == set()

    def test_without_its_check_a_prepayment_would_be_overdrawn(self, office, monkeypatch):
        unit = office.unit()
        office.bill()
        monkeypatch.setattr(taking, "may_take", lambda *_: True)
        empty = prepayment_of(community=office.community, unit_id=unit.pk, party_id=None)
        owed = Balance(empty.pk, unit.pk, None, 23_669)
        monkeypatch.setattr(taking, "_balances", lambda *_: [owed])
        drawn = {"method": Method.PREPAYMENT}
        with pytest.raises(Refused, match="刚被别处用掉"):
            office.pay(office.owed(unit), tender=drawn)
        with without_constraint("prepayments_prepayment", "prepayments_balance_sane"):
            office.pay(office.owed(unit), tender=drawn)
            assert broken_laws() == {"prepayments_match"}
