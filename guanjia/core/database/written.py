"""QuerySets written down once: the first call makes the SQL, every other sends its values alone.

For what nearly every request asks: the ORM takes ten times as long to write such a statement as the server takes to
answer it, and writes the same one each time. ::

    @written_once
    def bills_of(community: int, units: list[int]) -> QuerySet[Bill]:
        return Bill.objects.filter(community=community, unit__in=units).select_related("item")


    bills_of(3, [17, 18])  # a list of bills
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import models
from django.db.models.query import ModelIterable, get_related_populators

from guanjia.core.database.prepared import Row, fetch_all

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)

# What stands for a value while a statement is written; no query of ours has such a value in it.
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda place: 1_913_370_000 + place,
    str: lambda place: f"\0value {place}",
    date: lambda place: date(1, 1, 1 + place),
}


def written_once(build: Callable[P, models.QuerySet[M]]) -> Callable[P, list[M]]:
    """Turn a function that returns a QuerySet into one that returns its rows.

    It takes ints, texts and days, and lists of these, by position, and must use each as it is given: what it
    makes of them is made once. Raises TypeError and ValueError at its first call where that does not hold.
    """
    written: dict[tuple[object, ...], _Written[M]] = {}

    @wraps(build)
    def read(*values: P.args, **named: P.kwargs) -> list[M]:
        if named:
            raise TypeError(f"{build.__name__} takes its values by position")
        given = [_full(value) if isinstance(value, list) else value for value in values]
        shape = tuple(len(v) if isinstance(v, list) else type(v) for v in given)
        if shape not in written:
            written[shape] = _Written(build, given)
        return written[shape].read(given)

    return read


class _Written(Generic[M]):
    """One statement for values of one shape, and how its rows become instances."""

    def __init__(self, build: Callable[..., models.QuerySet[M]], values: Sequence[Any]) -> None:
        places: dict[Any, int] = {}

        def mark(value: Any) -> Any:
            if isinstance(value, list):
                return [mark(each) for each in value]
            if type(value) not in _MARKS:
                raise TypeError(f"{build.__name__}: {value!r} is no int, text or day")
            made = _MARKS[type(value)](len(places))
            places[made] = len(places)
            return made

        rows = build(*[mark(value) for value in values])
        if rows._iterable_class is not ModelIterable:  # noqa: SLF001 - told by nothing else
            raise TypeError(f"{build.__name__}: only whole instances are read")
        self._using = rows.db
        compiler = rows.query.get_compiler(self._using)
        self._sql, parameters = compiler.as_sql()
        # By each parameter, the place of its value, or a constant.
        self._filling = [(places.get(p), p) if type(p) in _MARKS else (None, p) for p in parameters]
        if missing := set(places.values()) - {place for place, _ in self._filling}:
            raise ValueError(f"{build.__name__}: value {min(missing)} is not used as it is given")
        self._connection = compiler.connection
        self._converters = list(
            compiler.get_converters([column for column, *_ in compiler.select]).items()
        )
        info = compiler.klass_info
        self._model: type[M] = info["model"]
        self._own = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._own]]
        # The stubs know a later Django's signature.
        self._related = get_related_populators(info, compiler.select, self._using)  # type: ignore[call-arg]
        self._annotations = list((compiler.annotation_col_map or {}).items())

    def read(self, values: Iterable[Any]) -> list[M]:
        flat = [
            each for value in values for each in (value if isinstance(value, list) else (value,))
        ]
        filled = [constant if place is None else flat[place] for place, constant in self._filling]
        return [self._made(row) for row in fetch_all(self._sql, filled)]

    def _made(self, raw: Row) -> M:
        row = list(raw)
        for place, (converters, expression) in self._converters:
            for converter in converters:
                row[place] = converter(row[place], expression, self._connection)
        made = self._model.from_db(self._using, self._names, row[self._own])
        for related in self._related:
            related.populate(row, made)
        for name, place in self._annotations:
            setattr(made, name, row[place])
        return made


def _full(values: list[Any]) -> list[Any]:
    """Return the list with its last value repeated up to a power of two: few lengths, few statements."""
    if not values:
        raise ValueError("nothing is in an empty list")
    length = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (length - len(values))
