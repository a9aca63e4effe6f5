"""Taking values out of a row; what does not fit becomes a finding and reads as None."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from guanjia.core.text import TextError, clean
from guanjia.onboarding.cells import EXCEL_ERRORS, CellError
from guanjia.onboarding.findings import Finding, Findings, Severity, discreet
from guanjia.onboarding.matching import Row
from guanjia.onboarding.vocabulary import FILLERS

T = TypeVar("T")
Readers = Mapping[str, Callable[[str], Any]]


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows into one list of findings."""

    findings: Findings

    def value(self, row: Row, field: str, read: Callable[[str], T]) -> T | None:
        """Return the field read by ``read``, which raises CellError; None where empty or wrong."""
        text = row.cells.get(field)
        if text is None:
            return None
        try:
            return read(text)
        except CellError as fault:
            self.error(row, field, fault.message, fault.remedy)
            return None

    def values(self, row: Row, readers: Readers) -> dict[str, Any]:
        """Return the fields that ``readers`` read; what is empty or wrong is not among them."""
        told = row.cells
        read = {field: self.value(row, field, readers[field]) for field in readers if field in told}
        return {field: value for field, value in read.items() if value is not None}

    def texts(self, row: Row, limits: Mapping[str, int]) -> dict[str, str]:
        """Return the texts that ``limits`` name, each of so many characters at most, as ``text`` does."""
        told = row.cells
        return {field: self.text(row, field, limits[field]) for field in limits if field in told}

    def text(self, row: Row, field: str, limit: int) -> str:
        """Return a text of at most ``limit`` characters; '' where empty, a filler or wrong."""
        text = row.cells.get(field, "")
        if not text or text in FILLERS:
            return ""
        if text in EXCEL_ERRORS:
            self.error(row, field, "公式出错，没有值", "请改正公式，或把结果粘贴为数值")
            return ""
        try:
            return clean(text, limit=limit)
        except TextError as fault:
            self.error(row, field, "文字存不下", str(fault))
            return ""

    def error(self, row: Row, field: str | None, message: str, remedy: str) -> None:
        """Note what keeps the row out."""
        self._add(row, field, Severity.ERROR, message, remedy)

    def warn(self, row: Row, field: str | None, message: str, remedy: str) -> None:
        """Note what is doubtful."""
        self._add(row, field, Severity.WARNING, message, remedy)

    def is_bad(self, row: Row) -> bool:
        """Whether an error was found in the row."""
        return (row.region.sheet.title, row.number) in self.findings.bad_rows

    def _add(
        self, row: Row, field: str | None, severity: Severity, message: str, remedy: str
    ) -> None:
        self.findings.add(
            Finding(
                sheet=row.region.sheet.title,
                row=row.number,
                column=None if field is None else row.region.column_of(field),
                value=discreet(row.cells.get(field, "")) if field else "",
                severity=severity,
                message=message,
                remedy=remedy,
            )
        )
