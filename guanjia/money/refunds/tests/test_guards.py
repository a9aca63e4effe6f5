"""Refunds against their own program: what a genuine app login may not do to them, and what the database refuses."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.money.payments.tests.factories import make_office
from guanjia.money.refunds import actions
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.tests.factories import approve, ask, leave, pay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def refund(office):
    return ask(office, leave(office, office.unit()))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "UPDATE {} SET amount_fen = amount_fen",
    ],
)
@pytest.mark.parametrize(
    "table", ["refunds_refund", "refunds_deduction", "refunds_voucher", "prepayments_transfer"]
)
def test_what_was_asked_for_and_paid_is_not_touched(refund, app_login, table, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement.format(table))


@pytest.mark.parametrize("table", ["prepayments_prepayment", "deposits_helddeposit"])
def test_nobody_moves_what_is_held_by_hand(refund, app_login, table):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(f"UPDATE {table} SET held_fen = 0")  # noqa: S608 - words of our own


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("state = 'paid'", "no refund goes from requested to paid"),
        ("state = 'approved'", "refunds_decided"),
        (
            "state = 'approved', decided_by_id = requested_by_id, decided_at = now()",
            "refunds_two_people",
        ),
        ("state = 'withdrawn'", "refunds_withdrawn"),
        ("decision = 'x'", "changes with its state"),
    ],
)
def test_a_refund_moves_by_its_table_and_under_two_names(refund, app_login, change, guard):
    with pytest.raises(psycopg.errors.IntegrityError, match=guard):
        app_login.execute(f"UPDATE refunds_refund SET {change}")  # noqa: S608 - words of our own


def test_the_control_a_withdrawal_with_a_name_goes_through(refund, app_login):
    app_login.execute(
        "UPDATE refunds_refund SET state = 'withdrawn', withdrawn_by_id = requested_by_id,"
        " withdrawn_at = now(), withdrawal = 'x'"
    )


def test_a_decision_is_not_put_in_another_name_later(refund, app_login, office):
    approve(refund)
    with pytest.raises(psycopg.errors.IntegrityError, match="decided on stays"):
        app_login.execute(
            "UPDATE refunds_refund SET state = 'paid', decided_by_id = %s", [office.cashier.pk]
        )


def test_paid_without_a_voucher_does_not_commit(refund):
    approve(refund)
    with pytest.raises(IntegrityError, match="without a voucher"):
        Refund.objects.filter(pk=refund.pk).update(state="paid")


@pytest.fixture
def unchecked(monkeypatch):
    """Let anybody pay anything, as far as the rule goes."""
    monkeypatch.setattr(actions, "may_pay", lambda *_, **__: True)


@pytest.mark.usefixtures("unchecked")
def test_where_nobody_looked_the_database_wants_a_third_person(office, refund):
    approve(refund, by=office.cashier)
    with pytest.raises(IntegrityError, match="asked for it or approved it"):
        pay(office, refund)
    assert not Voucher.objects.exists()


@pytest.mark.usefixtures("unchecked")
def test_where_nobody_looked_the_database_wants_an_approval(office, refund):
    with pytest.raises(IntegrityError, match="no refund goes from requested to paid"):
        pay(office, refund)


@pytest.mark.usefixtures("unchecked")
def test_the_control_without_its_guard_the_approver_pays(office, refund):
    approve(refund, by=office.cashier)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DROP TRIGGER admit ON refunds_voucher")
        assert pay(office, refund).by == office.cashier
        transaction.set_rollback(True)
