"""Payments that collide: one takes the money, the other is told; and what happens where a lock is missing."""

import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Max

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.audit.checks import audit
from guanjia.money.bills.models import Bill
from guanjia.money.ledger.actions import claim_request
from guanjia.money.ledger.models import ClosedDay, Entry, EntryKind, RequestKey
from guanjia.money.payments import actions
from guanjia.money.payments.models import Desk, Payment, Receipt
from guanjia.money.payments.tests.factories import make_office
from tests.faults.racing import (
    PATIENCE,
    outcome,
    owner,
    race,
    rewritten,
    start,
    wait_until_blocked,
    without_constraint,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def second_desk(office):
    return Desk.objects.create(community=office.community, name="前台二", prefix="B")


@transaction.atomic
def broken_laws() -> set[str]:
    return {verdict.check.name for verdict in audit(None) if verdict.count}


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

        monkeypatch.setattr(actions, "_lock_bills", read)

    @pytest.mark.usefixtures("unlocked")
    def test_without_the_lock_the_check_stops_the_second(self, office, second_desk):
        (bills,) = households(office, 1)
        results = race(partial(office.pay, bills), partial(office.pay, bills, desk=second_desk))
        assert {type(result) for result in results} == {Receipt, IntegrityError}
        assert any("bills_paid_within" in str(result) for result in results)
        assert broken_laws() == set()

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

        monkeypatch.setattr(actions, "claim_request", look_then_write)
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
        both_have_read = threading.Barrier(2)

        def highest_plus_one(_community, desk):
            last = Receipt.objects.filter(desk=desk).aggregate(last=Max("number"))["last"] or 7443
            both_have_read.wait(PATIENCE)
            return last + 1

        monkeypatch.setattr(actions, "_next_number", highest_plus_one)
        # Without the chain, whose head makes the second wait before it reads.
        monkeypatch.setattr(Desk, "series", property(lambda _: str(threading.get_ident())[-20:]))
        found = race(*[partial(office.pay, bills) for bills in households(office, 2)])
        assert {type(result) for result in found} == {Receipt, IntegrityError}
        assert any("payments_receipt_number" in str(result) for result in found)


class TestInterrupted:
    """A payment that breaks off leaves nothing, and its retry is the payment."""

    @pytest.mark.parametrize(
        "step",
        ["claim_request", "_lock_bills", "post", "_settle", "journal", "send", "_next_number"],
    )
    def test_a_payment_broken_off_at_any_step_leaves_no_trace(self, office, monkeypatch, step):
        (bills,) = households(office, 1)
        key, whole = uuid4(), getattr(actions, step)

        def broken_off(*words, **named):
            whole(*words, **named)
            raise ConnectionError

        with monkeypatch.context() as patch:
            patch.setattr(actions, step, broken_off)
            with pytest.raises(ConnectionError):
                office.pay(bills, key=key)
        assert not RequestKey.objects.exists()
        assert office.owed(bills[0].unit) == bills
        assert broken_laws() == set()
        assert office.pay(bills, key=key).number == 7444
        assert broken_laws() == set()

    def test_a_number_given_out_of_the_transaction_leaves_a_gap(self, office, monkeypatch):
        def outside(_community, desk):
            with owner() as own:
                row = own.execute(
                    "UPDATE payments_desk SET last_number = greatest(last_number, first_number - 1) + 1"
                    " WHERE id = %s RETURNING last_number",
                    [desk.pk],
                ).fetchone()
            raise ConnectionError(row)

        (bills,) = households(office, 1)
        with monkeypatch.context() as patch:
            patch.setattr(actions, "_next_number", outside)
            with pytest.raises(ConnectionError):
                office.pay(bills)
        assert office.pay(bills).number == 7445
        assert broken_laws() == {"receipts_gapless"}

    def test_a_key_written_before_the_work_loses_the_payment(self, office, monkeypatch):
        def ahead(**named):
            return outcome(
                start(partial(claim_request, **named))
            )  # commits at once, in a session of its own

        def broken_off(*_words):
            raise ConnectionError

        (bills,) = households(office, 1)
        key = uuid4()
        monkeypatch.setattr(actions, "claim_request", ahead)
        with monkeypatch.context() as patch:
            patch.setattr(actions, "_settle", broken_off)
            with pytest.raises(ConnectionError):
                office.pay(bills, key=key)
        with pytest.raises(Receipt.DoesNotExist):
            office.pay(bills, key=key)
        assert broken_laws() == {"keys_used"}
