"""Workbooks for tests, made cell by cell."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from guanjia.accounts.models import Community
from guanjia.estate.models import Building, Party, Tenure, Unit, Vehicle
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion, UnitTariff
from guanjia.onboarding.actions import Outcome, import_register
from guanjia.onboarding.layouts import REGISTER

PEER = (Path(__file__).parent / "data" / "peer-register-hc.xlsx").read_bytes()
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TABLES = (Building, Unit, Party, Tenure, Vehicle, ChargeItem, Tariff, TariffVersion, UnitTariff)


def workbook(sheets: Mapping[str, Any]) -> bytes:
    """Return an .xlsx with these rows; texts stay texts, numbers numbers, dates dates."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in sheets.items():
            page = book.add_worksheet(title)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return buffer.getvalue()


def register(*rows: Any, **sheets: Any) -> bytes:
    """Return a workbook of our own template from rows of field → value."""
    fields = list(dict.fromkeys(name for row in rows for name in row))
    headings = [REGISTER.labels[name] for name in fields]
    body = [[row.get(name, "") for name in fields] for row in rows]
    return workbook({REGISTER.title: [headings, *body], **sheets})


def take_in(community: Community, content: bytes, **options: Any) -> Outcome:
    """Import by nobody in particular."""
    words = {"file_name": "登记.xlsx", "by": None, "at": AT, **options}
    return import_register(community=community, content=content, **words)


def size(community: Community) -> dict[str, int]:
    """Return how many rows of each table a community has."""
    return {m.__name__: m.objects.filter(community=community).count() for m in TABLES}


def totals(outcome: Outcome) -> dict[str, int]:
    """Return how much is new, changed and the same."""
    total: dict[str, int] = outcome.examined.report()["total"]
    return total


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Return the findings as cell, severity and message."""
    return [(f.cell, str(f.severity), f.message) for f in outcome.examined.findings]
