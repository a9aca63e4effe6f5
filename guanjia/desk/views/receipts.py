"""Receipts: the list, one of them, and putting it on paper."""

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.csp import POLICY
from guanjia.core.money import capitals
from guanjia.desk.forms import ReceiptFilter
from guanjia.money.payments.access import receipt_for
from guanjia.money.payments.actions import record_print
from guanjia.money.payments.forms import PrintForm
from guanjia.money.payments.reads import receipts_in, times_printed
from guanjia.money.payments.receipt_pdf import Paper, grouped
from guanjia.money.payments.receipt_pdf import render as render_pdf
from guanjia.money.payments.sheets import lines_of, parts_of, sheet_of

PER_PAGE = 30
_PAPER = "paper"
# The sheet is fetched and shown in a frame of the page itself, which prints it.
_PAGE = f"{POLICY}; frame-src blob:"


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List receipts, newest first, by day, number, desk or unit."""
    form = ReceiptFilter(request.GET, community=request.standing.community)
    rows = receipts_in(request.standing.community, **form.wanted())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/receipts/index.html", {"form": form, "page": page})


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Show a receipt; one just made prints itself, once."""
    receipt = receipt_for(request.standing, desk_id, number)
    printed = times_printed(receipt)
    context = {
        "receipt": receipt,
        "lines": grouped(lines_of(receipt)),
        "parts": parts_of(receipt),
        "capitals": capitals(receipt.payment.amount_fen),
        "printed": printed,
        "papers": list(Paper),
        "paper": request.session.get(_PAPER, Paper.CONTINUOUS_241),
        "may_print": request.standing.may(Permission.RECEIPT_PRINT),
        "print_now": "print" in request.GET and not printed,
    }
    page = render(request, "desk/receipts/detail.html", context)
    page["Content-Security-Policy"] = _PAGE
    return page


@require_POST
@permits(Permission.RECEIPT_PRINT)
def prints(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Count one printing and return the sheet as PDF; the paper chosen is kept for this browser."""
    receipt = receipt_for(request.standing, desk_id, number)
    form = PrintForm(request.POST)
    paper = form.cleaned_data["paper"] if form.is_valid() else Paper.CONTINUOUS_241
    if request.session.get(_PAPER) != paper:
        request.session[_PAPER] = str(paper)
    now = timezone.now()
    with transaction.atomic():  # a sheet that could not be drawn does not count
        counted = record_print(receipt=receipt, by=request.user, at=now)
        pdf = render_pdf([sheet_of(receipt, nth=counted.nth, at=now)], paper=paper)
    name = f'inline; filename="{receipt.full_number}.pdf"'
    headers = {"Content-Disposition": name, "X-Times-Printed": str(counted.nth)}
    return HttpResponse(pdf, "application/pdf", headers=headers)
