"""What a cell's text means: areas, days, shares, choices. Pure; a text that means nothing raises CellError."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from guanjia.core.labelled import Labelled
from guanjia.core.money import MoneyError, fen_from_yuan
from guanjia.core.shares import ShareError, share_from
from guanjia.core.text import half_width
from guanjia.money.tariffs.steps import Step, StepsError, read_steps

T = TypeVar("T")

# What Excel shows where a formula failed.
EXCEL_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"}
)
_MASK = "*"
_LIST = re.compile(r"[#＃、，,;；]")
_AREA_UNIT = re.compile(r"\s*(?:㎡|m²|m2|M2|平方米|平米|平)$")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00(?::00)?)?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
# A day whose cell lost its format shows as a count of days; these are 1954 to 2119.
_SERIAL = re.compile(r"[2-7][0-9]{4}")
_SERIAL_ZERO = date(1899, 12, 30)
_YEARS = range(1949, 2120)
_MOST_AREA = Decimal(1_000_000)
_FEN_STEP = Decimal("0.01")
_PRICE_PLACES = 4
_MOST_PRICE = Decimal(100_000)
_FLOORS = range(-20, 201)

_YES = frozenset({"是", "有", "Y", "YES", "1", "TRUE", "√", "✓", "对"})
_NO = frozenset({"否", "无", "N", "NO", "0", "FALSE", "×", "✗", "不"})


class CellError(ValueError):
    """A text that does not fit its column: what is wrong, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def is_masked(text: str) -> bool:
    """Whether the text hides a number, as in 138****5520: it tells nothing and overwrites nothing."""
    return _MASK in text


def parts(text: str) -> list[str]:
    """Split a list: at its line breaks where it has any, else at # 、 , and ; as in ``1#2``."""
    split = text.split("\n") if "\n" in text else _LIST.split(text)
    return [part for part in map(str.strip, split) if part]


@lru_cache(maxsize=16384)
def area(text: str) -> Decimal | None:
    """Read an area in m², rounded to two places; zero is none."""
    number = _decimal(_AREA_UNIT.sub("", text), "面积", "98.62")
    if number >= _MOST_AREA:
        raise CellError("面积大得不合常理", "请核对小数点")
    return number.quantize(_FEN_STEP) or None


@lru_cache(maxsize=1024)
def price(text: str) -> Decimal:
    """Read a unit price in yuan, of at most four places."""
    number = _decimal(text, "单价", "2.40")
    if number >= _MOST_PRICE:
        raise CellError("单价大得不合常理", "请核对小数点")
    rounded = round(number, _PRICE_PLACES)
    if rounded != number:
        raise CellError("单价超过四位小数", "请保留四位小数")
    return rounded


@lru_cache(maxsize=256)
def price_steps(text: str) -> tuple[Step, ...]:
    """Read a price table by floor or tier, its lines parted by breaks or semicolons."""
    try:
        return read_steps(text)
    except StepsError as fault:
        raise CellError(fault.message, fault.remedy) from fault


@lru_cache(maxsize=1024)
def fen(text: str) -> int:
    """Read an amount in yuan into fen."""
    try:
        return fen_from_yuan(text)
    except MoneyError as fault:
        raise CellError("不是金额", str(fault)) from fault


@lru_cache(maxsize=8192)
def day(text: str) -> date:
    """Read a day: 2020-6-10, 2020/06/10, 2020年6月10日, 20200610, or Excel's count of days."""
    typed = half_width(text).strip()
    if _SERIAL.fullmatch(typed):
        return _SERIAL_ZERO + timedelta(days=int(typed))
    found = _DAY.fullmatch(typed) or _COMPACT_DAY.fullmatch(typed)
    if found:
        try:
            read = date(*map(int, found.groups()))
        except ValueError as fault:
            raise CellError("没有这一天", "请核对年月日") from fault
        if read.year in _YEARS:
            return read
    raise CellError("不是日期", "请写成 2020-06-10 这样")


@lru_cache(maxsize=1024)
def floor(text: str) -> int:
    """Read a floor; 负一层 and B1 are -1."""
    typed = re.sub("[层楼Ff]$", "", half_width(text).strip())
    typed = re.sub("^(?:负|地下|B)", "-", typed).replace("-一", "-1").replace("-二", "-2")
    if re.fullmatch("-?[0-9]{1,3}", typed) and int(typed) in _FLOORS:
        return int(typed)
    raise CellError("不是楼层", "请只填数字，地下一层填 -1")


@lru_cache(maxsize=1024)
def count(text: str) -> int:
    """Read a whole number from 0 to 999."""
    typed = half_width(text).strip()
    if re.fullmatch("[0-9]{1,3}", typed):
        return int(typed)
    raise CellError("不是整数", "请只填数字")


@lru_cache(maxsize=1024)
def share(text: str) -> Fraction:
    """Read a share of the title: 1/2, 50% or 0.5."""
    try:
        return share_from(text)
    except ShareError as fault:
        raise CellError("不是份额", str(fault)) from fault


@lru_cache(maxsize=64)
def yes_no(text: str) -> bool:
    """Read a yes or no."""
    typed = half_width(text).strip().upper()
    if typed in _YES or typed in _NO:
        return typed in _YES
    raise CellError("看不出是或否", "请填“是”或“否”")


def choice(
    members: type[Labelled], also: Mapping[str, Labelled] = MappingProxyType({})
) -> Callable[[str], Labelled]:
    """Return the reader of a column that holds one of ``members``, by label, by value or as in ``also``."""
    known: dict[str, Labelled] = {member.label: member for member in members}
    known |= {member.value: member for member in members} | dict(also)
    remedy = "请填：" + "、".join(member.label for member in members)

    def read(text: str) -> Labelled:
        member = known.get(text) or known.get(half_width(text).strip())
        if member is None:
            raise CellError("不在可选的说法里", remedy)
        return member

    return read


def _decimal(text: str, what: str, example: str) -> Decimal:
    typed = half_width(text).replace(",", "").strip()
    if _NUMBER.fullmatch(typed):
        try:
            return Decimal(typed)
        except InvalidOperation:  # pragma: no cover - the pattern leaves none
            pass
    raise CellError(f"{what}不是数字", f"请只填数字，例如 {example}")
