"""Receipts: the list, one of them, and putting it on paper."""

from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.lists import declare, look_at
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.csp import POLICY
from guanjia.core.money import capitals
from guanjia.desk import cash_desk
from guanjia.desk.acting import submit
from guanjia.desk.forms import ReceiptFilter
from guanjia.desk.invoices import Asked, of_receipt
from guanjia.desk.printer import remember
from guanjia.desk.taking_back import TakingBack, route_back, who_takes_back
from guanjia.money.invoices.reads import number_of, with_invoice
from guanjia.money.payments.access import receipt_for
from guanjia.money.payments.actions import record_print
from guanjia.money.payments.forms import FaultForm, PaperForm
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.printing import printer_at, printings_of, report_failure, use_form
from guanjia.money.payments.reads import receipts_in, reversal_of
from guanjia.money.payments.receipt_pdf import Paper, grouped
from guanjia.money.payments.receipt_pdf import render as render_pdf
from guanjia.money.payments.rules import PrintFault
from guanjia.money.payments.sheets import lines_of, parts_of, sheet_of

PER_PAGE = 30
LIST = declare(
    "receipts",
    payer=_("缴款人"),
    items=_("费用"),
    methods=_("方式"),
    invoice=_("发票"),
    printed=_("打印"),
)
_PAPER = "paper"
# The sheet is fetched and shown in a frame of the page itself, which prints it.
_PAGE = f"{POLICY}; frame-src blob:"


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List receipts, newest first, by day, number, desk or unit."""
    form = ReceiptFilter(request.GET, community=request.standing.community)
    rows = with_invoice(receipts_in(request.standing.community, **form.wanted()))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "look": look_at(request, LIST)}
    return render(request, "desk/receipts/index.html", context)


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Show a receipt; one just made prints itself, once."""
    return receipt_page(request, receipt_for(request.standing, desk_id, number))


def receipt_page(
    request: StaffRequest,
    receipt: Receipt,
    dialog: TakingBack | None = None,
    *,
    asking: Asked | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the receipt, with the dialog that takes it back or asks for an invoice where it is asked for."""
    context = {
        **_told(request, receipt),
        "dialog": dialog,
        "asking": asking,
    }
    page = render(request, "desk/receipts/detail.html", context, status=status)
    page["Content-Security-Policy"] = _PAGE
    return page


def _told(request: StaffRequest, receipt: Receipt) -> dict[str, object]:
    """Return what the receipt's page tells, and how it is printed from here."""
    printings = printings_of(receipt)
    printed = len(printings)
    return {
        "receipt": receipt,
        "lines": grouped(lines_of(receipt)),
        "parts": parts_of(receipt),
        "capitals": capitals(receipt.payment.amount_fen),
        "printed": printed,
        "printings": printings,
        "faults": list(PrintFault),
        "papers": list(Paper),
        "paper": request.session.get(_PAPER, Paper.CONTINUOUS_241),
        "may_print": request.standing.may(Permission.RECEIPT_PRINT),
        "print_now": "print" in request.GET and not printed,
        "invoicing": of_receipt(receipt, request.standing),
        "reversal": reversal_of(receipt),
        "route": route_back(request.standing, receipt),
        "who_takes_back": who_takes_back(receipt),
    }


@require_POST
@permits(Permission.RECEIPT_PRINT)
def prints(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Count one printing and return the sheet as PDF; the paper chosen is kept for this browser."""
    receipt = receipt_for(request.standing, desk_id, number)
    form = PaperForm(request.POST)
    paper = form.cleaned_data["paper"] if form.is_valid() else Paper.CONTINUOUS_241
    if request.session.get(_PAPER) != paper:
        request.session[_PAPER] = str(paper)
    pdf, nth = _printed(request, receipt, paper)
    name = f'inline; filename="{receipt.full_number}.pdf"'
    headers = {"Content-Disposition": name, "X-Times-Printed": str(nth)}
    return HttpResponse(pdf, "application/pdf", headers=headers)


def _printed(request: StaffRequest, receipt: Receipt, paper: Paper) -> tuple[bytes, int]:
    """Draw the sheet for the printer it goes to, and count it."""
    community, now = request.standing.community, timezone.now()
    desk_id = _printing_at(request, receipt)
    with transaction.atomic():  # a sheet that could not be drawn does not count
        counted = record_print(receipt=receipt, by=request.user, at=now)
        takes_form = paper is Paper.CONTINUOUS_241
        at_desk = use_form if takes_form else printer_at
        printer = at_desk(community=community, desk_id=desk_id)
        sheet = replace(sheet_of(receipt, nth=counted.nth, at=now), invoice=number_of(receipt))
        pdf = render_pdf([sheet], paper=paper, offset=printer.offset)
    remember(request, printer)
    return pdf, counted.nth


@require_POST
@permits(Permission.RECEIPT_PRINT)
def faults(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Say that the latest sheet is of no use; it is printed again under the same number."""
    receipt = receipt_for(request.standing, desk_id, number)
    form = FaultForm(request.POST)
    failure = submit(request, form, report_failure, receipt=receipt)
    if failure:
        printer = printer_at(receipt.community, _printing_at(request, receipt))
        remember(request, printer, failure.reason)
        words = say("已记下：第 %(nth)s 次打印%(why)s。按 P 用同一号码补打")
        nth, why = failure.printing.nth, failure.get_reason_display()
        messages.warning(request, words % {"nth": nth, "why": why})
    for errors in form.errors.values():
        messages.error(request, str(errors[0]))
    return redirect("desk:receipt", request.standing.community.code, desk_id, number)


def _printing_at(request: StaffRequest, receipt: Receipt) -> int:
    """Return the desk whose printer stands here: the one this browser works at, else the receipt's own."""
    desk = cash_desk.current(request)
    return desk.pk if desk else int(receipt.desk_id)
