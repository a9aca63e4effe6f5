"""The user's own workbook, given back with a column that says what to mend."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

from guanjia.core.workbook import new_workbook
from guanjia.onboarding.findings import Finding, Findings, Severity, without_numbers
from guanjia.onboarding.matching import Region
from guanjia.onboarding.sheets import number_in
from guanjia.onboarding.workbook import Sheet, column_name

_WIDTH = 60
_HEADING = "错误"


class Examined(Protocol):
    """A workbook that was looked at, whatever it brings."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """Its pages."""

    @property
    def regions(self) -> Sequence[Region]:
        """Where its tables stand."""

    @property
    def findings(self) -> Findings:
        """What is wrong or doubtful."""


def returned_workbook(examined: Examined, *, in_full: bool) -> bytes:
    """Return the workbook's values with an 错误 column beside each table, the bad cells marked.

    Long numbers, phones and IDs among them, are masked unless ``in_full``.
    """
    told: defaultdict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in examined.findings:
        told[finding.sheet, finding.row].append(finding)
    regions = {region.sheet.title: region for region in examined.regions}
    with new_workbook() as (book, buffer):
        marks = {
            Severity.ERROR: book.add_format({"bg_color": "#fde3e3"}),
            Severity.WARNING: book.add_format({"bg_color": "#fdf0d8"}),
        }
        for sheet in examined.sheets:
            page = book.add_worksheet(sheet.title)
            region = regions.get(sheet.title)
            beside = _free_column(sheet, region)
            page.set_column(beside, beside, _WIDTH if region else None)
            for at, texts in enumerate(sheet.rows):
                found = told.get((sheet.title, at + 1), [])
                marked = {f.column: marks[f.severity] for f in reversed(found)}
                for column, typed in enumerate(texts):
                    text = typed if in_full else without_numbers(typed)
                    number = number_in(text)
                    if number is not None:
                        page.write_number(at, column, number, marked.get(column))
                    elif text or column in marked:
                        page.write_string(at, column, text, marked.get(column))
                if region and at == region.top:
                    page.write_string(at, beside, _HEADING)
                if found:
                    page.write_string(at, beside, "；".join(map(_sentence, found)))
    return buffer.getvalue()


def _free_column(sheet: Sheet, region: Region | None) -> int:
    """Return the column beside the table, or the first one past the sheet where something stands there."""
    width = max(map(len, sheet.rows), default=0)
    if region is None:
        return width
    beside = region.headings[-1].column + 1
    is_free = all(beside >= len(texts) or not texts[beside] for texts in sheet.rows)
    return beside if is_free else width


def _sentence(finding: Finding) -> str:
    word = "" if finding.severity is Severity.ERROR else "提醒："
    where = "" if finding.column is None else f"{column_name(finding.column)} 列"
    return f"{word}{where}{finding.message}。{finding.remedy}"
