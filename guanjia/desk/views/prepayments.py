"""A household's prepayments: asking for money back, and moving it to another unit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.acting import attempt
from guanjia.desk.refund_forms import RefundForm, TransferForm
from guanjia.desk.views.household import prepayments_page
from guanjia.estate.access import unit_for
from guanjia.estate.household import sister_units
from guanjia.money.prepayments.actions import transfer_prepayment
from guanjia.money.prepayments.models import Prepayment, Transfer
from guanjia.money.refunds.access import prepayment_for
from guanjia.money.refunds.actions import request_refund


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest, key: str) -> HttpResponse:
    """Show what is left for bills to come, and what went in and out."""
    return prepayments_page(request, unit_for(request.standing, key))


@require_http_methods(["GET", "POST"])
@permits(Permission.REFUND_REQUEST)
def refund(request: StaffRequest, prepayment_id: int) -> HttpResponse:
    """Ask for some of it back."""
    prepayment = prepayment_for(request.standing, prepayment_id)
    sent = request.POST if request.method == "POST" else None
    owner = prepayment.party.name if prepayment.party else ""
    form = RefundForm(sent, free_fen=prepayment.free_fen, payee=owner)
    if form.is_valid():
        words = {"source": prepayment, "asking": form.asking(), "key": form.pressed}
        if made := attempt(request, form, request_refund, **words):
            messages.success(request, say("已申请退款，等主管、财务或主任批准"))
            return redirect("desk:refund", request.standing.community.code, made.pk)
    return prepayments_page(request, prepayment.unit, asked=prepayment, refund=form)


@require_http_methods(["GET", "POST"])
@permits(Permission.PREPAYMENT_TRANSFER)
def transfer(request: StaffRequest, prepayment_id: int) -> HttpResponse:
    """Move some of it to another unit of the household, or of the same payer."""
    source = prepayment_for(request.standing, prepayment_id)
    sent = request.POST if request.method == "POST" else None
    sisters = sister_units(source.unit)
    form = TransferForm(sent, prepayment=source, sister=sisters[0].number if sisters else "")
    moved = form.is_valid() and _moved(request, form, source)
    if moved:
        messages.success(request, say("已转到 {unit}").format(unit=moved.target.unit.number))
        code, key = request.standing.community.code, source.unit.key
        return redirect("desk:household-prepayments", code, key)
    return prepayments_page(request, source.unit, asked=source, transfer=form)


def _moved(request: StaffRequest, form: TransferForm, source: Prepayment) -> Transfer | None:
    return attempt(request, form, transfer_prepayment, source=source, **form.told())
