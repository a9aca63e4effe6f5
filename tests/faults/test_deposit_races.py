"""Deposits that two draw on at once: never more goes out than is held; and what happens where the guard is missing."""

from functools import partial

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.deposits import actions
from guanjia.money.deposits.actions import draw_deposit
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.rules import MovementKind
from guanjia.money.deposits.tests.factories import held_by, kind_of, take_deposit
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind
from guanjia.money.payments import reversing
from guanjia.money.payments.models import Reversal
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.tests.factories import approve, ask_deposit, keep, pay
from tests.faults.racing import broken_laws, owner, race, without_constraint

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def receipt(office):
    return take_deposit(office, office.unit())


@transaction.atomic
def draw(office, held, fen: int) -> Entry:
    entry = post(
        community=office.community,
        kind=EntryKind.REFUND,
        business_date=business_date(MORNING),
        lines=[Line(Account.DEPOSITS_HELD, fen, held.unit_id), Line(Account.CASH, -fen)],
        by=office.cashier,
    )
    draw_deposit(held=held, draws={MovementKind.REFUNDED: fen}, entry=entry)
    return entry


def test_of_two_refunds_that_do_not_both_fit_one_is_told(office):
    for _ in range(ROUNDS):
        held = held_by(take_deposit(office, office.unit()))
        results = race(*[partial(draw, office, held, 150_000)] * 2)
        assert {type(result) for result in results} == {Entry, Refused}
        held.refresh_from_db()
        assert held.balance_fen == 50_000


def test_a_refund_and_the_receipt_taken_back_exclude_each_other(office):
    for _ in range(ROUNDS):
        receipt = take_deposit(office, office.unit())
        held = held_by(receipt)
        results = race(
            partial(draw, office, held, 100), partial(office.take_back, receipt, desk=office.desk)
        )
        (refused,) = (result for result in results if isinstance(result, Refused))
        assert "押金" in refused.refusal.reason
        held.refresh_from_db()
        assert held.balance_fen == (
            0 if any(isinstance(result, Reversal) for result in results) else 199_900
        )


def ask(office, receipt, clerk, fen: int):
    return partial(ask_deposit, office, receipt, fen, by=clerk)


def test_of_two_requests_that_do_not_both_fit_one_is_told(office):
    clerk = make_user(community=office.community, role=Role.CLERK)
    for _ in range(ROUNDS):
        receipt = take_deposit(office, office.unit())
        results = race(*[ask(office, receipt, clerk, 150_000)] * 2)
        assert {type(result) for result in results} == {Refund, Refused}
        assert held_by(receipt).held_fen == 150_000
    assert broken_laws() == set()


def test_a_request_and_the_receipt_taken_back_exclude_each_other(office):
    clerk = make_user(community=office.community, role=Role.CLERK)
    for _ in range(ROUNDS):
        receipt = take_deposit(office, office.unit())
        results = race(
            ask(office, receipt, clerk, 100), partial(office.take_back, receipt, desk=office.desk)
        )
        assert {type(each) for each in results} in ({Refund, Refused}, {Refused, Reversal})
    assert broken_laws() == set()


def test_two_cashiers_who_pay_one_deposit_back_pay_it_once(office):
    office.man(office.desk, MORNING)
    colleague = office.colleague(office.desk, MORNING)
    for _ in range(ROUNDS):
        receipt = take_deposit(office, office.unit())
        refund = approve(ask_deposit(office, receipt, **keep(office)))
        results = race(partial(pay, office, refund), partial(pay, office, refund, by=colleague))
        assert {type(result) for result in results} == {Voucher, Refused}
        assert held_by(receipt).balance_fen == 0
    assert broken_laws() == set()


def test_the_control_without_its_check_one_deposit_is_asked_for_twice(office, receipt, monkeypatch):
    monkeypatch.setattr("guanjia.money.refunds.actions.may_request", lambda *_, **__: True)
    ask_deposit(office, receipt, 150_000)
    with pytest.raises(Refused, match="刚被别处退掉或扣掉"):
        ask_deposit(office, receipt, 150_000)
    with without_constraint("deposits_helddeposit", "deposits_balance_sane"):
        ask_deposit(office, receipt, 150_000)
        assert held_by(receipt).held_fen == 300_000
        assert broken_laws() == {"refunds_held"}


def test_without_its_check_more_would_go_out_than_is_held(office, receipt, monkeypatch):
    monkeypatch.setattr(actions, "may_draw_deposit", lambda *_, **__: True)
    monkeypatch.setattr(reversing, "may_reverse", lambda **_: True)
    with pytest.raises(Refused, match="刚被别处退掉或扣掉"):
        draw(office, held_by(receipt), 200_001)
    with without_constraint("deposits_helddeposit", "deposits_balance_sane"):
        draw(office, held_by(receipt), 200_001)
        assert held_by(receipt).balance_fen == -1
        assert "deposits_match" in broken_laws()


def test_without_its_guard_a_deposit_would_begin_with_no_money(receipt):
    with owner() as tables:
        tables.execute("ALTER TABLE deposits_helddeposit DISABLE TRIGGER begun")
        try:
            with transaction.atomic():
                HeldDeposit.objects.create(
                    community=receipt.community,
                    unit=receipt.payment.unit,
                    kind=kind_of(receipt.community),
                    payer_name="张素珍",
                    entry=receipt.payment.entry,
                    received_on=MORNING.date(),
                    amount_fen=5,
                )
            assert broken_laws() == {"deposits_match", "payments_posted"}
        finally:
            tables.execute("ALTER TABLE deposits_helddeposit ENABLE TRIGGER begun")
