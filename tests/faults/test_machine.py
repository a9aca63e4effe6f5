"""An office worked at random never differs from its model (``GUANJIA_STEPS`` and ``GUANJIA_SEED`` to go on or back)."""

import os
import random

import pytest
from django.db import IntegrityError

from guanjia.money.payments import writing
from tests.faults.machine import Machine
from tests.faults.racing import rewritten

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = int(os.environ.get("GUANJIA_STEPS", "300"))
AUDIT_EVERY = 100


def test_the_books_follow_the_model():
    seed = int(os.environ.get("GUANJIA_SEED", random.SystemRandom().randrange(10**6)))
    print(f"GUANJIA_SEED={seed} GUANJIA_STEPS={STEPS}")  # noqa: T201 - shown where the test fails
    machine = Machine(seed)
    for n in range(1, STEPS + 1):
        machine.step()
        if n % AUDIT_EVERY == 0 or n == STEPS:
            machine.audit()
    assert set(machine.log) == {act.__name__ for act in machine.acts} or STEPS < AUDIT_EVERY


def test_the_machine_notices_a_fen(monkeypatch):
    """The control: a settlement that is one fen short does not get past a hundred steps, nor past the database."""

    short = writing._WRITE.replace("b.paid_fen + share.fen", "b.paid_fen + share.fen - 1")
    assert short != writing._WRITE
    monkeypatch.setattr(writing, "_WRITE", short)
    machine = Machine(seed=1)
    with pytest.raises(IntegrityError, match="its allocations say"):
        for _ in range(AUDIT_EVERY):
            machine.step()
    blind = ("paid <> told", "false")
    with rewritten("payments_check_paid", *blind), pytest.raises(AssertionError):
        for _ in range(AUDIT_EVERY):
            machine.step()
