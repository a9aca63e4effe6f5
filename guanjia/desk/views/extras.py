"""Charging once at the desk, rounding off, and taking back a bill that was a mistake."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.core.money import yuan
from guanjia.core.refusal import Refused
from guanjia.desk.acting import attempt, submit
from guanjia.desk.charge_forms import ExtraForm, ReasonForm, RoundingForm
from guanjia.desk.views.household import cash_page
from guanjia.estate.access import unit_for
from guanjia.estate.household import unit_file
from guanjia.estate.models import Unit
from guanjia.money.bills.access import extra_bill_for, issued_bill_for
from guanjia.money.bills.actions import add_charge, cancel_bill, round_off
from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Bill
from guanjia.money.bills.reads import adjustments_of
from guanjia.money.payments.forms import PaymentForm


@require_http_methods(["GET", "POST"])
@permits(Permission.PAYMENT_TAKE)
def create(request: StaffRequest, key: str) -> HttpResponse:
    """Open the dialog, or charge once; the bill comes ticked, beside those that were."""
    unit = unit_for(request.standing, key)
    if request.method == "GET":
        file = unit_file(unit, business_date(timezone.now()))
        told = {"extra": ExtraForm(unit=unit), "unit": unit, "file": file}
        return render(request, "desk/household/_extra_dialog.html", told)
    form = ExtraForm(request.POST, unit=unit)
    if form.is_valid():
        asked = {"charging": form.charging(), "key": form.cleaned_data["key"]}
        if bill := attempt(request, form, add_charge, community=unit.community, **asked):
            return _ticked(unit, *form.cleaned_data["ticked"], bill.pk)
    return cash_page(request, PaymentForm(unit=unit), extra=form)


@require_POST
@permits(Permission.PAYMENT_TAKE)
def rounding(request: StaffRequest, key: str) -> HttpResponse:
    """Leave whole yuan of what is ticked (抹零)."""
    unit = unit_for(request.standing, key)
    form = RoundingForm(request.POST)
    ids = form.cleaned_data["ticked"] if form.is_valid() else ()
    told = form.cleaned_data.get("expected_fen", 0)
    by_now = {"community": unit.community, "by": request.user, "at": timezone.now()}
    try:
        made = round_off(bill_ids=ids, expected_fen=told, **by_now)
        messages.success(request, say("已抹零 {off} 元").format(off=yuan(made.amount_fen)))
    except Refused as refused:
        messages.error(request, str(refused.refusal))
    return _ticked(unit, *ids)


@require_http_methods(["GET", "POST"])
@permits(Permission.PAYMENT_TAKE)
def cancellation(request: StaffRequest, extra_id: int) -> HttpResponse:
    """Take back a one-off charge that was a mistake."""
    return _cancel(request, extra_bill_for(request.standing, extra_id))


@require_http_methods(["GET", "POST"])
@permits(Permission.BILL_RUN)
def bill_cancellation(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Take back a bill that a run issued by mistake; its month may be billed again."""
    return _cancel(request, issued_bill_for(request.standing, bill_id))


def _cancel(request: StaffRequest, bill: Bill) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if submit(request, form, cancel_bill, bill=bill):
        said = say("已撤销 {item} {amount} 元，原因已记录")
        messages.success(request, said.format(item=bill.item.name, amount=yuan(bill.open_fen)))
        return redirect("desk:household", bill.community.code, bill.unit.key)
    why = explain(bill, adjustments_of([bill])[bill.pk])
    return answer(request, "desk/household/cancellation.html", form, bill=bill, why=why)


def _ticked(unit: Unit, *bills: int) -> HttpResponse:
    page = reverse("desk:household", args=[unit.community.code, unit.key])
    return redirect(f"{page}?{urlencode({'bill': sorted(set(bills))}, doseq=True)}")
