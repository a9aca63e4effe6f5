"""From the workbook's rows to its lines: all that can be told without the database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from guanjia.core.text import half_width
from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.onboarding.cells import CellError, day, fen
from guanjia.onboarding.findings import Finding, Findings, Severity
from guanjia.onboarding.matching import Region, Row
from guanjia.onboarding.opening.records import (
    ArrearLine,
    BookLine,
    DepositLine,
    Lines,
    PrepaidLine,
)
from guanjia.onboarding.row_reader import RowReader

T = TypeVar("T")
_YEAR = timedelta(days=366)
_MOST_FEN = 10**10  # 一亿元 on one row is a slip
_MOST_NUMBER = 9_999_999  # seven digits are printed
_ITEM, _NAME, _DESK, _PREFIX = 30, 120, 30, 6
_KIND, _RECEIPT, _PURPOSE = 20, 30, 60


def read_lines(regions: Sequence[Region], *, cut_over_on: date) -> tuple[Lines, Findings]:
    """Read every row; bad ones are told and left out."""
    findings = Findings()
    reading = _Reading(RowReader(findings), cut_over_on)
    for region in regions:
        for heading in region.missing:
            findings.add(_missing(region, heading))
        if not region.missing:
            read = {
                "arrears": reading.arrear,
                "prepaid": reading.prepaid,
                "deposits": reading.deposit,
                "books": reading.book,
            }
            for row in region.rows():
                read[region.table.role](row)
    reading.settle()
    return reading.lines, findings


class _Reading:
    """What is read so far."""

    def __init__(self, reader: RowReader, cut_over_on: date) -> None:
        self.reader = reader
        self.cut_over_on = cut_over_on
        self.lines = Lines()

    def arrear(self, row: Row) -> None:
        """Take in a row of 欠费; what is paid in full brings nothing along."""
        unit, item = self._need(row, "number", _unit), self._told(row, "item", _ITEM)
        first, last = self._need(row, "first", day), self._need(row, "last", day)
        due_on, charged = self._need(row, "due_on", day), self._need(row, "charged", _amount)
        paid = self.reader.value(row, "paid", fen) or 0
        debtor = self.reader.text(row, "debtor", _NAME)
        if first and last and due_on:
            self._check_days(row, first, last, due_on)
        if charged is not None and paid > charged:
            self.reader.error(
                row, "paid", "已收大于应收", "多收的部分请填到“预存”，这里填到应收为止"
            )
        if self.reader.is_bad(row) or not (unit and item and first and last and due_on and charged):
            return
        if paid == charged:
            self.reader.warn(row, "paid", "已收齐，没有欠款，这一行不记", "可以删去这一行")
            return
        self.lines.arrears.append(
            ArrearLine(row, unit, item, first, last, due_on, charged, paid, debtor)
        )

    def _check_days(self, row: Row, first: date, last: date, due_on: date) -> None:
        if last < first:
            self.reader.error(row, "last", "账期止早于账期起", "请核对两个日期")
        elif last - first >= _YEAR:
            remedy = "请按年拆成几行，应缴日各填各的（账龄和诉讼时效都从应缴日算）"
            self.reader.error(row, "last", "账期超过一年", remedy)
        if first >= self.cut_over_on:
            self.reader.error(
                row,
                "first",
                f"账期从启用日 {self.cut_over_on} 或以后开始",
                "启用日起的账期由系统出账，请删去这一行",
            )
        elif not first - _YEAR <= due_on <= last + _YEAR:
            self.reader.error(row, "due_on", "应缴日离账期超过一年", "请核对年份")

    def prepaid(self, row: Row) -> None:
        """Take in a row of 预存."""
        unit, amount = self._need(row, "number", _unit), self._need(row, "amount", _amount)
        name = self.reader.text(row, "name", _NAME)
        if unit and amount and not self.reader.is_bad(row):
            self.lines.prepaid.append(PrepaidLine(row, unit, name, amount))

    def deposit(self, row: Row) -> None:
        """Take in a row of 押金; one received from the cut-over day on is the desk's to take."""
        unit, kind = self._need(row, "number", _unit), self._told(row, "kind", _KIND)
        received, amount = self._need(row, "received", day), self._need(row, "amount", _amount)
        name = self.reader.text(row, "name", _NAME)
        receipt = self.reader.text(row, "receipt", _RECEIPT)
        purpose = self.reader.text(row, "purpose", _PURPOSE)
        if received and received >= self.cut_over_on:
            self.reader.error(
                row,
                "received",
                f"收取日期在启用日 {self.cut_over_on} 或以后",
                "启用日起收的押金在收银台收，请删去这一行",
            )
        if self.reader.is_bad(row) or not (unit and kind and received and amount):
            return
        self.lines.deposits.append(
            DepositLine(row, unit, kind, name, received, receipt, amount, purpose)
        )

    def book(self, row: Row) -> None:
        """Take in a row of 收据号."""
        desk, number = self._told(row, "desk", _DESK), self._need(row, "next", _number)
        prefix = self.reader.text(row, "prefix", _PREFIX)
        if desk and number and not self.reader.is_bad(row):
            self.lines.books.append(BookLine(row, desk, prefix, number))

    def settle(self) -> None:
        """Check the rows against each other, and leave out the bad ones."""
        self._check_overlaps()
        self._once(self.lines.prepaid, lambda line: (line.unit, line.name), "number", "这户这个人")
        self._once(
            self.lines.deposits,
            lambda line: (line.unit, line.kind, line.name, line.received_on, line.receipt),
            "receipt",
            "同一张收据的这种押金",
        )
        self._once(self.lines.books, lambda line: line.desk, "desk", "这个收银台")
        is_bad = self.reader.is_bad
        self.lines.arrears = [line for line in self.lines.arrears if not is_bad(line.row)]
        self.lines.prepaid = [line for line in self.lines.prepaid if not is_bad(line.row)]
        self.lines.deposits = [line for line in self.lines.deposits if not is_bad(line.row)]
        self.lines.books = [line for line in self.lines.books if not is_bad(line.row)]

    def _check_overlaps(self) -> None:
        before: ArrearLine | None = None
        for line in sorted(
            self.lines.arrears, key=lambda a: (a.unit, a.item, a.first, a.row.number)
        ):
            if before and (before.unit, before.item) == (line.unit, line.item):
                if line.first <= before.last:
                    where = (
                        f"与“{before.row.region.sheet.title}”第 {before.row.number} 行的账期重叠"
                    )
                    self.reader.error(
                        line.row, "first", where, "同一户同一项目一天只能算一次，请核对"
                    )
                if line.last < before.last:
                    continue
            before = line

    def _once(self, lines: Iterable[T], key: Callable[[T], object], field: str, what: str) -> None:
        seen: dict[object, Row] = {}
        for line in lines:
            row: Row = line.row  # type: ignore[attr-defined]  # every line has its row
            earlier = seen.setdefault(key(line), row)
            if earlier is not row:
                self.reader.error(row, field, f"{what}已在第 {earlier.number} 行", "请合并成一行")

    def _need(self, row: Row, field: str, read: Callable[[str], T]) -> T | None:
        if not row.cells.get(field):
            self._empty(row, field)
        return self.reader.value(row, field, read)

    def _told(self, row: Row, field: str, limit: int) -> str:
        if not row.cells.get(field):
            self._empty(row, field)
        return self.reader.text(row, field, limit)

    def _empty(self, row: Row, field: str) -> None:
        label = row.region.table.labels[field]
        self.reader.error(row, field, f"没有填“{label}”", "请补上，或删去这一行")


def _unit(text: str) -> str:
    try:
        return unit_key(text)
    except UnitNumberError as fault:
        raise CellError("房号看不懂", str(fault)) from fault


def _amount(text: str) -> int:
    read = fen(text)
    if not read:
        raise CellError("金额是零", "没有金额的行请删去")
    if read > _MOST_FEN:
        raise CellError("金额大得不合常理", "请核对小数点，单位是元")
    return read


def _number(text: str) -> int:
    typed = half_width(text).strip()
    if typed.isascii() and typed.isdecimal() and 1 <= int(typed[:12]) <= _MOST_NUMBER:
        return int(typed)
    raise CellError("不是收据号", "请只填数字，不带字头，例如 7444；最多七位")


def _missing(region: Region, heading: str) -> Finding:
    return Finding(
        sheet=region.sheet.title,
        row=region.top + 1,
        column=None,
        value="",
        severity=Severity.ERROR,
        message=f"缺少“{heading}”一列",
        remedy="请在表里补上这一列；可下载模板对照",
    )
