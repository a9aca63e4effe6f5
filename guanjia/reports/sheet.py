"""A report as plain data: columns, rows and totals, the same for screen, workbook and paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from fractions import Fraction
from typing import Any, TypeAlias

from guanjia.core.money import yuan


class Kind(Enum):
    """What a column holds: words, fen, a number of things, a share of one, a day."""

    TEXT = auto()
    FEN = auto()
    COUNT = auto()
    SHARE = auto()
    DAY = auto()


Value: TypeAlias = str | int | Fraction | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and what stands under it."""

    label: str
    kind: Kind = Kind.TEXT

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.kind not in {Kind.TEXT, Kind.DAY}


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``query`` asks the next report for the rows behind it, None where there are none."""

    values: tuple[Value, ...]
    query: Mapping[str, Any] | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report of a community. ``notes`` say how the figures are defined; they stand on every print."""

    title: str
    scope: str  # which days, which choice
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    notes: Sequence[str] = field(default_factory=tuple)

    def printed(self) -> list[tuple[list[tuple[str, bool]], str]]:
        """Return each row as it is read, each cell with whether it is a number, and the address behind it."""
        return [(self._told(row), row.url) for row in self.rows]

    def printed_total(self) -> list[tuple[str, bool]]:
        """Return the total line in the same way; [] without one."""
        return self._told(self.total) if self.total else []

    def _told(self, row: Row) -> list[tuple[str, bool]]:
        numbers = (column.is_number for column in self.columns)
        return list(zip(self.words(row), numbers, strict=True))

    def words(self, row: Row) -> list[str]:
        """Return the row's values as they are read."""
        return [written(v, c.kind) for v, c in zip(row.values, self.columns, strict=True)]


def written(value: Value, kind: Kind) -> str:
    """Write a value for people: fen as yuan, a share in per cent with two decimals."""
    match kind, value:
        case _, None:
            return "—"
        case Kind.FEN, int(fen):
            return f"-{yuan(-fen)}" if fen < 0 else yuan(fen)
        case Kind.SHARE, Fraction() as share:
            hundredths = round(share * 10_000)
            return f"{hundredths // 100}.{hundredths % 100:02}%"
        case _:
            return str(value)


def summed(columns: Sequence[Column], rows: Iterable[Row], label: str) -> Row:
    """Return the total line: amounts and counts added up, other columns left empty."""
    rows = list(rows)
    added = (
        sum(value for row in rows if isinstance(value := row.values[place], int))
        if column.kind in {Kind.FEN, Kind.COUNT}
        else ""
        for place, column in enumerate(columns)
    )
    values: list[Value] = list(added)
    return Row((label, *values[1:]))


def share(part: int, whole: int) -> Fraction | None:
    """Return ``part`` of ``whole``; None of nothing."""
    return Fraction(part, whole) if whole else None
