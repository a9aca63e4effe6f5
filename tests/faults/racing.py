"""Races that start together, and guards taken away to see what they were for."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, transaction

from guanjia.money.audit.checks import audit

LOOKS = 100_000
PATIENCE = 30  # seconds until a lost race is reported instead of hanging

_WAITING = """
SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database() LIMIT 1
"""


def start(act: Callable[[], Any]) -> Future[Any]:
    """Run ``act`` in a thread with a connection of its own; ``outcome`` waits for it."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(_alone, act)
    pool.shutdown(wait=False)
    return future


def outcome(future: Future[Any]) -> Any:
    """Return what the act returned, or what it raised."""
    fault = future.exception(PATIENCE)
    return fault or future.result()


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Start the acts at one barrier, connected already; return what each returned or raised."""
    line = threading.Barrier(len(acts))

    def runner(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            connection.ensure_connection()
            line.wait(PATIENCE)
            return act()

        return run

    return [outcome(future) for future in [start(runner(act)) for act in acts]]


def _alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def wait_until_blocked(future: Future[Any]) -> None:
    """Return as soon as a session of this database waits for a lock; fail when the act ends without waiting."""
    with owner() as watcher:
        for _ in range(LOOKS):
            if watcher.execute(_WAITING).fetchone():
                return
            assert not future.done(), f"it did not wait: {outcome(future)!r}"
    raise AssertionError("it neither waits nor ends")


@contextmanager
def owner() -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection of the tables' owner."""
    given = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(
        **{key: given[key] for key in keys if key in given}, autocommit=True
    ) as own:
        yield own


@contextmanager
def without_constraint(table: str, name: str) -> Iterator[None]:
    """Drop a constraint while the block runs. The data it would refuse are swept away at the end."""
    with owner() as own:
        (definition,) = own.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        ).fetchone() or ("",)
        own.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            _empty()
            own.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


@contextmanager
def without_index(name: str) -> Iterator[None]:
    """Drop a unique index while the block runs. The data it would refuse are swept away at the end."""
    with owner() as own:
        (definition,) = own.execute("SELECT pg_get_indexdef(%s::regclass)", [name]).fetchone() or (
            "",
        )
        own.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            _empty()
            own.execute(definition)


def _empty() -> None:
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


@contextmanager
def rewritten(function: str, old: str, new: str) -> Iterator[None]:
    """Replace a piece of a trigger function while the block runs."""
    with owner() as own:
        (body,) = own.execute("SELECT pg_get_functiondef(%s::regproc)", [function]).fetchone() or (
            "",
        )
        assert old in body
        own.execute(body.replace(old, new))
        try:
            yield
        finally:
            own.execute(body)


@transaction.atomic
def broken_laws() -> set[str]:
    """Return the names of the audit's checks that find something."""
    return {verdict.check.name for verdict in audit(None) if verdict.count}
