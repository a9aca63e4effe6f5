"""Kill -9 at random moments under paying load loses nothing; and what it finds where a fault is planted."""

import json
import sys
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from django.core.management import CommandError, call_command

from guanjia.bench.ground import django_at, throwaway
from guanjia.faults.killing import run
from guanjia.faults.management.commands import faults as command
from guanjia.faults.office import Victim

pytestmark = [
    pytest.mark.rules,  # a server of its own
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]
CYCLES, SEED = 20, 20
PLANTED = "guanjia.faults.tests.planted"


@pytest.fixture(scope="module")
def server(django_db_blocker):
    with django_db_blocker.unblock(), throwaway() as ground:
        ground.owner.close()  # each test connects anew: the server is killed between them
        yield ground


@pytest.fixture
def ground(server, request):
    """A database of the test's own, as migrated."""
    name = request.node.name[-60:]
    with psycopg.connect(server.owner_url, autocommit=True) as owner:
        intact = replace(server, owner=owner)
        with intact.sister(name) as here, django_at(here.app_url):
            yield here


def until_noticed(ground, victim, **planted):
    """Kill until something is found, a few times at most; return what."""
    for cycle in run(ground, cycles=5, seed=SEED, victims=(victim,), **planted):
        if cycle.faults:
            return " ".join(cycle.faults)
    raise AssertionError("nothing was noticed")


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(ground, monkeypatch, capsys):
    @contextmanager
    def here():
        yield ground

    monkeypatch.setattr(command, "throwaway", here)
    call_command("faults", cycles=CYCLES, seed=SEED, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["faults"] == 0
    assert len(told["cycles"]) == CYCLES
    assert {cycle["victim"] for cycle in told["cycles"]} == {*Victim}
    assert told["acknowledged"] > CYCLES
    assert told["unanswered"] > 0


@pytest.mark.planted("async commit")
def test_the_control_commits_that_wait_for_no_disk_are_missed(ground):
    settings = {"synchronous_commit": "off", "wal_writer_delay": "10s"}
    with psycopg.connect(ground.server.admin_url, autocommit=True) as admin:
        for name, value in settings.items():
            admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        admin.execute("SELECT pg_reload_conf()")
    try:
        noticed = until_noticed(ground, Victim.DATABASE)
        assert "答复过的一笔丢了" in noticed
        assert "程序自己说不正常：witness" in noticed
        assert "L10 receipts_witnessed" in noticed
    finally:
        with psycopg.connect(ground.server.admin_url, autocommit=True) as admin:
            admin.execute("ALTER SYSTEM SET synchronous_commit = 'on'")
            admin.execute("ALTER SYSTEM RESET wal_writer_delay")
            admin.execute("SELECT pg_reload_conf()")


@pytest.mark.planted("early acknowledgement")
def test_the_control_an_answer_ahead_of_its_commit_is_missed(ground):
    noticed = until_noticed(ground, Victim.WEB, application=f"{PLANTED}:early_answer")
    assert "答复过的一笔丢了" in noticed


@pytest.mark.planted("witness written late")
def test_the_control_a_receipt_answered_before_it_is_witnessed_is_noticed(ground):
    noticed = until_noticed(ground, Victim.WEB, application=f"{PLANTED}:late_witness")
    assert "外部见证不知道" in noticed


def test_no_cycles_are_no_proof():
    with pytest.raises(CommandError, match="至少为 1"):
        call_command("faults", cycles=0)
