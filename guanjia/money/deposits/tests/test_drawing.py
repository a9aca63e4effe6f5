"""Drawing on a deposit: never more than is held, whoever comes at once, and a receipt partly drawn stays."""

from datetime import date

import psycopg
import pytest
from django.db import IntegrityError, transaction

from guanjia.core.refusal import Refused
from guanjia.money.deposits import actions
from guanjia.money.deposits.models import DepositKind, DepositMovement, HeldDeposit
from guanjia.money.deposits.rules import MovementKind, may_draw_deposit
from guanjia.money.deposits.tests.factories import draw, held_by, kind_of, take_deposit
from guanjia.money.ledger.actions import Line
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db
REFUND, DEDUCTION = MovementKind.REFUNDED, MovementKind.DEDUCTED


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def receipt(office):
    return take_deposit(office, office.unit())


def test_a_refund_less_a_deduction_leaves_nothing(office, receipt):
    held = held_by(receipt)
    entry = draw(
        office,
        held,
        {REFUND: 150_000, DEDUCTION: 50_000},
        Line(Account.CASH, -150_000),
        Line(Account.SERVICE_INCOME, -50_000),
    )
    held.refresh_from_db()
    assert (held.balance_fen, held.drawn_fen) == (0, 200_000)
    lines = EntryLine.objects.filter(entry=entry, account=Account.DEPOSITS_HELD)
    assert list(lines.values_list("amount_fen", "unit")) == [(200_000, held.unit_id)]
    moved = DepositMovement.objects.filter(entry=entry)
    assert dict(moved.values_list("kind", "amount_fen")) == {
        "refunded": -150_000,
        "deducted": -50_000,
    }


def test_more_than_is_held_is_refused(office, receipt):
    draw(office, held_by(receipt), {REFUND: 150_000})
    with pytest.raises(Refused, match=r"只有 500.00 元，不够 500.01 元"):
        draw(office, held_by(receipt), {REFUND: 50_001})


@pytest.mark.parametrize("draws", [{}, {REFUND: 0}, {REFUND: -1}, {MovementKind.TAKEN: 5}])
def test_nothing_is_no_draw(draws):
    assert not may_draw_deposit(draws, free_fen=200_000)


def test_who_looked_too_early_meets_the_balance_itself(office, receipt, monkeypatch):
    monkeypatch.setattr(actions, "may_draw_deposit", lambda *_, **__: True)
    with pytest.raises(Refused, match="刚被别处退掉或扣掉"):
        draw(office, held_by(receipt), {REFUND: 200_001})
    assert held_by(receipt).balance_fen == 200_000


def test_a_receipt_stays_once_part_of_its_deposit_is_gone(office, receipt):
    draw(office, held_by(receipt), {DEDUCTION: 100}, Line(Account.SERVICE_INCOME, -100))
    with pytest.raises(Refused, match=r"押金已退掉或扣掉一部分，只剩 1,999.00 元"):
        office.take_back(receipt)


def test_the_balance_refuses_a_reversal_that_looked_too_early(office, receipt, monkeypatch):
    draw(office, held_by(receipt), {REFUND: 100})
    monkeypatch.setattr("guanjia.money.payments.reversing.may_reverse", lambda **_: True)
    with pytest.raises(Refused, match="刚被别处退掉或扣掉"):
        office.take_back(receipt)


@pytest.mark.django_db(transaction=True)
class TestGuards:
    @pytest.mark.usefixtures("receipt")
    def test_what_is_held_is_not_touched(self, app_login):
        for table in ("deposits_helddeposit", "deposits_depositmovement"):
            for statement in (
                "UPDATE {} SET id = id",
                "DELETE FROM {}",
                "TRUNCATE {} CASCADE",
                "ALTER TABLE {} DISABLE TRIGGER ALL",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app_login.execute(statement.format(table))

    def test_a_balance_moves_by_a_movement_alone(self, receipt, app_login):
        held = held_by(receipt)
        with pytest.raises(psycopg.errors.CheckViolation, match="deposits_balance_sane"):
            app_login.execute(
                MOVE, [held.community_id, held.pk, held.entry_id, "refunded", -200_001]
            )
        with pytest.raises(psycopg.errors.CheckViolation, match="deposits_balance_sane"):
            app_login.execute(MOVE, [held.community_id, held.pk, held.entry_id, "reversed", 1])
        app_login.execute(MOVE, [held.community_id, held.pk, held.entry_id, "refunded", -1])
        held.refresh_from_db()
        assert held.balance_fen == 199_999

    @pytest.mark.parametrize(("kind", "fen"), [("refunded", 5), ("deducted", 5), ("reversed", 0)])
    def test_a_movement_goes_the_way_of_its_kind(self, receipt, app_login, kind, fen):
        held = held_by(receipt)
        with pytest.raises(psycopg.errors.CheckViolation, match="deposits_movement_amount"):
            app_login.execute(MOVE, [held.community_id, held.pk, held.entry_id, kind, fen])

    def test_it_begins_once(self, office, receipt, app_login):
        held, other = held_by(receipt), take_deposit(office, office.unit())
        with pytest.raises(psycopg.errors.UniqueViolation, match="deposits_begun_once"):
            app_login.execute(
                MOVE, [held.community_id, held.pk, other.payment.entry_id, "opening", 1]
            )

    def test_it_does_not_begin_without_money(self, receipt):
        with pytest.raises(IntegrityError, match="begun by no movement"), transaction.atomic():
            out_of_nothing(receipt)


MOVE = (
    "INSERT INTO deposits_depositmovement (community_id, held_id, entry_id, kind, amount_fen)"
    " VALUES (%s, %s, %s, %s, %s)"
)


def out_of_nothing(receipt) -> HeldDeposit:
    made = HeldDeposit.objects.create(
        community=receipt.community,
        unit=receipt.payment.unit,
        kind=kind_of(receipt.community),
        payer_name="张素珍",
        entry=receipt.payment.entry,
        received_on=date(2026, 11, 23),
        amount_fen=5,
    )
    made.refresh_from_db()
    return made


def test_a_community_begins_with_the_usual_kinds(office):
    kinds = DepositKind.objects.filter(community=office.community).order_by("position")
    assert list(kinds.values_list("name", "usual_fen")) == [
        ("装修押金", 200_000),
        ("出入证押金", 2_000),
        ("钥匙押金", 5_000),
        ("其他押金", None),
    ]
