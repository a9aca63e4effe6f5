"""Two who post, take back or pay an opening at once: one does it, the other is told; and what happens unlocked."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.money.bills.actions import runs
from guanjia.money.bills.models import Opening
from guanjia.money.ledger.models import Entry
from guanjia.money.opening import actions, withdrawing
from guanjia.money.opening.actions import Posted
from guanjia.money.opening.models import Withdrawal
from guanjia.money.opening.tests.factories import arrear, balances, going_live, post
from guanjia.money.opening.withdrawing import withdraw_opening
from guanjia.money.payments.models import Receipt
from tests.faults.racing import (
    broken_laws,
    outcome,
    race,
    start,
    wait_until_blocked,
    without_constraint,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


@pytest.fixture
def office(transactional_db):
    return going_live()


@pytest.fixture
def unit(office):
    return office.unit()


@pytest.fixture
def two(office, unit):
    """Return two workbooks' figures that could stand side by side, were one allowed to."""
    return [balances(arrear(unit, office.item, month=month)) for month in (9, 10)]


def withdraw(office, opening: Opening) -> Withdrawal:
    return withdraw_opening(opening=opening, reason="表填错了", by=office.cashier, at=MORNING)


def test_one_workbook_pressed_twice_is_posted_once(office, two):
    for _ in range(ROUNDS):
        results = race(*[partial(post, office, two[0])] * 2)
        (opening,) = {result.opening for result in results}
        assert sorted(result.is_new for result in results) == [False, True]
        withdraw(office, opening)
    assert Entry.objects.filter(community=office.community).count() == 2 * ROUNDS
    assert broken_laws() == set()


def test_of_two_workbooks_one_is_posted_and_the_other_told(office, two):
    for _ in range(ROUNDS):
        told, made = sorted(
            race(*[partial(post, office, brought) for brought in two]),
            key=lambda result: isinstance(result, Posted),
        )
        assert "已有另一份期初数入账" in told.refusal.reason
        withdraw(office, made.opening)
    assert broken_laws() == set()


def test_without_the_lock_the_order_of_openings_stops_the_second(office, two, monkeypatch):
    monkeypatch.setattr(actions, "lock_until_commit", lambda _name: None)
    with transaction.atomic():
        post(office, two[0])
        second = start(partial(post, office, two[1]))
        wait_until_blocked(second)
    assert "刚有另一份期初数入账" in outcome(second).refusal.reason
    assert broken_laws() == set()


def test_without_lock_and_order_two_openings_stand(office, two, monkeypatch):
    monkeypatch.setattr(actions, "lock_until_commit", lambda _name: None)
    with without_constraint("bills_opening", "bills_opening_one_after_another"):
        with transaction.atomic():
            post(office, two[0])
            second = start(partial(post, office, two[1]))
            wait_until_blocked(second)
        assert outcome(second).is_new
        assert broken_laws() == {"openings_withdrawn"}


def test_an_opening_is_paid_or_taken_back_never_both(office, unit, two):
    for _ in range(ROUNDS):
        opening = post(office, two[0]).opening
        paid, taken_back = race(
            partial(office.pay, office.owed(unit)), partial(withdraw, office, opening)
        )
        assert {type(paid), type(taken_back)} in ({Receipt, Refused}, {Refused, Withdrawal})
        if isinstance(paid, Receipt):
            office.take_back(paid)
            withdraw(office, opening)
        assert office.owed(unit) == []
    assert broken_laws() == set()


def test_without_its_lock_on_the_bills_their_check_stops_the_taking_back(
    office, unit, two, monkeypatch
):
    opening = post(office, two[0]).opening
    monkeypatch.setattr(withdrawing, "_lock", lambda _bills: None)
    with transaction.atomic():
        office.pay(office.owed(unit))
        second = start(partial(withdraw, office, opening))
        wait_until_blocked(second)
    stopped = outcome(second)
    assert isinstance(stopped, IntegrityError)
    assert "bills_cancelled_whole" in str(stopped)
    assert broken_laws() == set()


def test_an_opening_waits_for_a_run_under_way_and_is_refused(office, unit):
    with transaction.atomic():
        office.bill("2026-12")
        posting = start(partial(post, office, balances(arrear(unit, office.item, month=12))))
        wait_until_blocked(posting)
    assert "账期刚被出账" in outcome(posting).refusal.reason
    assert broken_laws() == set()


def test_without_the_runs_lock_the_bills_uniqueness_stops_the_opening(office, unit, monkeypatch):
    monkeypatch.setattr(actions, "lock_until_commit", lambda _name: None)
    monkeypatch.setattr(runs, "lock_until_commit", lambda _name: None)
    with transaction.atomic():
        office.bill("2026-12")
        posting = start(partial(post, office, balances(arrear(unit, office.item, month=12))))
        wait_until_blocked(posting)
    assert "账期刚被出账" in outcome(posting).refusal.reason
    assert broken_laws() == set()
