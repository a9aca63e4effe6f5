"""Two logins write at once; and a guard of the database, opened for a control."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import psycopg
from django.db import connection


@dataclass
class Second:
    """What became of the one who came second: whether they had to wait, and what they were refused with."""

    waited: bool = False
    refusal: psycopg.Error | None = None


def second_of_two(
    first: psycopg.Connection,
    second: psycopg.Connection,
    statement: Callable[[psycopg.Connection], object],
    then: Callable[[psycopg.Connection], object],
) -> Second:
    """Let ``first`` do ``statement`` and, before it commits, ``second`` do ``then``; return how that went."""
    told = Second()

    def come_second() -> None:
        try:
            then(second)
        except psycopg.Error as refused:
            told.refusal = refused

    with first.transaction():
        statement(first)
        thread = Thread(target=come_second)
        thread.start()
        while thread.is_alive() and not told.waited:
            told.waited = first.execute(
                "SELECT pg_backend_pid() = ANY (pg_blocking_pids(%s))", [second.info.backend_pid]
            ).fetchone() == (True,)
    thread.join()
    return told


@contextmanager
def function_without(name: str, words: str, instead: str = "") -> Iterator[None]:
    """Take ``words`` out of a function of the database for a while."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
        (whole,) = cursor.fetchone()
        assert words in whole
        try:
            cursor.execute(whole.replace(words, instead))
            yield
        finally:
            cursor.execute(whole)
