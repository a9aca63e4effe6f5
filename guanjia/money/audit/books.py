"""One unmoving view of the books, of one community or of all, read in a stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.db.models import Q

from guanjia.accounts.models import Community

Row: TypeAlias = dict[str, Any]
_AT_ONCE = 5_000


@contextmanager
def snapshot() -> Iterator[None]:
    """See the books as they stand now throughout, however the desks go on; nothing can be written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def stream(sql: str, community: Community | None, order: str = "") -> Iterator[Row]:
    """Yield the rows of ``sql`` (which names ``community_id``) of one community, or of all, from the server."""
    chosen = " WHERE community_id = %s" if community else ""
    parameters = [community.pk] if community else None
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS found{chosen} {order}", parameters)  # noqa: S608 - our own constants
        names = [column.name for column in cursor.description]
        while rows := cursor.fetchmany(_AT_ONCE):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def community_named(name: str | None) -> Community | None:
    """Return the community with this name or code, None for all. Raises Community.DoesNotExist."""
    return Community.objects.get(Q(name=name) | Q(code=name)) if name else None
