"""The office's calendar: business dates in Asia/Shanghai, working days, months.

Statutory holidays and make-up working days are data, one ``<year>.json`` for each notice of the
State Council. Folders in ``FOLDERS`` are looked through in order, so that an installation can add
next year's file beside the packaged ones; without a file the weekends alone are free.
"""

import json
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from guanjia.core.text import half_width

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLDERS = [Path(__file__).parent / "calendar_data"]

_DAY = timedelta(days=1)
_SATURDAY = 5
_NOVEMBER, _DECEMBER = 11, 12
_YEARS = range(1900, 3000)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})月?|([0-9]{2}))")


def business_date(at: datetime) -> date:
    """Return the date in Asia/Shanghai of an aware instant; raises ValueError on a naive one."""
    if at.tzinfo is None:
        raise ValueError("business_date needs an aware datetime")
    return at.astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class YearPlan:
    """One year's notice: its free days by name of the holiday, and the weekend days worked for them."""

    year: int
    source: str
    holidays: dict[date, str]
    working_days: frozenset[date]

    @classmethod
    def read(cls, document: str) -> Self:
        """Read a year's JSON file; raises ValueError with a Chinese message when it cannot be right."""
        try:
            raw = json.loads(document)
            year, source = int(raw["year"]), str(raw["source"])
            worked = frozenset(date.fromisoformat(day) for day in raw["working_days"])
            holidays = {
                day: str(holiday["name"])
                for holiday in raw["holidays"]
                for day in _days(
                    date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])
                )
            }
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"节假日文件读不懂（{error}），请对照往年的文件填写") from error
        # New Year's holiday may begin in the December before.
        first, last = date(year - 1, _DECEMBER, 1), date(year, _DECEMBER, 31)
        for day in (*holidays, *worked):
            if not first <= day <= last:
                raise ValueError(f"{day} 不属于 {year} 年，请检查节假日文件")
        for day in worked:
            if day.weekday() < _SATURDAY or day in holidays:
                raise ValueError(f"调休上班日 {day} 不是周末，或与假日重复，请检查节假日文件")
        return cls(year, source, holidays, worked)


_plans: dict[int, YearPlan] = {}


def year_plan(year: int) -> YearPlan | None:
    """Return the year's notice, or None while there is no file for it; a found one is kept."""
    if year not in _plans:
        for folder in FOLDERS:
            path = folder / f"{year}.json"
            if path.is_file():
                _plans[year] = YearPlan.read(path.read_text(encoding="utf-8"))
                break
    return _plans.get(year)


def install(document: str, folder: Path) -> YearPlan:
    """Keep a year's notice in ``folder``; raises ValueError as ``YearPlan.read`` does."""
    plan = YearPlan.read(document)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{plan.year}.json"
    unfinished = place.with_suffix(".new")
    unfinished.write_text(document, encoding="utf-8")
    unfinished.replace(place)  # nobody ever reads half a file
    _plans.pop(plan.year, None)
    return plan


def missing_years(first: date, last: date) -> list[int]:
    """Return the years between two dates whose holidays are unknown, for a page to say so."""
    return [year for year in range(first.year, last.year + 1) if year_plan(year) is None]


def unannounced_year(day: date) -> int | None:
    """Return the coming year, from November on, while no notice of its holidays is installed."""
    coming = day.year + 1
    return coming if day.month >= _NOVEMBER and year_plan(coming) is None else None


def is_working_day(day: date) -> bool:
    """Tell whether offices work on ``day``."""
    for year in (day.year, day.year + 1) if day.month == _DECEMBER else (day.year,):
        plan = year_plan(year)
        if plan is not None and day in plan.working_days:
            return True
        if plan is not None and day in plan.holidays:
            return False
    return day.weekday() < _SATURDAY


def next_working_day(day: date) -> date:
    """Return ``day``, or the first working day after it: a deadline on a holiday rolls over (民法典 203)."""
    while not is_working_day(day):
        day += _DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """Return the ``count``-th working day after ``day``, which itself is not counted (民法典 201)."""
    if count < 0:
        raise ValueError("count must not be negative")
    for _ in range(count):
        day = next_working_day(day + _DAY)
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day ``count`` months later, or that month's last day when it is shorter."""
    month = Month.of(day) + count
    return date(month.year, month.number, min(day.day, month.days))


def months_between(start: date, end: date) -> int:
    """Return the largest count for which ``add_months(start, count) <= end``."""
    count = Month.of(end) - Month.of(start)
    return count if add_months(start, count) <= end else count - 1


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, written ``2026-12``; its bounds are ``first`` and ``last``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if self.year not in _YEARS or not 1 <= self.number <= _DECEMBER:
            raise ValueError(f"没有 {self.year} 年 {self.number} 月，请写成 2026-12 这样")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-12``, ``2026年12月``, ``2026/12`` or ``202612``; raises ValueError."""
        typed = half_width(text).strip()
        found = _MONTH.fullmatch(typed)
        if found is None:
            raise ValueError(f"“{typed[:20]}”不是月份，请写成 2026-12 这样")
        return cls(int(found[1]), int(found[2] or found[3]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that ``day`` lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.number, self.days)

    @property
    def days(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.number)[1]

    @property
    def label(self) -> str:
        """``2026年12月``."""
        return f"{self.year}年{self.number}月"

    def until(self, last: "Month") -> Iterator["Month"]:
        """Yield the months from this one to ``last``, both included."""
        for count in range(last - self + 1):
            yield self + count

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.number)

    def __add__(self, count: int) -> Self:
        year, before = divmod(self.year * 12 + self.number - 1 + count, 12)
        return type(self)(year, before + 1)

    def __sub__(self, other: "Month") -> int:
        return (self.year - other.year) * 12 + self.number - other.number

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def _days(first: date, last: date) -> list[date]:
    if first > last:
        raise ValueError(f"{first} > {last}")
    return [first + _DAY * count for count in range((last - first).days + 1)]
