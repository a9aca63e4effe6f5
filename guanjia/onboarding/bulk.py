"""Many rows in one statement: COPY for new ones, one UPDATE for changed ones, ids reserved beforehand."""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from guanjia.accounts.models import Community


def reserve_ids(model: type[models.Model], count: int) -> Iterator[int]:
    """Return ``count`` ids of the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s,"
            " generate_series(1, %s)",  # OFFSET 0: looked up once
            [model._meta.db_table, count],
        )
        return iter([row[0] for row in cursor.fetchall()])


def copy_rows(
    model: type[models.Model],
    community: Community,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Write new rows, given as values of ``columns``; the database works while they are being made."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, ("community_id", *columns)))
    count = 0
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy,
    ):
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last count is the answer
            copy.write_row((community.pk, *row))
    return count


def update_rows(
    model: type[models.Model],
    community: Community,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Set ``columns`` of rows given as (id, values…), in one statement."""
    if not rows:
        return
    quote = connection.ops.quote_name
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    typed = ", ".join(f"{quote(column)} {types[column]}" for column in columns)
    assigned = ", ".join(f"{quote(column)} = n.{quote(column)}" for column in columns)
    names = ("id", *columns)
    content = [dict(zip(names, map(_plain, row), strict=True)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(model._meta.db_table)} AS t SET {assigned} "  # noqa: S608 - names of our own models
            f"FROM jsonb_to_recordset(%s::jsonb) AS n(id bigint, {typed}) "
            "WHERE t.community_id = %s AND t.id = n.id",
            [json.dumps(content), community.pk],
        )


@contextmanager
def many_objects() -> Iterator[None]:
    """Spare the collector of cycles: it would look through a workbook's records time and again.

    Best around the function that lets go of them, or it will look through them once more in the end.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def array_text(values: Iterable[str]) -> str:
    """Return PostgreSQL's text of an array: COPY takes it as it is, many times faster than a list."""
    values = list(values)
    if not values:
        return "{}"
    joined = "\0".join(values).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + joined.replace("\0", '","') + '"}'


def _plain(value: Any) -> Any:
    """Return a value as JSON carries it to a column of any type."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if value is None or isinstance(value, bool | int | list):
        return value
    return str(value)
