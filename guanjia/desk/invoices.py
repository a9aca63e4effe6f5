"""What the pages about invoices tell: how far one has come and who may do what now, and what a receipt has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.core.refusal import Verdict
from guanjia.desk.invoice_forms import InvoiceForm, IssuedForm, RedForm
from guanjia.estate.household import sister_units
from guanjia.money.invoices.models import Document, Invoice, InvoiceLine
from guanjia.money.invoices.reads import (
    documents_of,
    facts,
    invoices_in,
    invoices_of,
    last_name,
    lines_of,
    with_invoiceable,
)
from guanjia.money.invoices.rules import (
    ReceiptFacts,
    masked,
    may_become,
    may_invoice,
)
from guanjia.money.invoices.states import STANDING, Colour, InvoiceState
from guanjia.money.payments.models import Receipt
from guanjia.records.actions import reveal
from guanjia.records.models import Attachment

MOST_OTHERS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done about an invoice; ``words`` are its number, or why."""

    label: str
    by: User
    at: datetime
    words: str = ""
    file: Attachment | None = None


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An invoice with what was done about it, and what this person may do now."""

    invoice: Invoice
    lines: list[InvoiceLine]
    steps: list[Step]
    send_to: str  # masked
    number: str  # "" while it is not issued
    may_record: bool
    may_reject: bool
    may_withdraw: bool
    may_reverse: bool


def page_of(invoice: Invoice, standing: Standing) -> InvoicePage:
    """Return the invoice as its page tells it."""
    state, documents = InvoiceState(invoice.state), documents_of(invoice)
    records = standing.may(Permission.INVOICE_RECORD)
    is_open, is_own = state is InvoiceState.REQUESTED, invoice.requested_by_id == standing.user.pk
    return InvoicePage(
        invoice=invoice,
        lines=lines_of(invoice),
        steps=list(_steps(invoice, documents)),
        send_to=masked(invoice.send_to or ""),
        number=documents[0].number if documents else "",
        may_record=records and is_open,
        may_reject=records and is_open and not is_own,
        may_withdraw=is_open
        and standing.may(Permission.INVOICE_REQUEST)
        and (is_own or not records),
        may_reverse=records and state is InvoiceState.RECORDED,
    )


def _steps(invoice: Invoice, documents: list[Document]) -> Iterator[Step]:
    yield Step(say("申请"), invoice.requested_by, invoice.requested_at)
    if invoice.ended_by and invoice.ended_at:
        rejected = invoice.state == InvoiceState.REJECTED
        label = say("退回") if rejected else say("撤回")
        yield Step(label, invoice.ended_by, invoice.ended_at, invoice.ending)
    for made in documents:
        label = say("红冲") if made.colour == Colour.RED else say("登记开票")
        words = "　".join(filter(None, (made.number, str(made.issued_on), made.reason)))
        yield Step(label, made.by, made.at, words, made.attachment)


@dataclass(frozen=True, slots=True)
class Recording:
    """The dialog of what was issued: why not, or its form; ``send_to`` in full, since finance sends it there."""

    verdict: Verdict
    form: IssuedForm
    is_red: bool
    send_to: str = ""


def recording(request: StaffRequest, invoice: Invoice) -> Recording:
    """Return the dialog that records it: each look at where it goes leaves a trace, as with phones (D7)."""
    verdict = may_become(InvoiceState(invoice.state), InvoiceState.RECORDED)
    sent_to = ""
    if verdict and invoice.send_to:
        words: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        sent_to = reveal(subject=invoice, field="send_to", reason=say("开票后发送"), **words)
    form = IssuedForm(*_sent(request))
    return Recording(verdict, form, is_red=False, send_to=sent_to)


def reddening(request: StaffRequest, invoice: Invoice) -> Recording:
    """Return the dialog that records the red one."""
    verdict = may_become(InvoiceState(invoice.state), InvoiceState.REVERSED)
    return Recording(verdict, RedForm(*_sent(request)), is_red=True)


def _sent(request: StaffRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@dataclass(frozen=True, slots=True)
class OfReceipt:
    """What a receipt's page tells of invoices: the one that stands, those before, what is left and under which name."""

    facts: ReceiptFacts
    verdict: Verdict
    standing: Any | None
    earlier: list[Any]
    last: Invoice | None
    may_ask: bool

    @property
    def is_due(self) -> bool:
        """Whether something is left to invoice."""
        return bool(self.verdict)


def of_receipt(receipt: Receipt, standing: Standing) -> OfReceipt:
    """Return the receipt's invoices; its payment must be loaded."""
    rows = Receipt.objects.filter(community=receipt.community_id, pk=receipt.pk)
    told = facts(with_invoiceable(rows).select_related("desk", "payment").get())
    invoices = invoices_of(receipt)
    stands = next((each for each in invoices if each.state in STANDING), None)
    verdict = may_invoice(told)
    return OfReceipt(
        facts=told,
        verdict=verdict,
        standing=stands,
        earlier=[each for each in invoices if each is not stands],
        last=last_name(receipt) if verdict else None,
        may_ask=standing.may(Permission.INVOICE_REQUEST),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The dialog that asks for an invoice: why not, or its form; ``others`` are receipts that may go with it."""

    verdict: Verdict
    form: InvoiceForm
    others: list[Any]


def asked(request: StaffRequest, receipt: Receipt, told: OfReceipt) -> Asked:
    """Return the dialog as the books stand now, with what was typed."""
    others = _others(receipt)
    sent = request.POST if request.method == "POST" else None
    return Asked(
        verdict=told.verdict,
        form=InvoiceForm(sent, receipt=receipt, last=told.last, others=others),
        others=_uninvoiced(others) if told.is_due else [],
    )


def _others(receipt: Receipt) -> QuerySet[Receipt]:
    """Return what else this payer paid for the household."""
    unit = receipt.payment.unit
    rows = Receipt.objects.filter(
        community=receipt.community_id,
        payment__unit__in=[unit.pk, *(sister.pk for sister in sister_units(unit))],
        payment__payer_name=receipt.payment.payer_name,
    )
    return rows.exclude(pk=receipt.pk)


def _uninvoiced(receipts: QuerySet[Receipt]) -> list[Any]:
    """Return the newest of them that have something left to invoice."""
    told = with_invoiceable(receipts)
    left = told.filter(taken_back=False, claimed_fen=0, invoiceable_fen__gt=0)
    return list(left.select_related("desk", "payment__unit").order_by("-pk")[:MOST_OTHERS])


def invoices_waiting(standing: Standing) -> int:
    """Return how many invoices wait for this person to issue and record them."""
    if not standing.may(Permission.INVOICE_RECORD):
        return 0
    return invoices_in(standing.community, state=InvoiceState.REQUESTED).count()
