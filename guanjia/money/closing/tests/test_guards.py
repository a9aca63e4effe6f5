"""Shifts and closings against their own program: what a genuine app login may not do to them."""

from datetime import timedelta

import psycopg
import pytest

from guanjia.accounts.tests.factories import MORNING
from guanjia.money.closing.actions import start_counting, submit_count
from guanjia.money.closing.reads import open_shift_at
from guanjia.money.closing.tests.factories import end_shift
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = MORNING + timedelta(hours=8)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def shift(office):
    return open_shift_at(office.community, office.desk.pk)


def test_an_ended_shift_stays(office, shift, app_login):
    end_shift(shift, by=office.cashier, at=EVENING)
    with pytest.raises(psycopg.errors.RestrictViolation):
        app_login.execute("UPDATE closing_shift SET state = 'open'")
    for statement in (
        "UPDATE closing_shift SET float_fen = 1",
        "DELETE FROM closing_shift",
        "UPDATE closing_handover SET difference_fen = 0",
        "DELETE FROM closing_count",
        "UPDATE closing_dayclose SET heads = '[]'",
        "DELETE FROM closing_deposit",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_login.execute(statement)


@pytest.mark.parametrize("state", ["counted", "closed"])
def test_no_shift_skips_its_steps(office, shift, app_login, state):
    with pytest.raises(psycopg.errors.CheckViolation, match=r"closing_shift_moves|no shift goes"):
        app_login.execute("UPDATE closing_shift SET state = %s", [state])


def test_no_shift_ends_without_its_handover(office, shift, app_login):
    start_counting(shift=shift, by=office.cashier, at=EVENING)
    submit_count(shift=shift, notes={}, by=office.cashier, at=EVENING)
    with pytest.raises(psycopg.errors.CheckViolation, match="without a handover"):
        app_login.execute("UPDATE closing_shift SET state = 'closed'")
