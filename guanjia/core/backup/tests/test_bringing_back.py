"""What was acknowledged comes back, from real copies of a real server."""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from guanjia.core.backup import BackupError
from guanjia.core.backup.replay import choose, put_in_place
from guanjia.core.backup.store import opened
from guanjia.core.backup.tests.servers import killed_while, look_until
from guanjia.core.embedded import start
from guanjia.core.embedded.places import Places, prepare

pytestmark = [
    pytest.mark.rules,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and owners are POSIX"),
]


def test_nothing_acknowledged_is_lost_when_the_receiver_is_killed_at_once(desk):
    receiver = desk.receive()
    desk.write(1)
    backup = desk.back_up()
    desk.write(*range(2, 30))
    receiver._process.kill()
    receiver.stop()
    desk.waiting.end()
    assert desk.numbers_in(backup) == list(range(1, 30))


def test_the_control_without_a_receiver_what_came_after_the_backup_is_lost(desk):
    desk.write(1)
    backup = desk.back_up()
    desk.write(2)
    assert desk.numbers_in(backup) == [1]


def test_any_moment_since_the_backup_can_be_restored(desk):
    receiver = desk.receive()
    desk.write(1)
    backup = desk.back_up()
    desk.write(2)
    ((moment,),) = desk.do("SELECT clock_timestamp()")
    desk.write(3)
    receiver.stop()
    desk.waiting.end()
    assert desk.numbers_in(backup, until=moment) == [1, 2]


def test_a_moment_that_the_log_does_not_reach_is_refused_in_one_line(desk):
    backup = desk.back_up()
    later = datetime.now(UTC) + timedelta(days=1)
    with (
        pytest.raises(BackupError, match="恢复不到这个时刻") as refusal,
        desk.brought_back(backup, until=later),
    ):
        pass
    assert "\n" not in str(refusal.value)


def test_a_moment_before_a_backup_takes_an_earlier_one(desk):
    first = desk.back_up()
    between = datetime.now(UTC)
    second = desk.back_up()
    assert choose(desk.store, second, between) == first
    assert choose(desk.store, second, None) == second
    with pytest.raises(BackupError, match="没有早于这个时刻的备份"):
        choose(desk.store, second, first.at - timedelta(days=1))


def test_a_hole_in_the_log_is_told(desk):
    receiver = desk.receive()
    backup = desk.back_up()
    for number in (1, 2, 3):
        desk.write(number)
        with psycopg.connect(desk.server.admin_url, autocommit=True) as admin:
            admin.execute("SELECT pg_switch_wal()")
    chain = desk.store.chain(backup.chain)
    look_until(lambda: desk.do("SELECT 1") and len(list(chain.glob("*"))) > 4)
    receiver.stop()
    desk.waiting.end()
    segments = sorted(p for p in chain.glob("*") if not p.name.endswith(".partial"))
    segments[-2].unlink()
    with desk.brought_back(backup) as aside:
        assert aside.gap_after == segments[-3].name


def test_a_damaged_backup_is_refused(desk):
    backup = desk.back_up()
    archive = backup.path / "base.tar.gz"
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(BackupError, match="已损坏"), desk.brought_back(backup):
        pass


def test_a_changed_list_of_files_is_refused(desk):
    backup = desk.back_up()
    listed = backup.path / "backup_manifest"
    listed.write_text(listed.read_text().replace("PG_VERSION", "PG_VERSIOM"))
    with pytest.raises(BackupError, match="已损坏"), desk.brought_back(backup):
        pass


def test_attachments_come_along_and_a_new_one_is_added(desk):
    files = desk.home / "files" / "attachments"
    files.mkdir(parents=True)
    (files / "a.pdf").write_bytes(b"%PDF-a")
    desk.back_up()
    (files / "b.pdf").write_bytes(b"%PDF-b")
    second = desk.back_up()
    assert (desk.store.files / "attachments/b.pdf").read_bytes() == b"%PDF-b"
    assert "attachments/a.pdf" in (second.path / "files.json").read_text()


def test_keys_lie_apart_from_the_data_and_are_refused_together(desk):
    backup = desk.back_up()
    told = [path.name for path in desk.store.root.rglob("*")]
    assert "seal.json" not in told
    assert not any(name.startswith("database_") for name in told)
    assert (desk.home / "keys" / backup.name / "seal.json").exists()
    desk.store = type(desk.store)(desk.home)
    with pytest.raises(BackupError, match="不能和数据备份放在一起"):
        desk.back_up()


KILLED_BACKUP = """
import os, signal, sys
from pathlib import Path
from guanjia.core.backup.source import Source
from guanjia.core.backup.store import Store
from guanjia.core.backup.taking import Belongings, take
from guanjia.core.backup.retention import Why
from guanjia.core.embedded.binaries import Binaries
url, programs, root, secrets = sys.argv[1:]
def die(words):
    if words == sys.argv[0] or words.startswith("复制附件"):
        os.kill(os.getpid(), signal.SIGKILL)
take(source=Source(url, Binaries(Path(programs))), store=Store(Path(root)), key_store=Path(secrets + "-keys"),
     belongings=Belongings(Path(root + "-files"), Path(secrets)), why=Why.MANUAL, progress=die)
"""


def test_a_backup_that_was_killed_is_none_and_the_next_one_clears_it_away(desk):
    good = desk.back_up()
    words = [str(p) for p in (desk.source.binaries.directory, desk.store.root, desk.home / "s")]
    ended = killed_while(KILLED_BACKUP, desk.server.admin_url, *words)
    assert ended == -signal.SIGKILL
    assert list(desk.store.root.glob(".half-*"))
    assert [backup.name for backup in desk.store.backups()] == [good.name]
    assert opened(desk.store.root)[1] == good
    desk.back_up()
    assert not list(desk.store.root.glob(".half-*"))


KILLED_REPLAY = """
import os, signal, sys
from pathlib import Path
from guanjia.core.backup.replay import replayed
from guanjia.core.backup.store import opened
from guanjia.core.embedded.places import prepare
home, folder, url = sys.argv[1:]
store, backup = opened(Path(folder))
places = prepare(Path(home) / "aside")
with replayed(backup, store, root=places.root, user=places.user, like=url, throwaway=True, progress=print):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def runs(pid):
    """Whether the process runs; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_drill_that_was_killed_leaves_no_server_in_the_next_ones_way(desk):
    desk.write(1)
    backup = desk.back_up()
    words = (str(desk.home), str(backup.path), desk.server.owner_url)
    assert killed_while(KILLED_REPLAY, *words) == -signal.SIGKILL
    left = desk.home / "aside/database/data/postmaster.pid"
    orphan = int(left.read_text().splitlines()[0])
    assert desk.numbers_in(backup) == [1]
    assert not runs(orphan)


def test_restored_data_take_the_place_of_the_old_ones_which_are_kept(desk):
    desk.write(1)
    backup = desk.back_up()
    desk.write(2)
    home = prepare(desk.home)
    aside = Places(home.root / "restoring", home.user)
    with desk.brought_back(backup, root=aside.root, throwaway=False):
        pass
    desk.server.stop()
    kept = put_in_place(aside, home, datetime.now(UTC))
    desk.server = start(desk.home)
    assert desk.do("SELECT n FROM work") == [(1,)]
    assert kept is not None
    assert (kept / "PG_VERSION").exists()


@pytest.mark.parametrize("old_is_aside", [False, True])
def test_a_swap_that_was_interrupted_ends_with_one_of_the_two(desk, old_is_aside):
    desk.write(1)
    desk.server.stop()
    home = prepare(desk.home)
    os.system(f"cp -a {home.data} {home.restored}")  # noqa: S605 - names of our own
    (home.restored / "mark").touch()
    if old_is_aside:
        home.data.rename(home.root / "data.before-now")
    desk.server = start(desk.home)
    assert desk.do("SELECT n FROM work") == [(1,)]
    assert (home.data / "mark").exists() is old_is_aside
