"""Taking a receipt back: void on its own day, red later."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import REFUSED
from guanjia.desk.acting import attempt
from guanjia.desk.taking_back import rights, taking_back
from guanjia.desk.views.receipts import receipt_page
from guanjia.money.invoices.taking_back import take_back
from guanjia.money.payments.access import receipt_for
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.reads import reversal_of
from guanjia.money.payments.rules import ReversalKind


@require_http_methods(["GET", "POST"])
@permits(Permission.RECEIPT_VOID)
def void(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Void a receipt of today."""
    receipt = receipt_for(request.standing, desk_id, number)
    return _take_back(request, receipt, ReversalKind.VOID)


@require_http_methods(["GET", "POST"])
@permits(Permission.RECEIPT_REVERSE)
def reversal(request: StaffRequest, desk_id: int, number: int) -> HttpResponse:
    """Reverse a receipt of an earlier day."""
    receipt = receipt_for(request.standing, desk_id, number)
    return _take_back(request, receipt, ReversalKind.RED)


def _take_back(request: StaffRequest, receipt: Receipt, kind: ReversalKind) -> HttpResponse:
    dialog = taking_back(request, receipt, kind)
    form = dialog.form
    if request.method == "POST" and form.is_valid():
        attempt(request, form, take_back, receipt=receipt, **form.told(), **rights(kind))
    if request.method == "POST" and (done := reversal_of(receipt)) and done.by == request.user:
        # A second press finds what the first one did.
        kept = "" if done.copy_missing else say("；客户联和存根一起留存")
        said = say("{number} 已{kind}，费用重新待缴") + kept
        messages.success(request, said.format(number=receipt.full_number, kind=kind.label))
        return redirect(
            "desk:receipt", request.standing.community.code, receipt.desk_id, receipt.number
        )
    status = REFUSED if request.method == "POST" else 200
    return receipt_page(request, receipt, dialog, status=status)
