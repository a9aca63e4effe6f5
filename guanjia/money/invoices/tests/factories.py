"""Invoices in a few words: asked for by a clerk, recorded and reversed by finance."""

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.money.invoices.actions import (
    Issued,
    record_invoice,
    request_invoice,
    reverse_invoice,
)
from guanjia.money.invoices.models import Document, Invoice
from guanjia.money.invoices.rules import Asking
from guanjia.money.invoices.states import TitleKind
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.tests.factories import Office

TODAY = date(2026, 11, 23)  # MORNING's
FIRM = Asking(
    title_kind=TitleKind.ORGANISATION,
    title="示例商贸有限公司",
    tax_number="91350200MA0000001W",
    send_to="piao@example.com",
)
PERSON = Asking(title_kind=TitleKind.PERSON, title="张素珍", send_to="13912345520")
_serial = count(1)


def number() -> str:
    """Return a number that no other test has."""
    return f"26352000{next(_serial):012}"


def paid(office: Office, area: str = "98.62") -> Receipt:
    """Bill a new unit for a month and take the money."""
    unit = office.unit(area)
    office.bill()
    return office.pay(office.owed(unit))


def ask(*receipts: Receipt, asking: Asking = PERSON, **changes: Any) -> Invoice:
    """Ask for an invoice for the receipts, in a clerk's name; ``changes`` alter what is asked for."""
    community = receipts[0].community
    by = changes.pop("by", None) or make_user(community=community, role=Role.CLERK)
    key, at = changes.pop("key", None) or uuid4(), changes.pop("at", MORNING)
    return request_invoice(
        receipts=receipts, asking=replace(asking, **changes), key=key, by=by, at=at
    )


def record(invoice: Invoice, *, at: datetime = MORNING, **changes: Any) -> Document:
    """Record what was issued for it, in finance's name."""
    by = changes.pop("by", None) or make_user(community=invoice.community, role=Role.FINANCE)
    issued = Issued(number=number(), issued_on=TODAY, amount_fen=invoice.amount_fen)
    return record_invoice(invoice=invoice, issued=replace(issued, **changes), by=by, at=at)


def redden(invoice: Invoice, *, at: datetime = MORNING, **changes: Any) -> Document:
    """Record the red one that takes it back."""
    by = make_user(community=invoice.community, role=Role.FINANCE)
    words: dict[str, Any] = {"number": number(), "issued_on": TODAY, "reason": "抬头开错"}
    return reverse_invoice(invoice=invoice, by=by, at=at, **words | changes)
