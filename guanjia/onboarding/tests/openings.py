"""Workbooks of opening balances for tests."""

from typing import Any

from guanjia.estate.models import Tenure, Unit
from guanjia.estate.tests.factories import make_party, make_tenure
from guanjia.money.opening.tests.factories import going_live
from guanjia.money.payments.tests.factories import Office
from guanjia.onboarding.opening.layout import ARREARS, BOOKS, DEPOSITS, PREPAID
from guanjia.onboarding.tests.workbooks import workbook

OWED = {
    "number": "9-1-101",
    "item": "物业服务费",
    "first": "2026-10-01",
    "last": "2026-10-31",
    "due_on": "2026-10-15",
    "charged": 250,
    "paid": 50,
}
KEPT = {"number": "9-1-101", "name": "张素珍", "amount": "80.00"}
HELD = {
    "number": "9-1-101",
    "kind": "装修押金",
    "name": "张素珍",
    "received": "2026-08-03",
    "receipt": "0031",
    "amount": "1500.00",
    "purpose": "厨卫改造",
}
BOOK = {"desk": "前台一", "prefix": "B", "next": 9000}


def opening_workbook(
    *owed: Any, kept: Any = (), held: Any = (), books: Any = (), **sheets: Any
) -> bytes:
    """Return a workbook of our own template from rows of field → value."""
    tables = ((ARREARS, owed), (PREPAID, kept), (DEPOSITS, held), (BOOKS, books))
    return workbook(
        {
            table.title: [
                [column.heading for column in table.columns],
                *([row.get(c.field, "") for c in table.columns] for row in rows),
            ]
            for table, rows in tables
        }
        | sheets
    )


def live_office() -> tuple[Office, Unit]:
    """Return an office that goes live on 1 November 2026, and its unit 9-1-101 that 张素珍 owns."""
    office = going_live()
    unit = office.unit(number="9-1-101")
    make_tenure(unit=unit, party=make_party(community=office.community))
    return office, unit


def owner_of(unit: Unit) -> int:
    """Return who owns ``unit``."""
    return Tenure.objects.get(unit=unit).party_id
