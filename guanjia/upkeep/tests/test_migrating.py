"""An upgrade backs up first, makes way for whoever works, and says in one line what stopped it."""

import io

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as Django
from django.db import OperationalError, connection, transaction

from guanjia.accounts.tests.factories import make_user
from guanjia.core.backup import BackupError
from guanjia.core.backup.retention import Why
from guanjia.upkeep import office
from guanjia.upkeep.management.commands import migrate
from tests.faults.racing import owner

pytestmark = pytest.mark.django_db(transaction=True)


class Heard(io.StringIO):
    """Stderr, with an ear: what is to happen when a word is said."""

    def __init__(self, word, then):
        super().__init__()
        self.word, self.then = word, then

    def write(self, words):
        if self.word in words:
            self.then()
        return super().write(words)


@pytest.fixture
def an_upgrade(monkeypatch):
    """Let the migration be one that needs a table for itself."""

    def handle(*_words, **_options):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("LOCK TABLE upkeep_drill IN ACCESS EXCLUSIVE MODE")

    monkeypatch.setattr(Django, "handle", handle)
    monkeypatch.setattr(migrate, "PAUSE", 0)
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "1ms")


def test_it_waits_its_turn_and_says_so(an_upgrade):
    with owner() as desk:
        desk.execute("BEGIN")
        desk.execute("LOCK TABLE upkeep_drill IN ACCESS SHARE MODE")
        heard = Heard("有人正在使用", lambda: desk.execute("ROLLBACK"))
        call_command("migrate", "--no-backup", stderr=heard)
    assert heard.getvalue().count("有人正在使用") == 1


def test_it_gives_up_in_one_line(an_upgrade):
    with owner() as desk:
        desk.execute("BEGIN")
        desk.execute("LOCK TABLE upkeep_drill IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="一直有人在用") as told:
            call_command("migrate", "--no-backup", stderr=io.StringIO())
        desk.execute("ROLLBACK")
    assert "\n" not in str(told.value)


def test_a_lock_timeout_is_really_set(monkeypatch):
    asked = []

    def handle(*_words, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            asked.extend(cursor.fetchone())

    monkeypatch.setattr(Django, "handle", handle)
    call_command("migrate", "--no-backup")
    assert asked == ["2s"]


@pytest.fixture
def taken(monkeypatch):
    """Note each backup that is asked for, with whether the tables had been changed already."""
    notes: list[object] = []

    def take(*, why, **_more):
        notes.append((why, "before"))
        raise BackupError("没有盘")

    monkeypatch.setattr(migrate, "take", take)
    monkeypatch.setattr(office, "source", lambda: None)
    monkeypatch.setattr(Django, "handle", lambda *_w, **_o: notes.append("changed"))
    return notes


@pytest.mark.parametrize(("people", "changes"), [(0, 1), (1, 0), (1, 1)])
def test_a_backup_comes_first_where_there_is_something_to_lose(taken, monkeypatch, people, changes):
    for _ in range(people):
        make_user()
    monkeypatch.setattr(migrate, "_will_change", lambda: bool(changes))
    if people and changes:
        with pytest.raises(CommandError, match="数据库没有动"):
            call_command("migrate", stderr=io.StringIO())
        assert taken == [(Why.UPGRADE, "before")]
    else:
        call_command("migrate")
        assert taken == ["changed"]


def test_only_an_explicit_word_goes_without(taken, monkeypatch):
    make_user()
    monkeypatch.setattr(migrate, "_will_change", lambda: True)
    call_command("migrate", "--no-backup")
    assert taken == ["changed"]


def test_nothing_is_left_to_do_here():
    assert not migrate._will_change()


def test_a_full_disk_is_one_line():
    fault = OperationalError("could not extend file: No space left on device\nHINT: Check free")
    fault.__cause__ = psycopg.errors.DiskFull("could not extend file")
    assert "磁盘已满" in migrate._explain(fault)
    assert "\n" not in migrate._explain(fault)
