"""Two imports of one register at once: one after the other, and the second finds nothing new."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from guanjia.accounts.tests.factories import make_community
from guanjia.core.refusal import Refused
from guanjia.estate.models import Party, Unit
from guanjia.onboarding import actions
from guanjia.onboarding.tests.workbooks import register, take_in, totals
from guanjia.onboarding.writing import Writer

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [{"number": f"1-1-{n}", "name": f"住户{n}"} for n in range(1, 51)]


def at_once(community, content):
    """Let two imports examine the register before either writes, as far as their locks allow."""
    outcomes: list[Any] = []
    barrier = threading.Barrier(2, timeout=30)

    def import_it():
        try:
            barrier.wait()
            outcomes.append(take_in(community, content))
        except Refused as refused:
            outcomes.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=import_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_the_second_import_waits_and_finds_everything_the_same():
    community = make_community()
    outcomes = at_once(community, register(*ROWS))
    new = sorted(totals(outcome)["new"] for outcome in outcomes)
    assert (new[0], Party.objects.filter(community=community).count()) == (0, 50)


def test_the_control_without_the_lock_one_of_them_is_refused_whole(monkeypatch):
    community = make_community()
    meeting = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(actions, "lock_until_commit", lambda _name: None)
    writer = Writer.write

    def write_together(self):
        meeting.wait()
        writer(self)

    monkeypatch.setattr(Writer, "write", write_together)
    outcomes = at_once(community, register(*ROWS))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert Unit.objects.filter(community=community).count() == 50


def test_the_lock_is_held_until_the_commit():
    community = make_community()
    with transaction.atomic():
        take_in(community, register(*ROWS))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            assert cursor.fetchone()[0] >= 1
