"""Reading by statements that the server plans once a connection: for what nearly every request asks.

The ORM takes longer to write such a statement down than the server takes to answer it. Values are bound by the
server, so a ``%s`` stands where a value may stand and nowhere else.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.db import connection, models
from psycopg.types.numeric import Int8

if TYPE_CHECKING:
    from guanjia.core.database.base import DatabaseWrapper

Row = tuple[Any, ...]
Values = Sequence[Any] | Mapping[str, Any]
M = TypeVar("M", bound=models.Model)


def fetch_one(statement: str, values: Values) -> Row | None:
    """Return the first row of ``statement``, or None."""
    return next(iter(fetch_all(statement, values)), None)


def fetch_all(statement: str, values: Values) -> list[Row]:
    """Return the rows of ``statement``."""
    cursor = cast("DatabaseWrapper", connection).prepared_cursor()
    cursor.execute(statement, _bound(values))
    return cast("list[Row]", cursor.fetchall())


def _bound(values: Values) -> Values:
    """Send every int as a bigint: by its size it would be of one of three types, each with a plan of its own."""
    if isinstance(values, Mapping):
        return {name: _wide(value) for name, value in values.items()}
    return [_wide(value) for value in values]


def _wide(value: Any) -> Any:
    if type(value) is int:
        return Int8(value)
    return [_wide(each) for each in value] if type(value) is list else value


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
