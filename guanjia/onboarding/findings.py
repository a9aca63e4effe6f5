"""What is wrong or doubtful in a workbook, told so that a clerk can mend it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from guanjia.core.identity import mask_id
from guanjia.onboarding.workbook import column_name

_LONG_NUMBER = re.compile("[0-9０-９][-0-9０-９ ]{5,}[0-9０-９Xx]")
_SHOWN = 60


class Severity(StrEnum):
    """An error keeps its row out; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``row`` counts from 1, ``column`` from 0 (None: the whole row)."""

    sheet: str
    row: int
    column: int | None
    value: str  # personal numbers masked
    severity: Severity
    message: str
    remedy: str

    @property
    def cell(self) -> str:
        """Where it is, as Excel names it: 房屋!C48."""
        letters = "" if self.column is None else column_name(self.column)
        return f"{self.sheet}!{letters}{self.row}"

    def as_json(self) -> dict[str, Any]:
        """Return what a page or a script reads of it."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "value": self.value,
            "severity": str(self.severity),
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(slots=True)
class Findings:
    """All that was found in a workbook, and which rows are bad."""

    found: list[Finding] = field(default_factory=list)
    bad_rows: set[tuple[str, int]] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        """Note a finding; an error makes its row bad."""
        self.found.append(finding)
        if finding.severity is Severity.ERROR:
            self.bad_rows.add((finding.sheet, finding.row))

    def __iter__(self) -> Iterator[Finding]:
        """Yield errors first, then warnings, each in the workbook's order."""
        return iter(sorted(self.found, key=lambda each: each.severity is Severity.WARNING))

    @property
    def warnings(self) -> int:
        """How many of them block nothing."""
        return sum(each.severity is Severity.WARNING for each in self.found)


def without_numbers(text: str) -> str:
    """Return a cell's text with the middle of every long number hidden."""
    return _LONG_NUMBER.sub(lambda found: mask_id(found[0]), text)


def discreet(text: str) -> str:
    """Return a cell's text as a page may show it: the middle of every long number hidden."""
    shown = without_numbers(text)
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
