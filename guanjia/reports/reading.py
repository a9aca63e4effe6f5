"""Reading rows by a statement of our own, inside one community."""

from typing import Any

from django.db import connection

from guanjia.accounts.models import Community


def rows_of(sql: str, community: Community, **values: Any) -> list[dict[str, Any]]:
    """Return the rows of ``sql``, which names ``%(community)s``, as dictionaries by column."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"community": community.pk, **values})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
