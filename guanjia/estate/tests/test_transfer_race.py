"""Two desks transfer one unit at once: the second waits, sees the first, and is told so."""

from datetime import date
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.estate.actions import tenures, transfer_ownership
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = date(2026, 4, 1)


def second_desks_outcome():
    """Transfer at one desk and, before it commits, at another; return what the other one gets."""
    unit = make_unit()
    make_tenure(unit=unit)
    clerk = make_user()
    buyers = [make_party(community=unit.community) for _ in range(2)]
    outcome: list[Exception | Tenure] = []

    def transfer(buyer):
        return transfer_ownership(unit=unit, to=buyer, on=SPRING, by=clerk, at=MORNING)

    def other_desk():
        try:
            outcome.append(transfer(buyers[1]))
        except (Refused, IntegrityError) as fault:
            outcome.append(fault)
        finally:
            connection.close()

    thread = Thread(target=other_desk)
    with transaction.atomic():
        transfer(buyers[0])
        thread.start()
        with connection.cursor() as cursor:
            waiting = False  # read from pg_locks, as statistics stand still inside a transaction
            while thread.is_alive() and not waiting:
                cursor.execute(
                    "SELECT EXISTS (SELECT FROM pg_locks"
                    " WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
                )
                (waiting,) = cursor.fetchone()
        assert waiting
    thread.join()
    owners = Tenure.objects.filter(community=unit.community, unit=unit, ends_on=None)
    assert owners.get().party == buyers[0]
    return outcome[0]


def test_the_second_desk_is_refused_in_words():
    outcome = second_desks_outcome()
    assert isinstance(outcome, Refused)
    assert "已有新的登记" in outcome.refusal.reason


def test_without_the_lock_only_the_constraint_stands(monkeypatch):
    def unlocked(unit):
        return Unit.objects.select_related("community").get(community=unit.community_id, pk=unit.pk)

    monkeypatch.setattr(tenures, "_locked", unlocked)
    assert isinstance(second_desks_outcome(), IntegrityError)
