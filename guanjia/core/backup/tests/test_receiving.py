"""The log is received by a slot that cannot fill the disk, and nobody waits for a receiver that is gone."""

import signal
import subprocess
import sys
import threading

import psycopg
import pytest

from guanjia.core.backup import BackupError
from guanjia.core.backup.keeper import Keeper
from guanjia.core.backup.source import Source
from guanjia.core.backup.tests.servers import LOOKS, killed_while, look_until
from guanjia.core.embedded import start
from guanjia.core.embedded.binaries import Binaries

pytestmark = [
    pytest.mark.rules,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and owners are POSIX"),
]
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture
def keeping(desk):
    """Run a keeper that takes no backups of its own."""
    idle = [sys.executable, "-c", ""]
    keeper = Keeper(
        desk.source, desk.store, "guanjia_test", desk.home / "files", desk.waiting, idle
    )
    over = threading.Event()
    thread = threading.Thread(target=keeper.keep, kwargs={"done": over.is_set, "pause": 0.05})
    thread.start()
    try:
        look_until(lambda: desk.do("SHOW synchronous_standby_names") != [("",)])
        yield keeper
    finally:
        over.set()
        thread.join()


def test_a_commit_waits_until_the_receiver_has_it_and_is_let_go_when_told(desk):
    receiver = desk.receive()
    receiver.stop()
    writing = threading.Thread(target=desk.write, args=(1,))
    writing.start()
    with psycopg.connect(desk.server.admin_url, autocommit=True) as admin:
        look_until(lambda: admin.execute(WAITS).fetchone() == (1,))
    desk.waiting.end()
    writing.join()
    assert desk.do("SELECT n FROM work") == [(1,)]


def test_the_keeper_revives_a_killed_receiver_and_no_commit_stays_waiting(desk, keeping):
    for number in range(5):
        keeping._receiver._process.kill()
        desk.write(number)
    look_until(lambda: desk.do("SHOW synchronous_standby_names") != [("",)])
    desk.write(5)
    assert desk.do("SELECT count(*) FROM work") == [(6,)]


def test_a_receiver_that_ends_by_itself_is_quoted_and_not_started_all_the_time(desk, caplog):
    programs = desk.home / "programs"
    programs.mkdir()
    fake = programs / "pg_receivewal"
    fake.write_text(f"#!/bin/sh\necho x >> {programs}/starts\necho 'error: no room' >&2\nexit 1\n")
    fake.chmod(0o755)
    source = Source(desk.server.admin_url, Binaries(programs))
    keeper = Keeper(source, desk.store, "guanjia_test", desk.home, desk.waiting, [])
    desk.store.make()
    for _ in range(LOOKS):
        keeper._attempt("receive", 60.0, keeper._receive)
        if "no room" in caplog.text:
            break
    for _ in range(50):
        keeper._attempt("receive", 60.0, keeper._receive)
    assert "the receiver ended: error: no room" in caplog.text
    assert (programs / "starts").read_text() == "x\n"
    desk.write(1)


def test_the_keeper_lets_everybody_go_when_it_ends(desk):
    receiver = desk.receive()
    keeper = Keeper(desk.source, desk.store, "guanjia_test", desk.home, desk.waiting, [])
    keeper.keep(done=lambda: True)
    receiver.stop()
    desk.write(1)
    assert not desk.waiting.on


KILLED = """
import os, signal, sys
from pathlib import Path
from guanjia.core.embedded import start
from guanjia.core.embedded.waiting import Waiting
server = start(Path(sys.argv[1]))
Waiting(server.place, server.admin_url, "nobody").begin()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_server_that_outlived_everybody_waits_for_nobody_once_it_is_joined(desk):
    desk.server.stop()
    assert killed_while(KILLED, str(desk.home)) == -signal.SIGKILL
    assert desk.waiting.on
    desk.server = start(desk.home)
    desk.write(1)
    assert not desk.waiting.on


def test_a_server_that_starts_waits_for_nobody(desk):
    desk.waiting.begin()
    desk.server.stop()
    desk.server = start(desk.home)
    desk.write(1)
    assert not desk.waiting.on


def test_a_slot_without_a_limit_is_refused(desk):
    local = desk.server.place / "local.conf"
    local.write_text("max_slot_wal_keep_size = -1\n")
    local.chmod(0o644)
    desk.server.stop()
    desk.server = start(desk.home)
    with pytest.raises(BackupError, match="max_slot_wal_keep_size") as refusal:
        desk.receiver().prepare()
    assert "\n" not in str(refusal.value)


def test_the_slot_of_a_dead_receiver_gives_way_before_the_disk_is_full_and_a_new_log_begins(desk):
    local = desk.server.place / "local.conf"
    local.write_text("max_slot_wal_keep_size = 32MB\nmax_wal_size = 48MB\nmin_wal_size = 32MB\n")
    local.chmod(0o644)
    desk.server.stop()
    desk.server = start(desk.home)
    receiver = desk.receive()
    receiver.stop()
    desk.waiting.end()
    with psycopg.connect(desk.server.admin_url, autocommit=True) as admin:
        for _ in range(8):
            admin.execute("INSERT INTO work SELECT generate_series(1, 1000)")
            admin.execute("SELECT pg_switch_wal()")
            admin.execute("CHECKPOINT")
        status = admin.execute("SELECT wal_status FROM pg_replication_slots").fetchone()
        assert status == ("lost",)
    keeper = Keeper(desk.source, desk.store, "guanjia_test", desk.home / "files", None, [])
    keeper._receive()
    assert keeper._receiver
    assert keeper._receiver.folder.name.endswith("-2")
    look_until(keeper._receiver.streams)
    keeper._receiver.stop()


def test_a_login_that_may_only_replicate_is_enough(desk):
    with psycopg.connect(desk.server.admin_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE copier LOGIN REPLICATION PASSWORD 'copies'")
        admin.execute("GRANT CONNECT ON DATABASE guanjia TO copier")
    place = desk.server.admin_url.rpartition("@")[2]
    source = Source(f"postgresql://copier:copies@{place}", desk.server.binaries)
    receiver = desk.receiver()
    receiver.source = source
    receiver.prepare()
    receiver.start()
    look_until(lambda: desk.do("SELECT active FROM pg_replication_slots") == [(True,)])
    backup = desk.back_up(source=source)
    desk.write(7)
    with psycopg.connect(desk.server.admin_url, autocommit=True) as admin:
        (written,) = admin.execute("SELECT pg_current_wal_lsn()").fetchone() or ("",)
        received = "SELECT flush_lsn >= %s FROM pg_stat_replication"
        look_until(lambda: admin.execute(received, [written]).fetchone() == (True,))
    receiver.stop()
    assert desk.numbers_in(backup) == [7]


def test_a_login_that_may_not_copy_is_told_so_in_one_line(desk):
    source = Source(desk.server.owner_url, desk.server.binaries)
    with pytest.raises(BackupError, match="DATABASE_REPLICATION_URL") as refusal:
        source.identify()
    assert "\n" not in str(refusal.value)


def test_no_password_stands_on_a_command_line(desk):
    receiver = desk.receive()
    try:
        told = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(receiver._process.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "pg_receivewal" in told
        assert desk.server.admin_url.partition("@")[0].rpartition(":")[2] not in told
    finally:
        receiver.stop()
        desk.waiting.end()
