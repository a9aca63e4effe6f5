"""A start prepares a home unless it is, to the last file, key and table, as the last preparation left it."""

import sys
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from guanjia.accounts.models import Community
from guanjia.accounts.tests.factories import make_community
from guanjia.core.embedded import temporary

sys.path.append(str(Path(__file__).parents[2] / "bin"))
import environment
import prepared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home and a program of one file, prepared."""
    program = tmp_path / "program"
    (program / "guanjia").mkdir(parents=True)
    (program / "requirements").mkdir()
    (program / "guanjia" / "models.py").write_text("first")
    (program / "requirements" / "run.lock").write_text("one==1")
    monkeypatch.setattr(environment, "ROOT", program)
    monkeypatch.delenv("GUANJIA_SECRETS", raising=False)
    made = tmp_path / "home"
    for folder in ("static", "secrets"):
        (made / folder).mkdir(parents=True)
    (made / "static" / "staticfiles.json").write_text("{}")
    (made / "secrets" / "seal.json").write_text("{}")
    state(made).note(made)
    return made


def state(home):
    settings = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    given = {name: settings[key] for name, key in names.items()}
    address = make_conninfo(**given, port=settings["PORT"])
    return prepared.state_of(home, address)


def is_noted(home):
    return state(home).is_noted(home)


def test_nothing_changed_and_nothing_is_prepared(home):
    assert is_noted(home)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: (environment.ROOT / "guanjia" / "models.py").write_text("second, longer"),
        lambda _: (environment.ROOT / "guanjia" / "migration.py").write_text("new"),
        lambda _: (environment.ROOT / "guanjia" / "models.py").unlink(),
        lambda _: (environment.ROOT / "requirements" / "run.lock").write_text("one==2"),
        lambda home: (home / "secrets" / "seal.json").unlink(),
        lambda home: (home / "static" / "staticfiles.json").unlink(),
        lambda home: (home / prepared.NOTE).write_text("half a no"),
        lambda home: (home / prepared.NOTE).unlink(),
    ],
    ids=[
        "file",
        "new file",
        "file gone",
        "lock",
        "key gone",
        "static gone",
        "torn note",
        "no note",
    ],
)
def test_any_change_has_it_prepared(home, change):
    change(home)
    assert not is_noted(home)


def test_a_test_that_changes_asks_for_nothing(home):
    (environment.ROOT / "guanjia" / "tests").mkdir()
    (environment.ROOT / "guanjia" / "tests" / "test_it.py").write_text("new")
    assert is_noted(home)


def test_a_database_of_another_state_has_it_prepared(home):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, app, name, applied FROM django_migrations ORDER BY id DESC LIMIT 1"
        )
        last = cursor.fetchone()
    settings = connection.settings_dict["OPTIONS"]
    role = settings.get("assume_role")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM django_migrations WHERE id = %s", [last[0]])
        try:
            assert not is_noted(home)
        finally:
            cursor.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", last)
            if role:
                cursor.execute(f'SET ROLE "{role}"')
    assert is_noted(home)


def test_an_empty_database_has_it_prepared(home):
    with temporary() as server:
        fresh = prepared.state_of(home, server.owner_url)
    assert not fresh.database
    assert not fresh.has_communities
    fresh.note(home)
    assert not fresh.is_noted(home)


def test_it_tells_whether_there_is_a_community():
    assert Community.objects.exists() is state(Path("/nonexistent")).has_communities
    make_community()
    assert state(Path("/nonexistent")).has_communities
