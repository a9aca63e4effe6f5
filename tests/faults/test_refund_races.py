"""Refunds that collide with payments, with each other and with a reversal: nobody gets money twice."""

from functools import partial
from typing import Any

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.estate.tests.factories import make_tenure
from guanjia.money.closing.tests.factories import bank
from guanjia.money.payments.drawer import cash_in
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.money.prepayments import reads
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.actions import withdraw_refund
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.tests.factories import approve, ask, leave, pay
from tests.faults.racing import broken_laws, race, without_constraint

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8
FEE = 236_69


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def second_desk(office):
    return Desk.objects.create(community=office.community, name="前台二", prefix="B")


def owing(office):
    """Return a unit that owes one month and has just what pays it left, and the receipt of that."""
    unit = office.unit()
    make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR)
    office.bill()
    return unit, leave(office, unit, FEE)


def draw(office, unit, **more):
    tender = {"method": Method.PREPAYMENT, "tendered_fen": None}
    return partial(office.pay, office.owed(unit), tender=tender, **more)


def test_a_draw_and_a_request_for_the_same_money_get_it_once(office, second_desk):
    office.man(second_desk, at=MORNING)
    clerk = make_user(community=office.community, role=Role.CLERK)
    for _ in range(ROUNDS):
        unit, receipt = owing(office)
        drawn, asked = race(
            draw(office, unit, desk=second_desk),
            partial(ask, office, receipt, FEE, by=clerk),
        )
        assert sum(isinstance(result, Refused) for result in (drawn, asked)) == 1
        kept = Prepayment.objects.get(unit=unit)
        assert (kept.balance_fen, kept.held_fen) in {(0, 0), (FEE, FEE)}
    assert broken_laws() == set()


def test_the_control_without_the_check_the_money_is_used_and_asked_back(office, monkeypatch):
    unit, receipt = owing(office)
    ask(office, receipt, FEE)
    # The draw looks before the request has come: what it reads is what was free then.
    stale = [reads.Balance(kept.pk, unit.pk, None, FEE) for kept in Prepayment.objects.all()]
    monkeypatch.setattr("guanjia.money.payments.taking.balances_of", lambda *_: stale)
    with pytest.raises(Refused, match="刚被别处用掉"):
        draw(office, unit)()
    with without_constraint("prepayments_prepayment", "prepayments_balance_sane"):
        assert isinstance(draw(office, unit)(), Receipt)
        kept = Prepayment.objects.get(unit=unit)
        assert (kept.balance_fen, kept.held_fen) == (0, FEE)
        assert broken_laws() == {"refunds_held"}


def test_two_cashiers_who_pay_one_refund_pay_it_once(office, second_desk):
    office.man(second_desk, at=MORNING)
    for _ in range(ROUNDS):
        refund = approve(ask(office, leave(office, office.unit()), 200_00))
        results = race(partial(pay, office, refund), partial(pay, office, refund, desk=second_desk))
        assert {type(result) for result in results} == {Voucher, Refused}
    numbers = Voucher.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, ROUNDS + 1))
    assert broken_laws() == set()


def two_of_one_drawer(office):
    """Approve two refunds that the drawer has cash for one of, and have two cashiers pay them at once."""
    office.man(office.desk, MORNING)
    colleague = office.colleague(office.desk, MORNING)
    left = leave(office, office.unit())
    first, second = (approve(ask(office, left, 200_00)) for _ in range(2))
    bank(office.desk, cash_in(office.desk) - 399_99, by=office.cashier, at=MORNING)
    return race(partial(pay, office, first), partial(pay, office, second, by=colleague))


def test_two_refunds_at_one_drawer_are_not_paid_out_of_the_same_cash(office):
    for _ in range(ROUNDS):
        assert {type(result) for result in two_of_one_drawer(office)} == {Voucher, Refused}
        assert cash_in(office.desk) == 199_99
    assert broken_laws() == set()


def test_the_control_a_drawer_read_before_it_was_held_would_pay_both(office, monkeypatch):
    monkeypatch.setattr("guanjia.money.payments.drawer.cash_in", lambda _: 399_99)
    assert {type(result) for result in two_of_one_drawer(office)} == {Voucher}
    assert cash_in(office.desk) == -1


def test_a_reversal_and_a_request_exclude_each_other(office, second_desk):
    office.man(second_desk, at=MORNING)
    clerk = make_user(community=office.community, role=Role.CLERK)
    for _ in range(ROUNDS):
        receipt = leave(office, office.unit())
        reversed_, asked = race(
            partial(office.take_back, receipt), partial(ask, office, receipt, 1_00, by=clerk)
        )
        assert {type(reversed_), type(asked)} in ({Reversal, Refused}, {Refused, Refund})
    assert broken_laws() == set()


def test_an_approval_and_a_withdrawal_leave_one_of_both(office):

    director = make_user(community=office.community, role=Role.DIRECTOR)
    for _ in range(ROUNDS):
        refund = ask(office, leave(office, office.unit()))
        words: dict[str, Any] = {
            "refund": refund,
            "by": refund.requested_by,
            "at": MORNING,
            "reason": "不退了",
        }
        race(partial(approve, refund, by=director), partial(withdraw_refund, **words))
        assert Refund.objects.get(pk=refund.pk).state == "withdrawn"
    assert broken_laws() == set()
