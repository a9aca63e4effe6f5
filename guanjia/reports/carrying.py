"""A report as a workbook and on paper."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from guanjia.accounts.models import Community
from guanjia.core.pdf import compile_pdf
from guanjia.core.workbook import new_workbook
from guanjia.reports.sheet import Column, Kind, Row, Sheet

TEMPLATE = Path(__file__).parent / "print" / "table.typ"
SHANGHAI = ZoneInfo("Asia/Shanghai")
_FORMATS = {Kind.FEN: "#,##0.00", Kind.COUNT: "0", Kind.SHARE: "0.00%", Kind.DAY: "yyyy-mm-dd"}
_WIDTHS = {Kind.TEXT: 18, Kind.FEN: 15, Kind.COUNT: 9, Kind.SHARE: 12, Kind.DAY: 12}


def workbook(sheet: Sheet, community: Community) -> bytes:
    """Return the report as a workbook: amounts are numbers in yuan, days are days."""
    with new_workbook() as (book, buffer):
        page = book.add_worksheet("报表")
        bold = {"bold": True}
        formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
        strong = {
            kind: book.add_format({"num_format": form, "top": 1, **bold})
            for kind, form in _FORMATS.items()
        }
        head = book.add_format({"bottom": 1, **bold})
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, _WIDTHS[column.kind])
        page.write_string(0, 0, f"{community.name}　{sheet.title}", book.add_format(bold))
        page.write_string(1, 0, sheet.scope)
        for place, column in enumerate(sheet.columns):
            page.write_string(3, place, column.label, head)
        lines = [(row, formats) for row in sheet.rows]
        if sheet.total:
            lines.append((sheet.total, strong))
        for line, (row, chosen) in enumerate(lines, 4):
            for place, cell in enumerate(_cells(row, sheet.columns)):
                page.write(line, place, cell, chosen.get(sheet.columns[place].kind))
        for line, note in enumerate(sheet.notes, len(lines) + 5):
            page.write_string(line, 0, note)
        page.freeze_panes(4, 1)
    return buffer.getvalue()


def _cells(row: Row, columns: Sequence[Column]) -> list[object]:
    """Return the values as a workbook has them; fen become yuan, exactly: two decimals fit a double."""
    cells: list[object] = []
    for value, column in zip(row.values, columns, strict=True):
        match column.kind, value:
            case _, None:
                cells.append("")
            case Kind.FEN, int(fen):
                cells.append(fen / 100)
            case Kind.SHARE, Fraction() as share:
                cells.append(round(share.numerator / share.denominator, 4))
            case _, date() | int() | str():
                cells.append(value)
            case _:
                cells.append(str(value))
    return cells


def pdf(sheet: Sheet, community: Community, *, by: str, at: datetime) -> bytes:
    """Return the report on A4, across where there are many columns."""
    return compile_pdf(
        TEMPLATE,
        {
            "title": sheet.title,
            "office": f"{community.company.name}·{community.name}",
            "scope": sheet.scope,
            "columns": [column.label for column in sheet.columns],
            "right": [column.is_number for column in sheet.columns],
            "rows": [sheet.words(row) for row in sheet.rows],
            "total": sheet.words(sheet.total) if sheet.total else [],
            "notes": list(sheet.notes),
            "made": f"制表 {by}　{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        },
    )
