"""Reading by statements that the server plans once a connection: for what nearly every request asks.

The ORM takes longer to write such a statement down than the server takes to answer it. Values are bound by the
server, so a ``%s`` stands where a value may stand and nowhere else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.db import connection, models

if TYPE_CHECKING:
    from guanjia.core.database.base import DatabaseWrapper

Row = tuple[Any, ...]
M = TypeVar("M", bound=models.Model)


def fetch_one(statement: str, values: Sequence[Any]) -> Row | None:
    """Return the first row of ``statement``, or None."""
    with cast("DatabaseWrapper", connection).prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return cast("Row | None", cursor.fetchone())


def fetch_all(statement: str, values: Sequence[Any]) -> list[Row]:
    """Return the rows of ``statement``."""
    with cast("DatabaseWrapper", connection).prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return cast("list[Row]", cursor.fetchall())


class Columns(Generic[M]):
    """A model's columns as a statement names them, and the instances that its rows make.

    With ``only`` some fields are read; the others are fetched when somebody asks for them, as by the ORM's
    own ``only``. Raises TypeError for a field that has to be translated on its way out, such as a sealed one.
    """

    def __init__(self, model: type[M], alias: str, only: Sequence[str] = ()) -> None:
        fields = [f for f in model._meta.concrete_fields if not only or f.name in only]
        if translated := [f.name for f in fields if hasattr(f, "from_db_value")]:
            raise TypeError(f"{model._meta.label}: {translated} cannot be read as they stand")
        self.model = model
        self.names = [field.attname for field in fields]
        self.sql = ", ".join(f"{alias}.{field.column}" for field in fields)

    def __len__(self) -> int:
        return len(self.names)

    def made(self, values: Sequence[Any]) -> M:
        """Return the instance that these values of the columns make."""
        return self.model.from_db("default", self.names, values)
