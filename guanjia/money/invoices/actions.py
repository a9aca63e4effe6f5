"""The verbs of an invoice: asked for once, recorded when it is issued, given back or withdrawn before, red-reversed after.

Locks are taken in one order: the invoice, then the payments of its receipts in the receipts' order.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.database.move import move
from guanjia.core.database.refusing import refusing
from guanjia.core.identity import normalise_id
from guanjia.core.refusal import Refused, must
from guanjia.core.text import clean
from guanjia.money.invoices.models import Document, Invoice, InvoiceLine
from guanjia.money.invoices.reads import facts_of, number_used
from guanjia.money.invoices.rules import (
    CLAIMED,
    NO_RECEIPTS,
    NUMBER_USED,
    TAKEN_BACK,
    Asking,
    may_become,
    may_record,
    may_request,
    may_reverse,
)
from guanjia.money.invoices.states import Colour, InvoiceState, TitleKind
from guanjia.money.ledger.actions import claim_request
from guanjia.money.payments.models import Receipt
from guanjia.records.actions import journal, send
from guanjia.records.models import Attachment

REQUEST = "invoice.request"  # the scope of its idempotency keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What the tax platform issued, as it was copied: 20 digits, the day printed, fen with tax."""

    number: str
    issued_on: date
    amount_fen: int


@transaction.atomic
def request_invoice(
    *, receipts: Sequence[Receipt], asking: Asking, key: UUID, by: User, at: datetime
) -> Invoice:
    """Ask once for an invoice for all that ``receipts`` of one payer leave to invoice; the same ``key``, the same one (L7).

    Raises Refused where a receipt has nothing left to invoice, was taken back or is another payer's, or the name
    lacks something, and TextError for a name that can't be kept. The database stands behind it.
    """
    if not receipts:
        raise Refused(NO_RECEIPTS)
    community = receipts[0].community
    receipts = sorted(receipts, key=lambda receipt: receipt.pk)
    asked = {**asdict(asking), "receipts": [receipt.pk for receipt in receipts], "by": by.pk}
    claimed = claim_request(community=community, scope=REQUEST, key=key, request=asked)
    if claimed is None:
        rows = Invoice.objects.filter(community=community)
        return rows.get(request_key__scope=REQUEST, request_key__key=key)
    facts = facts_of(community, [receipt.pk for receipt in receipts])
    must(may_request(asking, facts))
    organisation = asking.title_kind is TitleKind.ORGANISATION
    invoice = Invoice.objects.create(
        community=community,
        request_key=claimed,
        payer_name=facts[0].payer_name,
        title_kind=asking.title_kind,
        title=clean(asking.title, limit=100),
        tax_number=normalise_id(asking.tax_number) if organisation else "",
        send_to=asking.send_to,
        amount_fen=sum(receipt.free_fen for receipt in facts),
        requested_at=at,
        requested_by=by,
    )
    with refusing(invoices_within_receipt=CLAIMED, invoices_receipt_stands=TAKEN_BACK):
        for receipt, fact in zip(receipts, facts, strict=True):
            InvoiceLine.objects.create(
                community=community, invoice=invoice, receipt=receipt, amount_fen=fact.free_fen
            )
    told = {
        "amount_fen": invoice.amount_fen,
        "title_kind": invoice.title_kind,
        "receipts": [fact.number for fact in facts],
    }
    _note(invoice, "invoice.request", by=by, at=at, after=told)
    send(community=community, topic="invoice.requested", payload={"invoice": invoice.pk, **told})
    return invoice


@transaction.atomic
def record_invoice(
    *,
    invoice: Invoice,
    issued: Issued,
    attachment: Attachment | None = None,
    by: User,
    at: datetime,
) -> Document:
    """Record the invoice that was issued on the tax platform, with its file where it was kept.

    Raises Refused where it was decided already, where the amount is not what was asked for, the number no 20 digits
    or on record already, or the day to come.
    """
    invoice = _held(invoice)
    must(
        may_record(
            InvoiceState(invoice.state),
            amount_fen=issued.amount_fen,
            asked_fen=invoice.amount_fen,
            number=issued.number,
            issued_on=issued.issued_on,
            today=business_date(at),
            number_used=number_used(invoice.community, issued.number),
        )
    )
    move(invoice, InvoiceState.RECORDED)
    document = _document(invoice, Colour.BLUE, issued, attachment, by=by, at=at)
    _note(invoice, "invoice.record", by=by, at=at, after=_told(document))
    payload = {"invoice": invoice.pk, **_told(document)}
    send(community=invoice.community, topic="invoice.recorded", payload=payload)
    return document


@transaction.atomic
def reverse_invoice(
    *,
    invoice: Invoice,
    number: str,
    issued_on: date,
    reason: str,
    attachment: Attachment | None = None,
    by: User,
    at: datetime,
) -> Document:
    """Record the red one that takes a whole issued invoice back; its receipts are free again.

    Raises Refused where there is none to reverse, or number or day can't be, and TextError without a reason.
    """
    invoice, reason = _held(invoice), clean(reason, limit=200)
    blue = Document.objects.filter(
        community=invoice.community_id, invoice=invoice, colour=Colour.BLUE
    ).first()
    must(
        may_reverse(
            InvoiceState(invoice.state),
            number=number,
            issued_on=issued_on,
            today=business_date(at),
            blue_on=blue.issued_on if blue else None,
            number_used=number_used(invoice.community, number),
        )
    )
    move(invoice, InvoiceState.REVERSED)
    issued = Issued(number=number, issued_on=issued_on, amount_fen=-invoice.amount_fen)
    document = _document(invoice, Colour.RED, issued, attachment, by=by, at=at, reason=reason)
    _note(invoice, "invoice.reverse", by=by, at=at, after=_told(document), reason=reason)
    payload = {"invoice": invoice.pk, **_told(document)}
    send(community=invoice.community, topic="invoice.reversed", payload=payload)
    return document


@transaction.atomic
def reject_invoice(*, invoice: Invoice, reason: str, by: User, at: datetime) -> Invoice:
    """Give a request back that can't be issued as it is. Raises Refused once decided, TextError without a reason."""
    return _end(invoice, InvoiceState.REJECTED, "invoice.reject", reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_invoice(*, invoice: Invoice, reason: str, by: User, at: datetime) -> Invoice:
    """Take a request back before it is issued. Raises Refused once it is, TextError without a reason."""
    return _end(invoice, InvoiceState.WITHDRAWN, "invoice.withdraw", reason=reason, by=by, at=at)


def _end(
    invoice: Invoice, state: InvoiceState, action: str, *, reason: str, by: User, at: datetime
) -> Invoice:
    invoice, reason = _held(invoice), clean(reason, limit=200)
    must(may_become(InvoiceState(invoice.state), state))
    move(invoice, state, ended_by=by, ended_at=at, ending=reason)
    _note(invoice, action, by=by, at=at, reason=reason)
    return invoice


def _document(
    invoice: Invoice,
    colour: Colour,
    issued: Issued,
    attachment: Attachment | None,
    *,
    by: User,
    at: datetime,
    reason: str = "",
) -> Document:
    with refusing(invoices_number_once=NUMBER_USED):
        return Document.objects.create(
            community=invoice.community,
            invoice=invoice,
            colour=colour,
            number=issued.number,
            issued_on=issued.issued_on,
            amount_fen=issued.amount_fen,
            reason=reason,
            attachment=attachment,
            at=at,
            by=by,
        )


def _told(document: Document) -> dict[str, object]:
    return {
        "number": document.number,
        "issued_on": str(document.issued_on),
        "amount_fen": document.amount_fen,
    }


def _note(
    invoice: Invoice,
    action: str,
    *,
    by: User,
    at: datetime,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    journal(
        community=invoice.community,
        by=by,
        at=at,
        action=action,
        subject=invoice,
        after=after,
        reason=reason,
    )


def _held(invoice: Invoice) -> Invoice:
    """Lock the invoice and return it as it stands now."""
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("community")
    return rows.get(community=invoice.community_id, pk=invoice.pk)
