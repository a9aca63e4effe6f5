"""Invoices: the list, asking for one at a receipt, recording what was issued, and giving requests back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import REFUSED
from guanjia.desk.acting import attempt, submit
from guanjia.desk.invoice_forms import UNINVOICED, InvoiceFilter, IssuedForm
from guanjia.desk.invoice_sheets import sheet_of_invoices, sheet_of_receipts
from guanjia.desk.invoices import Recording, asked, of_receipt, page_of, recording, reddening
from guanjia.desk.refund_forms import WhyForm
from guanjia.desk.views.receipts import receipt_page
from guanjia.money.invoices import actions
from guanjia.money.invoices.access import invoice_for
from guanjia.money.invoices.models import Document, Invoice
from guanjia.money.invoices.reads import documents_of, invoices_in, uninvoiced
from guanjia.money.payments.access import receipt_for
from guanjia.records.attachments import attach
from guanjia.records.file_kinds import INVOICES, UnfitFileError
from guanjia.reports.views.answering import carried

PER_PAGE = 30


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List invoices by state, newest first, or receipts that have none yet; what waits for finance at first."""
    form, community = InvoiceFilter(request.GET), request.standing.community
    is_left = form.chosen == UNINVOICED
    rows = uninvoiced(community, *form.days) if is_left else invoices_in(community, **form.wanted())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "is_left": is_left, "days": form.days}
    context["may_ask"] = request.standing.may(Permission.INVOICE_REQUEST)
    context["may_carry"] = request.standing.may(Permission.LEDGER_READ)
    return render(request, "desk/invoices/index.html", context)


@require_POST
@permits(Permission.LEDGER_READ)
def workbook(request: StaffRequest) -> HttpResponseBase:
    """Carry the list out as a workbook, as the filter in the address asks, which leaves a trace."""
    form, community = InvoiceFilter(request.GET), request.standing.community
    if form.chosen == UNINVOICED:
        return carried(request, sheet_of_receipts(uninvoiced(community, *form.days), form.days))
    return carried(request, sheet_of_invoices(invoices_in(community, **form.wanted()), form.told()))


@require_http_methods(["GET", "POST"])
@permits(Permission.INVOICE_REQUEST)
def create(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Ask for an invoice for a receipt, and others of the same payer."""
    receipt = receipt_for(request.standing, desk_id, number)
    dialog = asked(request, receipt, of_receipt(receipt, request.standing))
    form = dialog.form
    if request.method == "POST" and form.is_valid():
        words = {"receipts": [receipt, *form.cleaned_data["others"]], "asking": form.asking()}
        if attempt(request, form, actions.request_invoice, key=form.pressed, **words):
            messages.success(request, say("已申请开票，财务开出后登记号码"))
            return redirect("desk:receipt", request.standing.community.code, desk_id, number)
    status = REFUSED if request.method == "POST" else 200
    return receipt_page(request, receipt, asking=dialog, status=status)


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Show an invoice: for what, under which name, what was done."""
    return invoice_page(request, invoice_for(request.standing, invoice_id))


def invoice_page(
    request: StaffRequest,
    invoice: Invoice,
    *,
    dialog: Recording | None = None,
    why: dict[str, WhyForm] | None = None,
) -> HttpResponse:
    """Draw the invoice; with ``dialog`` where something is recorded, a form sent and refused as it was typed."""
    context = {
        "page": page_of(invoice, request.standing),
        "invoice": invoice,
        "dialog": dialog,
        "rejection": WhyForm(prefix="rejection"),
        "withdrawal": WhyForm(prefix="withdrawal"),
        **(why or {}),
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "desk/invoices/detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@permits(Permission.INVOICE_RECORD)
def record(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Record what was issued."""
    invoice = invoice_for(request.standing, invoice_id)
    said = say("已登记，收据上显示已开票")
    return _record(request, invoice, recording(request, invoice), actions.record_invoice, said)


@require_http_methods(["GET", "POST"])
@permits(Permission.INVOICE_RECORD)
def reversal(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Record the red one that takes it back."""
    invoice = invoice_for(request.standing, invoice_id)
    said = say("已登记红冲，收据可以重新开票，也可以作废或红冲了")
    return _record(request, invoice, reddening(request, invoice), actions.reverse_invoice, said)


def _record(
    request: StaffRequest,
    invoice: Invoice,
    dialog: Recording,
    action: Callable[..., Document],
    said: str,
) -> HttpResponse:
    form = dialog.form
    if request.method == "POST" and form.is_valid():
        done = _recorded(request, invoice, form, action)
        # A second press finds what the first one did.
        number = form.cleaned_data["number"]
        if done or any(m.number == number and m.by == request.user for m in documents_of(invoice)):
            messages.success(request, said)
            return _back(request, invoice)
    return invoice_page(request, invoice, dialog=dialog)


def _recorded(
    request: StaffRequest, invoice: Invoice, form: IssuedForm, action: Callable[..., Document]
) -> Document | None:
    """Record it with its file; one that is not taken in is told at its field."""
    file = form.cleaned_data["file"]

    def keep(*, by: User, at: datetime) -> Document:
        kept = file and attach(
            community=invoice.community,
            file=file,
            name=file.name,
            permission=Permission.BILL_READ,
            kinds=INVOICES,
            by=by,
            at=at,
        )
        return action(invoice=invoice, attachment=kept or None, by=by, at=at, **form.told())

    try:
        return attempt(request, form, keep)
    except UnfitFileError as unfit:
        form.add_error("file", str(unfit))
        return None


@require_POST
@permits(Permission.INVOICE_RECORD)
def rejection(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Give the request back, with a reason."""
    return _with_reason(request, invoice_id, "rejection", actions.reject_invoice, say("已退回"))


@require_POST
@permits(Permission.INVOICE_REQUEST)
def withdrawal(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Withdraw the request, with a reason."""
    return _with_reason(request, invoice_id, "withdrawal", actions.withdraw_invoice, say("已撤回"))


def _with_reason(
    request: StaffRequest, invoice_id: int, name: str, action: Callable[..., Any], said: str
) -> HttpResponse:
    invoice = invoice_for(request.standing, invoice_id)
    form = WhyForm(request.POST, prefix=name)
    if submit(request, form, action, invoice=invoice):
        messages.success(request, f"{said}，{say('这些收据可以重新申请')}")
        return _back(request, invoice)
    return invoice_page(request, invoice, why={name: form})


def _back(request: StaffRequest, invoice: Invoice) -> HttpResponse:
    return redirect("desk:invoice", request.standing.community.code, invoice.pk)
