"""What must hold between the rows of one unit; told from the workbook alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Protocol

from guanjia.estate.states import TITLE_HOLDERS, Capacity
from guanjia.onboarding.records import TenureRecord, UnitRecord
from guanjia.onboarding.row_reader import RowReader


class Period(Protocol):
    """Anything with a first day and a last; None is open."""

    @property
    def begins_on(self) -> date | None:
        """The first day."""

    @property
    def ends_on(self) -> date | None:
        """The last day."""


def check_unit(reader: RowReader, unit: UnitRecord) -> None:
    """Note what is wrong among a unit's people and their periods, and settle who owes."""
    for tenure in unit.tenures:
        if tenure.begins_on and tenure.ends_on and tenure.ends_on < tenure.begins_on:
            reader.error(tenure.row, "ends_on", "截止日早于起始日", "请核对起止日期")
    if len(unit.tenures) > 1:
        _check_people(reader, unit.tenures)
    _check_terms(reader, unit.tenures)
    _settle_debtor(reader, unit.tenures)


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    first = max(one.begins_on or date.min, other.begins_on or date.min)
    last = min(one.ends_on or date.max, other.ends_on or date.max)
    return first <= last


def _check_people(reader: RowReader, tenures: Sequence[TenureRecord]) -> None:
    for one, other in combinations(tenures, 2):
        is_same = (one.person.name, one.capacity) == (other.person.name, other.capacity)
        numbers = {one.person.id_number, other.person.id_number} - {None}
        if is_same and len(numbers) <= 1 and overlap(one, other):
            message = f"同一人重复，第 {one.row.number} 行已有"
            reader.error(other.row, "name", message, "删去一行")
    shares = Fraction(0)
    for tenure in tenures:
        if tenure.share and tenure.capacity in TITLE_HOLDERS and tenure.ends_on is None:
            shares += tenure.share
            if shares > 1:
                reader.error(
                    tenure.row, "share", "产权份额合计超过百分之百", "请对照产权证改正各人的份额"
                )


def _check_terms(reader: RowReader, tenures: Iterable[TenureRecord]) -> None:
    for tenure in tenures:
        if tenure.capacity is Capacity.AGENT and not (tenure.scope and tenure.ends_on):
            reader.error(
                tenure.row,
                "capacity",
                "代办人没有委托事项或期限",
                "请按委托书补“委托事项”和“截止日”",
            )
        if tenure.is_debtor and tenure.capacity not in TITLE_HOLDERS:
            reader.error(
                tenure.row,
                "is_debtor",
                f"{tenure.capacity.label}不能是缴费责任人",
                "他人可以代缴，欠费仍记在业主名下；请改填“否”",
            )


def _settle_debtor(reader: RowReader, tenures: Sequence[TenureRecord]) -> None:
    """Let the first owner owe where nobody is named; one at a time."""
    named = [tenure for tenure in tenures if tenure.is_debtor]
    for one, other in combinations(named, 2):
        if overlap(one, other):
            reader.error(
                other.row,
                "is_debtor",
                f"同一时间有两个缴费责任人（另见第 {one.row.number} 行）",
                "只留一人填“是”，共有人填“否”",
            )
    if not named:
        for capacity in TITLE_HOLDERS:
            able = (t for t in tenures if t.capacity is capacity and t.is_debtor is None)
            if first := next(able, None):
                first.is_debtor = True
                break
    for tenure in tenures:
        tenure.is_debtor = bool(tenure.is_debtor)
