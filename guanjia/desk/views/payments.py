"""Taking money."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.refusal import Refused
from guanjia.desk import cash_desk
from guanjia.desk.reception import done_with
from guanjia.desk.views.household import cash_page
from guanjia.estate.access import unit_for
from guanjia.money.payments.forms import PaymentForm
from guanjia.money.payments.taking import take_payment

UNWITNESSED = _(
    "这一笔已收，收据有效，但外部见证没有写成：请告诉系统管理员检查磁盘；修好以前不能再收款。"
)


@require_POST
@permits(Permission.PAYMENT_TAKE)
def create(request: StaffRequest) -> HttpResponse:
    """Take one payment and lead to its receipt; what is refused comes back with all that was typed."""
    unit = unit_for(request.standing, request.POST.get("unit", ""))
    form = PaymentForm(request.POST, unit=unit)
    if form.is_valid():
        try:
            receipt = take_payment(
                community=request.standing.community,
                desk=cash_desk.open_one(request),
                taking=form.taking(),
                key=form.cleaned_data["key"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refused:
            form.refusal = refused.refusal
        else:
            done_with(unit)
            if not receipt.is_witnessed:
                messages.error(request, UNWITNESSED)
            place = [request.standing.community.code, receipt.desk_id, receipt.number]
            return redirect(reverse("desk:receipt", args=place) + "?print")
    return cash_page(request, form)
