"""Deposits: what is held for a household, asking for one back, and one line more at the cash desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.acting import attempt
from guanjia.desk.deposit_refund_forms import DepositRefundForm
from guanjia.desk.deposits import fresh_row
from guanjia.desk.views.household import deposits_page
from guanjia.estate.access import unit_for
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.refunds.access import deposit_for
from guanjia.money.refunds.actions import request_refund
from guanjia.money.refunds.models import Refund
from guanjia.records.file_kinds import UnfitFileError


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest, key: str) -> HttpResponse:
    """Show what is held for the household, and what went in and out."""
    return deposits_page(request, unit_for(request.standing, key))


@require_safe
@permits(Permission.PAYMENT_TAKE)
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Answer with a line to type a deposit in; with nothing where no more fit on a receipt."""
    unit = unit_for(request.standing, key)
    deposits = fresh_row(unit.community, request.GET)
    if deposits is None:
        return HttpResponse(status=204)
    return render(request, "desk/household/_deposits.html", {"deposits": deposits, "fresh": True})


@require_http_methods(["GET", "POST"])
@permits(Permission.REFUND_REQUEST)
def refund(request: StaffRequest, held_id: int) -> HttpResponse:
    """Ask for a deposit back, or for a part of it."""
    deposit = deposit_for(request.standing, held_id)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DepositRefundForm(*sent, deposit=deposit)
    if form.is_valid() and (made := _asked(request, form, deposit)):
        messages.success(request, say("已申请退押金，等主管、财务或主任批准"))
        return redirect("desk:refund", request.standing.community.code, made.pk)
    return deposits_page(request, deposit.unit, asked=deposit, refund=form)


def _asked(request: StaffRequest, form: DepositRefundForm, deposit: HeldDeposit) -> Refund | None:
    """Ask for it; a scan that is not taken in is told at its field."""
    words = {"source": deposit, "asking": form.asking(), "scan": form.page, "key": form.pressed}
    try:
        return attempt(request, form, request_refund, **words)
    except UnfitFileError as unfit:
        form.add_error("scan", str(unfit))
        return None
