"""Two runs at once bill each unit once; and what happens where their lock is missing."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import Month
from guanjia.core.refusal import Refused
from guanjia.money.bills.actions import cancel_bill, reduce_bill
from guanjia.money.bills.actions import runs as actions
from guanjia.money.bills.models import Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.payments.tests.factories import make_office
from tests.faults.racing import broken_laws, outcome, race, start, wait_until_blocked, without_index

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    office = make_office()
    for _ in range(5):
        office.unit()
    return office


def test_runs_of_one_month_bill_each_unit_once(office):
    for month in Month.parse("2026-01").until(Month.parse("2026-12")):
        results = race(*[partial(office.bill, str(month))] * 2)
        assert sorted(batch.bill_count for (batch,) in results) == [0, 5]
    assert broken_laws() == set()


def test_a_second_run_waits_for_the_first_and_finds_nothing_left(office):
    with transaction.atomic():
        office.bill()
        second = start(office.bill)
        wait_until_blocked(second)
    assert outcome(second)[0].bill_count == 0


def test_a_bill_is_paid_or_cancelled_never_both(office):
    """Whoever comes second waits at the bill's row and then hears why not."""
    unit = office.unit()
    for month in Month.parse("2026-01").until(Month.parse("2026-12")):
        office.bill(str(month))
        (bill,) = office.owed(unit)
        acts = [
            partial(office.pay, [bill]),
            partial(cancel_bill, bill=bill, reason="重复出账", by=office.cashier, at=MORNING),
        ]
        results = race(*acts)
        assert sum(isinstance(result, Refused) for result in results) == 1
        assert office.owed(unit) == []
    assert broken_laws() == set()


def test_two_who_take_something_off_one_bill_at_once_both_count(office):
    unit = office.unit()
    office.bill()
    (bill,) = office.owed(unit)
    off = partial(
        reduce_bill,
        bill=bill,
        kind=AdjustmentKind.WAIVER,
        reason="停电",
        by=office.cashier,
        at=MORNING,
    )
    race(*[partial(off, amount_fen=fen) for fen in (1, 20, 300, 4_000)])
    bill.refresh_from_db()
    assert bill.reduced_fen == 4_321
    assert broken_laws() == set()


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr(actions, "lock_until_commit", lambda _name: None)


@pytest.mark.usefixtures("unlocked")
def test_without_the_lock_a_bills_uniqueness_stops_the_second_run(office):
    with transaction.atomic():
        office.bill()
        second = start(office.bill)
        wait_until_blocked(second)
    stopped = outcome(second)
    assert isinstance(stopped, IntegrityError)
    assert "bills_bill_once" in str(stopped)
    assert broken_laws() == set()


@pytest.mark.usefixtures("unlocked")
def test_without_lock_and_uniqueness_everybody_is_billed_twice(office):
    with without_index("bills_bill_once"):
        with transaction.atomic():
            office.bill()
            second = start(office.bill)
            wait_until_blocked(second)  # at the chain's head, its bills already made
        assert outcome(second)[0].bill_count == 5
        assert Bill.objects.count() == 10
        assert broken_laws() == {"periods_apart"}
