"""Discounts of units: the queue, a grant's page, approving, refusing, withdrawing and ending it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import REFUSED
from guanjia.core.calendar import business_date
from guanjia.core.money import yuan
from guanjia.desk.acting import press, submit
from guanjia.desk.discount_forms import DiscountStateForm, EndingForm, ExpectedForm
from guanjia.desk.discounts import issued_before, review_of
from guanjia.desk.refund_forms import WhyForm
from guanjia.money.bills.actions import discount_issued
from guanjia.money.discounts import actions
from guanjia.money.discounts.access import grant_for
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.reads import grants_in, no_longer_vacant

PER_PAGE = 30


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List what was granted or asked for, newest first, by state; those to look after above."""
    form, community = DiscountStateForm(request.GET), request.standing.community
    page = Paginator(grants_in(community, form.wanted), PER_PAGE).get_page(request.GET.get("page"))
    occupied = no_longer_vacant(community, business_date(timezone.now()))
    context = {"form": form, "page": page, "occupied": occupied}
    return render(request, "desk/discounts/index.html", context)


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Show a grant: what it rests on, what was done, what is to do."""
    return _page(request, grant_for(request.standing, discount_id))


def _page(request: StaffRequest, grant: DiscountGrant, **sent: Any) -> HttpResponse:
    context = {
        "grant": grant,
        "review": review_of(grant, request.standing, sent),
        "issued": issued_before(grant, request.standing),
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "desk/discounts/detail.html", context, status=status)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def approval(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Approve it."""
    grant = grant_for(request.standing, discount_id)
    if press(request, actions.approve, asked=grant):
        messages.success(request, say("已批准，以后出账自动减"))
    return _back(request, grant)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def refusal(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Refuse it, with a reason."""
    form = WhyForm(request.POST, prefix="refusal")
    return _move(request, discount_id, actions.refuse, say("已驳回"), refusal=form)


@require_POST
@permits(Permission.DISCOUNT_REQUEST)
def withdrawal(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Withdraw it, with a reason."""
    form = WhyForm(request.POST, prefix="withdrawal")
    return _move(request, discount_id, actions.withdraw, say("已撤回"), withdrawal=form)


@require_POST
@permits(Permission.DISCOUNT_REQUEST)
def end(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Set its last day, with a reason."""
    form = EndingForm(request.POST, asked=grant_for(request.standing, discount_id))
    return _move(request, discount_id, actions.end, say("已终止"), end=form)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def reductions(request: StaffRequest, discount_id: int) -> HttpResponse:
    """Take it off the unpaid bills that were issued before it was approved."""
    grant, form = grant_for(request.standing, discount_id), ExpectedForm(request.POST)
    if form.is_valid() and (
        made := press(request, discount_issued, grant=grant, **form.cleaned_data)
    ):
        off = yuan(sum(row.amount_fen for row in made))
        said = say("已在 {count} 笔账单上补减 {off} 元").format(count=len(made), off=off)
        messages.success(request, said)
    return _back(request, grant)


def _move(
    request: StaffRequest, discount_id: int, action: Callable[..., Any], said: str, **sent: Any
) -> HttpResponse:
    grant = grant_for(request.standing, discount_id)
    (form,) = sent.values()
    if submit(request, form, action, asked=grant):
        messages.success(request, said)
        return _back(request, grant)
    return _page(request, grant, **sent)


def _back(request: StaffRequest, grant: DiscountGrant) -> HttpResponse:
    return redirect("desk:discount", request.standing.community.code, grant.pk)
