"""Refunds: the queue, a refund's page, approving, refusing, withdrawing and paying it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import REFUSED
from guanjia.desk.acting import attempt, press, submit
from guanjia.desk.refund_forms import StateForm, WhyForm
from guanjia.desk.refunds import Dialog, bank_dialog, cash_dialog, page_of
from guanjia.money.refunds import actions
from guanjia.money.refunds.access import refund_for
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.reads import refunds_in, voucher_of
from guanjia.money.refunds.voucher_pdf import voucher_sheet

PER_PAGE = 30


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List refunds, newest first, by state."""
    form = StateForm(request.GET)
    rows = refunds_in(request.standing.community, form.wanted)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/refunds/index.html", {"form": form, "page": page})


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Show a refund: what it rests on, what was done, what is to do."""
    return refund_page(request, refund_for(request.standing, refund_id))


def refund_page(
    request: StaffRequest,
    refund: Refund,
    *,
    dialog: Dialog | None = None,
    why: dict[str, WhyForm] | None = None,
) -> HttpResponse:
    """Draw the refund; with ``dialog`` where it is about to be paid, a form sent and refused as it was typed."""
    context = {
        "page": page_of(refund, request.standing),
        "refund": refund,
        "dialog": dialog,
        "refusal": WhyForm(prefix="refusal"),
        "withdrawal": WhyForm(prefix="withdrawal"),
        **(why or {}),
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "desk/refunds/detail.html", context, status=status)


@require_POST
@permits(Permission.REFUND_APPROVE)
def approval(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Approve it."""
    refund = refund_for(request.standing, refund_id)
    if press(request, actions.approve_refund, refund=refund):
        messages.success(request, say("已批准，可以付款了"))
    return _back(request, refund)


@require_POST
@permits(Permission.REFUND_APPROVE)
def refusal(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Refuse it, with a reason."""
    return _with_reason(request, refund_id, "refusal", actions.refuse_refund, say("已驳回"))


@require_POST
@permits(Permission.REFUND_REQUEST)
def withdrawal(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Withdraw it, with a reason."""
    return _with_reason(request, refund_id, "withdrawal", actions.withdraw_refund, say("已撤回"))


def _with_reason(
    request: StaffRequest, refund_id: int, name: str, action: Callable[..., Any], said: str
) -> HttpResponse:
    refund = refund_for(request.standing, refund_id)
    form = WhyForm(request.POST, prefix=name)
    if submit(request, form, action, refund=refund):
        messages.success(request, f"{said}，{say('这笔钱不再留着')}")
        return _back(request, refund)
    return refund_page(request, refund, why={name: form})


@require_http_methods(["GET", "POST"])
@permits(Permission.REFUND_PAY)
def payment(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Pay it in cash."""
    refund = refund_for(request.standing, refund_id)
    return _pay(request, refund, cash_dialog(request, refund))


@require_http_methods(["GET", "POST"])
@permits(Permission.REFUND_TRANSFER)
def transfer(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Pay it by a transfer."""
    refund = refund_for(request.standing, refund_id)
    return _pay(request, refund, bank_dialog(request, refund))


def _pay(request: StaffRequest, refund: Refund, dialog: Dialog) -> HttpResponse:
    form = dialog.form
    if request.method == "POST" and form.is_valid():
        attempt(request, form, actions.pay_refund, refund=refund, **form.told())
    done = voucher_of(refund) if request.method == "POST" else None
    if done and done.by_id == request.user.pk:
        # A second press finds what the first one did.
        said = say("已退款，请打印凭证 {number} 请收款人签字").format(number=done.full_number)
        messages.success(request, said)
        return _back(request, refund)
    return refund_page(request, refund, dialog=dialog)


@require_safe
@permits(Permission.BILL_READ)
def voucher(request: StaffRequest, refund_id: int) -> HttpResponse:
    """Return the voucher as PDF; one that is not paid has none. Raises Http404."""
    refund = refund_for(request.standing, refund_id)
    made = voucher_of(refund)
    if made is None:
        raise Http404
    pdf = voucher_sheet(made, refund, at=timezone.now())
    name = f'inline; filename="{made.full_number}.pdf"'
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": name})


def _back(request: StaffRequest, refund: Refund) -> HttpResponse:
    return redirect("desk:refund", request.standing.community.code, refund.pk)
