"""An office worked at random never differs from its model (``GUANJIA_STEPS`` and ``GUANJIA_SEED`` to go on or back)."""

import os
import random
from collections import Counter

import pytest
from django.db import IntegrityError

from guanjia.money.deposits.actions import draw_deposit
from guanjia.money.payments import taking, writing
from tests.faults.machine import Machine
from tests.faults.racing import rewritten

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = int(os.environ.get("GUANJIA_STEPS", "2000"))
AUDIT_EVERY = 500
A_HUNDRED = 100


def test_the_books_follow_the_model():
    seed = int(os.environ.get("GUANJIA_SEED", random.SystemRandom().randrange(10**6)))
    print(f"GUANJIA_SEED={seed} GUANJIA_STEPS={STEPS}")  # noqa: T201 - shown where the test fails
    machine = Machine(seed)
    for n in range(1, STEPS + 1):
        machine.step()
        if n % AUDIT_EVERY == 0 or n == STEPS:
            machine.audit()
    assert set(machine.log) == {act.__name__ for act in machine.acts} or STEPS < AUDIT_EVERY
    # That nothing differs says little where nothing was done: each way of taking money was taken.
    taken = machine.model.taken
    kinds = Counter(
        kind
        for each, press in zip(taken, machine.presses, strict=True)
        for kind, holds in {
            "split": len(press.taking.tenders) > 1,
            "in part": press.taking.settle_fen is not None,
            "ahead": press.taking.prepay_fen > 0,
            "drawn": any(fen < 0 for fen in each.left.values()),
            "taken back": not each.stands,
        }.items()
        if holds
    )
    assert len(kinds) == 5 or STEPS < AUDIT_EVERY, kinds


def a_hundred_steps(machine):
    for _ in range(A_HUNDRED):
        machine.step()


def test_the_machine_notices_a_fen(monkeypatch):
    """The control: a settlement that is one fen short does not get past a hundred steps, nor past the database."""

    short = writing._WRITE.replace("b.paid_fen + share.fen", "b.paid_fen + share.fen - 1")
    assert short != writing._WRITE
    monkeypatch.setattr(writing, "_WRITE", short)
    machine = Machine(seed=1)
    with pytest.raises(IntegrityError, match="its allocations say"):
        a_hundred_steps(machine)
    blind = ("paid <> told", "false")
    with rewritten("payments_check_paid", *blind), pytest.raises(AssertionError):
        a_hundred_steps(machine)


def test_the_machine_notices_another_order(monkeypatch):
    """The control: money that settles the newest bill first breaks no law of the books, but differs from the model."""

    in_order = taking._lock_bills
    monkeypatch.setattr(taking, "_lock_bills", lambda *words: in_order(*words)[::-1])
    machine = Machine(seed=1)
    with pytest.raises(AssertionError):
        for _ in range(10):
            a_hundred_steps(machine)


def test_the_machine_notices_a_deduction_that_stays_on_the_deposit(monkeypatch):
    """The control: what was kept of a deposit is income and still told as held."""

    def forget(*, draws, **words):
        draw_deposit(
            draws={kind: fen for kind, fen in draws.items() if kind == "refunded"}, **words
        )

    monkeypatch.setattr("guanjia.money.refunds.actions.draw_deposit", forget)
    monkeypatch.setattr("guanjia.money.deposits.actions.may_draw_deposit", lambda *_, **__: True)
    machine = Machine(seed=1)
    with pytest.raises(AssertionError):
        for _ in range(10):
            a_hundred_steps(machine)
