"""What is kept: a week of days, a month of weeks, and never less than the last good one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.backup.keeper import is_due
from guanjia.core.backup.retention import Dated, Proof, Why, to_keep, with_log
from guanjia.core.backup.store import Backup, Store, write_json

pytestmark = pytest.mark.rules
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def days_ago(*numbers, **fields):
    return [Dated(f"{n}", NOON - timedelta(days=n), **fields) for n in numbers]


def test_seven_days_and_four_weeks_are_kept():
    kept = sorted(map(int, to_keep(days_ago(*range(60)))))
    assert kept[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert len(kept) == 9  # two of the four weeks' newest are among the seven days
    assert kept[-1] < 28


def test_several_on_one_day_leave_the_newest_once_the_day_is_over():
    hours = [Dated(f"{n}", NOON - timedelta(hours=n)) for n in range(10)]
    assert to_keep(hours) == {backup.name for backup in hours}
    tomorrow = Dated("next", NOON + timedelta(days=1))
    assert to_keep([*hours, tomorrow]) == {"0", "next"}


def test_one_that_could_not_be_brought_back_takes_no_others_place():
    good = days_ago(30)
    bad = days_ago(*range(10), proof=Proof.BAD)
    assert "30" in to_keep(good + bad)


def test_the_last_proven_one_is_kept_however_old():
    assert "300" in to_keep(days_ago(*range(60)) + days_ago(300, proof=Proof.GOOD))


def test_the_two_last_upgrades_are_kept():
    old = [Dated(f"u{n}", NOON - timedelta(days=100 + n), Why.UPGRADE) for n in range(4)]
    assert {"u0", "u1"} == {name for name in to_keep(days_ago(*range(9)) + old) if name[0] == "u"}


dated = st.builds(
    Dated,
    name=st.uuids().map(str),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - local
    why=st.sampled_from(Why),
    proof=st.sampled_from(Proof),
)


@given(st.lists(dated, min_size=1, unique_by=lambda backup: backup.at))
def test_the_newest_good_one_always_stays_and_few_others_do(backups):
    kept = to_keep(backups)
    sound = [backup for backup in backups if backup.proof is not Proof.BAD]
    newest = max(sound or backups, key=lambda backup: backup.at)
    assert newest.name in kept
    that_day = sum(backup.at.date() == newest.at.date() for backup in backups)
    assert len(kept) <= that_day + 7 + 4 + 2 + 1 + 1
    assert with_log(backups) <= kept


def make(store, at, chain="s-1-1", segment="000000010000000000000005"):
    path = store.root / f"{at:%Y%m%dT%H%M%S%fZ}-daily"
    path.mkdir(parents=True)
    told = {
        "at": at.isoformat(),
        "why": "daily",
        "chain": chain,
        "first_segment": segment,
        "end_lsn": "0/0",
        "fingerprint": "",
        "seal_key": "",
        "bytes": 1,
    }
    write_json(path / "files.json", [])
    write_json(path / "backup.json", told)
    return path


def test_the_log_is_kept_as_far_back_as_a_week_of_backups_and_dead_logs_go(tmp_path):
    store = Store(tmp_path)
    make(store, NOON - timedelta(days=40), segment="000000010000000000000001")
    make(store, NOON - timedelta(days=20), chain="s-1-0", segment="000000010000000000000001")
    for n in range(9):
        make(store, NOON - timedelta(days=n), segment=f"0000000100000000000000{9 - n:02X}")
    for chain in ("s-1-1", "s-1-0", "older"):
        store.chain(chain).mkdir(parents=True)
    for n in range(1, 12):
        (store.chain("s-1-1") / f"0000000100000000000000{n:02X}").touch()
    store.prune()
    left = sorted(path.name[-2:] for path in store.chain("s-1-1").iterdir())
    assert left[0] == "03"  # the seventh day's
    assert not store.chain("older").exists()
    assert not store.chain("s-1-0").exists()
    assert len(store.backups()) == 9


def test_a_folder_that_is_no_backup_is_never_counted_or_removed(tmp_path):
    store = Store(tmp_path)
    (tmp_path / "family photos").mkdir()
    (tmp_path / "family photos" / "backup.json").write_text("{}")
    make(store, NOON)
    store.prune()
    assert (tmp_path / "family photos").exists()
    assert len(store.backups()) == 1


def backup_at(at, chain="c"):
    return Backup(Path("x"), at, Why.DAILY, chain, "", "", "", "", 0)


def test_a_backup_is_due_after_each_night_and_on_each_new_log():
    morning = datetime(2026, 12, 1, 1, tzinfo=UTC)  # nine o'clock in Shanghai
    last_night = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)  # half past two
    yesterday = last_night - timedelta(hours=1)
    assert is_due(None, "c", morning)
    assert not is_due(backup_at(last_night), "c", morning)
    assert is_due(backup_at(yesterday), "c", morning)
    assert is_due(backup_at(last_night), "d", morning)
