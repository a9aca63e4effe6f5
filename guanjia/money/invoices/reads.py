"""What the desk and the books read of invoices: what a receipt has left to invoice, the queue, the names used before."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.money.invoices.models import Document, Invoice, Invoiceable, InvoiceLine
from guanjia.money.invoices.rules import ReceiptFacts
from guanjia.money.invoices.states import STANDING, Colour, InvoiceState
from guanjia.money.payments.models import Allocation, Receipt, Reversal


def with_invoiceable(receipts: QuerySet[Receipt]) -> QuerySet[Any]:
    """Add to receipts what of them may be invoiced and is taken of that, in fen, and whether they were taken back.

    Income alone is invoiced, as it is settled: no deposit, no money collected for others, and of a prepayment what
    later receipts draw from it (ADR 19).
    """
    of_payment = {"community": OuterRef("community"), "payment": OuterRef("payment")}
    income = Allocation.objects.filter(**of_payment, amount_fen__gt=0, bill__item__is_agency=False)
    sums = income.order_by().values("payment").annotate(fen=Sum("amount_fen"))
    claims = Invoiceable.objects.filter(community=OuterRef("community"), receipt=OuterRef("pk"))
    return receipts.annotate(
        invoiceable_fen=Coalesce(Subquery(sums.values("fen")), 0),
        claimed_fen=Coalesce(Subquery(claims.values("claimed_fen")), 0),
        taken_back=Exists(Reversal.objects.filter(**of_payment)),
    )


def with_invoice(receipts: QuerySet[Receipt]) -> QuerySet[Any]:
    """Add to receipts how far the invoice that stands on each has come: ``invoice_state``, None without one."""
    lines = InvoiceLine.objects.filter(
        community=OuterRef("community"), receipt=OuterRef("pk"), invoice__state__in=STANDING
    )
    told: QuerySet[Any] = with_invoiceable(receipts).annotate(
        invoice_state=Subquery(lines.values("invoice__state")[:1])
    )
    return told


def facts_of(community: Community, receipt_ids: Collection[int]) -> list[ReceiptFacts]:
    """Return these receipts as rules judge them, in order of id."""
    rows = Receipt.objects.filter(community=community, pk__in=receipt_ids)
    told = with_invoiceable(rows).select_related("desk", "payment").order_by("pk")
    return [facts(receipt) for receipt in told]


def facts(receipt: Any) -> ReceiptFacts:
    """Return a receipt of ``with_invoiceable`` as rules judge it; its desk and payment must be loaded."""
    return ReceiptFacts(
        number=receipt.full_number,
        payer_name=receipt.payment.payer_name,
        invoiceable_fen=int(receipt.invoiceable_fen),
        claimed_fen=receipt.claimed_fen,
        taken_back=receipt.taken_back,
    )


def uninvoiced(community: Community, since: date, until: date) -> QuerySet[Any]:
    """Return the standing receipts of those days of which something is left to invoice, newest first."""
    rows = Receipt.objects.filter(community=community, payment__business_date__range=(since, until))
    left = with_invoiceable(rows).filter(taken_back=False, invoiceable_fen__gt=F("claimed_fen"))
    return left.select_related("desk", "payment__unit", "payment__by").order_by("-pk")


def invoices_in(
    community: Community,
    *,
    state: InvoiceState | None = None,
    since: date | None = None,
    until: date | None = None,
    words: str = "",
) -> QuerySet[Any]:
    """Return the community's invoices, newest first, each with its blue and red ``number`` and its ``units``.

    ``words`` is part of a title or the whole of a number; ``since`` and ``until`` are days of the request.
    """
    rows = Invoice.objects.filter(community=community)
    if state:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(requested_at__date__gte=since)
    if until:
        rows = rows.filter(requested_at__date__lte=until)
    if words:
        numbered = Document.objects.filter(
            community=OuterRef("community"), invoice=OuterRef("pk"), number=words
        )
        rows = rows.filter(Q(title__icontains=words) | Q(payer_name=words) | Exists(numbered))
    return _told(rows).order_by("-pk")


def _told(rows: QuerySet[Invoice]) -> QuerySet[Any]:
    of_invoice = {"community": OuterRef("community"), "invoice": OuterRef("pk")}
    blue = Document.objects.filter(**of_invoice, colour=Colour.BLUE)
    red = Document.objects.filter(**of_invoice, colour=Colour.RED)
    lines = InvoiceLine.objects.filter(**of_invoice).order_by().values("invoice")
    units = lines.annotate(names=ArrayAgg("receipt__payment__unit__number", distinct=True))
    return rows.select_related("requested_by").annotate(
        number=Subquery(blue.values("number")),
        issued_on=Subquery(blue.values("issued_on")),
        red_number=Subquery(red.values("number")),
        red_on=Subquery(red.values("issued_on")),
        units=Subquery(units.values("names")),
    )


def invoices_of(receipt: Receipt) -> list[Any]:
    """Return the receipt's invoices, newest first: at most one of them stands."""
    rows = Invoice.objects.filter(community=receipt.community_id, lines__receipt=receipt)
    return list(_told(rows).order_by("-pk"))


def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    """Return the receipts that the invoice is for."""
    rows = InvoiceLine.objects.filter(community=invoice.community_id, invoice=invoice)
    return list(rows.select_related("receipt__desk", "receipt__payment__unit").order_by("receipt"))


def documents_of(invoice: Invoice) -> list[Document]:
    """Return what was issued, the blue one first."""
    rows = Document.objects.filter(community=invoice.community_id, invoice=invoice)
    return list(rows.select_related("by", "attachment").order_by("pk"))


def is_standing(receipt: Receipt) -> bool:
    """Whether an invoice stands on the receipt, asked for or issued."""
    lines = InvoiceLine.objects.filter(community=receipt.community_id, receipt=receipt)
    return lines.filter(invoice__state__in=STANDING).exists()


def number_of(receipt: Receipt) -> str:
    """Return the number of the invoice issued for the receipt that still stands; "" without one."""
    issued = Document.objects.filter(
        community=receipt.community_id,
        invoice__state=InvoiceState.RECORDED,
        invoice__lines__receipt=receipt,
        colour=Colour.BLUE,
    )
    return issued.values_list("number", flat=True).first() or ""


def last_name(receipt: Receipt) -> Invoice | None:
    """Return the latest invoice of this payer for this unit: under that name the next one is asked for too."""
    payment = receipt.payment
    rows = Invoice.objects.filter(
        community=receipt.community_id,
        payer_name=payment.payer_name,
        lines__receipt__payment__unit=payment.unit_id,
    )
    return rows.order_by("-pk").first()


def number_used(community: Community, number: str) -> bool:
    """Whether the seller, who may run several communities, has this number on record already."""
    company = Document.objects.filter(community__company=community.company_id)
    return company.filter(number=number).exists()
