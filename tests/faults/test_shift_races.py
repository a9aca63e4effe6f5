"""The end of a shift against a payment: one of them comes first, and nothing falls in between."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.money.closing.actions import (
    close_day,
    resume_taking,
    start_counting,
    submit_count,
)
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.models import DayClose, Shift
from guanjia.money.closing.reads import drawer_in_books
from guanjia.money.closing.tests.factories import begin_shift, end_shift, the_shift
from guanjia.money.payments import writing
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.tests.factories import make_office
from tests.faults.racing import broken_laws, outcome, race, start, wait_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20
EVENING = MORNING + timedelta(hours=8)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def shift(office):
    return the_shift(office.desk)


def households(office, count):
    units = [office.unit() for _ in range(count)]
    office.bill()
    return [office.owed(unit) for unit in units]


def count_it(office, shift):
    return start_counting(shift=shift, by=office.cashier, at=MORNING)


def test_whoever_comes_first_the_count_finds_what_the_books_say(office, shift):
    taken = 0
    for bills in households(office, ROUNDS):
        paid, counting = race(partial(office.pay, bills), partial(count_it, office, shift))
        assert isinstance(counting, Shift)
        assert isinstance(paid, Receipt) or "正在盘点" in paid.refusal.reason
        taken += bills[0].open_fen if isinstance(paid, Receipt) else 0
        assert drawer_in_books(office.desk).fen == taken
        resume_taking(shift=shift, by=office.cashier, at=MORNING)
    assert broken_laws() == set()


def test_the_count_waits_for_a_payment_under_way(office, shift):
    (bills,) = households(office, 1)
    with transaction.atomic():
        office.pay(bills)
        counting = start(partial(count_it, office, shift))
        wait_until_blocked(counting)
    assert isinstance(outcome(counting), Shift)
    count = submit_count(shift=shift, notes=fewest(23_669), by=office.cashier, at=MORNING)
    assert count.difference_fen == 0


def test_a_payment_waits_for_the_count_and_is_refused(office, shift):
    (bills,) = households(office, 1)
    with transaction.atomic():
        count_it(office, shift)
        paying = start(partial(office.pay, bills))
        wait_until_blocked(paying)
    refused = outcome(paying)
    assert isinstance(refused, Refused)
    assert "正在盘点" in refused.refusal.reason
    assert not Receipt.objects.exists()


def test_a_reversal_waits_for_the_count_and_is_refused(office, shift):
    (bills,) = households(office, 1)
    receipt = office.pay(bills)
    with transaction.atomic():
        count_it(office, shift)
        reversing = start(partial(office.take_back, receipt))
        wait_until_blocked(reversing)
    assert isinstance(outcome(reversing), Refused)
    assert not Reversal.objects.exists()


def test_the_control_without_the_condition_money_comes_after_the_count(office, shift, monkeypatch):
    """The payment's statement that does not look at the shift takes money that no shift has; the audit finds it."""
    condition = "AND %(by)s = ANY (cashiers)"
    assert condition in writing._WRITE
    loose = writing._WRITE.replace(condition, "").replace("AND shift_day = %(business_date)s", "")
    monkeypatch.setattr(writing, "_WRITE", loose)
    (bills,) = households(office, 1)
    end_shift(shift, by=office.cashier, at=EVENING)
    assert isinstance(office.pay(bills), Receipt)
    assert broken_laws() == {"shifts_contiguous"}


def test_two_shifts_are_not_opened_at_once(office):
    desk = Desk.objects.create(community=office.community, name="前台二", prefix="B")
    results = race(*[partial(begin_shift, desk, by=office.cashier, at=MORNING)] * 2)
    assert {type(result) for result in results} == {Shift, Refused}


def test_two_hand_over_the_same_shift_once(office, shift):
    results = race(*[partial(end_shift, shift, by=office.cashier, at=EVENING)] * 2)
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert broken_laws() == set()


class TestClosingTheDay:
    @pytest.fixture
    def ended(self, office, shift):
        """The day's only shift, handed over; what was taken lies in the drawer."""
        (bills,) = households(office, 1)
        office.pay(bills)
        end_shift(shift, by=office.cashier, at=EVENING)
        return shift

    def close(self, office, shift):
        return close_day(
            community=office.community,
            day=shift.business_date,
            taken={office.desk.pk: {100_00: 2}},
            carrier="何佳",
            witness=make_user(community=office.community, role=Role.CLERK),
            by=office.cashier,
            at=EVENING,
        )

    def end_and_close(self, office):
        return self.close(
            office, end_shift(the_shift(office.desk), by=office.cashier, at=EVENING).shift
        )

    def test_two_close_it_once(self, office, ended):
        results = race(*[partial(self.close, office, ended)] * 2)
        assert {type(result) for result in results} == {DayClose, Refused}
        assert broken_laws() == set()

    def test_a_shift_opened_meanwhile_is_either_seen_or_refused(self, office, ended):
        opened, closed = race(
            partial(begin_shift, office.desk, by=office.cashier, at=EVENING),
            partial(self.close, office, ended),
        )
        assert {type(opened), type(closed)} in ({Shift, Refused}, {Refused, DayClose})
        assert broken_laws() == set()

    @pytest.mark.usefixtures("ended")
    def test_the_closing_waits_for_a_payment_at_the_last_second(self, office):
        """A payment that has its entry keeps the day open until it has committed, and is in the day's books."""
        begin_shift(office.desk, by=office.cashier, at=EVENING)
        (bills,) = households(office, 1)
        with transaction.atomic():
            office.pay(bills, at=EVENING)
            closing = start(partial(self.end_and_close, office))
            wait_until_blocked(closing)
        assert isinstance(outcome(closing), DayClose)
        assert broken_laws() == set()
