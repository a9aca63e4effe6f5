"""Locks on a name rather than a row, for what has no row yet."""

from django.db import connection


def lock_until_commit(name: str) -> None:
    """Hold ``name`` alone until the surrounding transaction ends; others who ask for it wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
