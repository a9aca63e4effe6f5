"""Statements planned once a connection, and a connection whose server went away."""

from time import monotonic
from typing import cast

import psycopg
import pytest
from django.db import connection as default
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from guanjia.accounts.models import Community, User
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.core.database.base import ASK_EVERY_S, DatabaseWrapper
from guanjia.core.database.prepared import Columns, fetch_all, fetch_one

pytestmark = pytest.mark.django_db
connection = cast("DatabaseWrapper", default)
STATEMENT = "SELECT code FROM accounts_community WHERE id = %s"


def planned() -> list[str]:
    return [row[0] for row in fetch_all("SELECT statement FROM pg_prepared_statements", [])]


def test_a_statement_is_planned_once_and_answers_by_its_values():
    first, second = make_community(), make_community()
    assert fetch_one(STATEMENT, [first.pk]) == (first.code,)
    assert fetch_one(STATEMENT, [second.pk]) == (second.code,)
    assert fetch_one(STATEMENT, [0]) is None
    assert planned().count(STATEMENT.replace("%s", "$1")) == 1


def test_ints_of_every_size_share_a_plan():
    for pk in (1, 40_000, 2**40):
        fetch_all("SELECT %s = ANY(%s)", [pk, [pk, 7]])
    assert planned().count("SELECT $1 = ANY($2)") == 1


def test_values_may_be_named():
    assert fetch_one("SELECT %(b)s - %(a)s", {"a": 2, "b": 5}) == (3,)


def test_the_orms_own_statements_are_not_kept():
    Community.objects.filter(pk=1).exists()
    assert not [statement for statement in planned() if "LIMIT 1" in statement]


def test_a_value_is_never_read_as_a_statement():
    hostile = "x'; DROP TABLE accounts_community; --"
    assert fetch_all("SELECT %s::text", [hostile]) == [(hostile,)]


def test_it_is_counted_and_logged_like_any_other(django_assert_num_queries):
    with django_assert_num_queries(2) as made:
        for pk in (1, 2):
            fetch_one(STATEMENT, [pk])
    assert "WHERE id = 2" in made[1]["sql"]


def test_columns_make_the_models_own_instances(django_assert_num_queries):
    user = make_user(name="陈晓雯")
    some = Columns(User, "u", only=("id", "name"))
    statement = f"SELECT {some.sql} FROM accounts_user u WHERE id = %s"  # noqa: S608 - our own names
    made = some.made(fetch_all(statement, [user.pk])[0])
    assert (made, made.name) == (user, "陈晓雯")
    with django_assert_num_queries(1):
        assert made.staff_no == user.staff_no, "what was left out is fetched when asked for"


def test_a_sealed_column_is_not_read_as_it_stands():
    with pytest.raises(TypeError, match="phone"):
        Columns(User, "u")


@pytest.mark.django_db(transaction=True)
def test_a_server_that_went_away_is_noticed_without_being_asked(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "execute", None)  # asking would fail
    connection._asked_at = monotonic()
    assert connection.is_usable()
    monkeypatch.undo()
    process = connection.connection.info.backend_pid
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    assert not connection.is_usable()
    connection.close()
    assert fetch_one("SELECT 1", []) == (1,)


@pytest.mark.django_db(transaction=True)
def test_once_a_minute_the_server_is_asked(monkeypatch):
    connection.ensure_connection()
    connection._asked_at = monotonic() - ASK_EVERY_S - 1
    answers = iter([True])
    monkeypatch.setattr(PostgreSQL, "is_usable", lambda _: next(answers))
    assert connection.is_usable()
    assert connection.is_usable()
    assert not list(answers), "the first of the two asked"
