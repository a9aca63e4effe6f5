"""Locks on a name rather than a row, for what has no row yet."""

from django.db import connection


def lock_until_commit(name: str, *, shared: bool = False) -> None:
    """Hold ``name`` alone until the surrounding transaction ends; others who ask for it wait.

    ``shared`` holds it beside others who do the same, and keeps out who wants it alone.
    """
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [name])
