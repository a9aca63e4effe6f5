"""Two runs at once bill each unit once; and what happens where their lock is missing."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from guanjia.core.calendar import Month
from guanjia.money.audit.checks import audit
from guanjia.money.bills import actions
from guanjia.money.bills.models import Bill
from guanjia.money.payments.tests.factories import make_office
from tests.faults.racing import outcome, race, start, wait_until_blocked, without_constraint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    office = make_office()
    for _ in range(5):
        office.unit()
    return office


@transaction.atomic
def broken_laws() -> set[str]:
    return {verdict.check.name for verdict in audit(None) if verdict.count}


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
    with without_constraint("bills_bill", "bills_bill_once"):
        with transaction.atomic():
            office.bill()
            second = start(office.bill)
            wait_until_blocked(second)  # at the chain's head, its bills already made
        assert outcome(second)[0].bill_count == 5
        assert Bill.objects.count() == 10
        assert broken_laws() == {"periods_apart"}
