"""The rules of discounts: the list, a rule's page, drafting, approving, refusing, withdrawing and ending it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import REFUSED, answer
from guanjia.core.calendar import business_date
from guanjia.desk.acting import press, submit
from guanjia.desk.discount_forms import EndingForm, RuleForm
from guanjia.desk.discounts import review_of
from guanjia.desk.papers import with_paper
from guanjia.desk.refund_forms import WhyForm
from guanjia.money.discounts import actions
from guanjia.money.discounts.access import rule_for
from guanjia.money.discounts.models import DiscountRule
from guanjia.money.discounts.reads import rules_in


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the rules, those in force and waiting first."""
    rules = rules_in(request.standing.community)
    may_ask = request.standing.may(Permission.DISCOUNT_REQUEST)
    context = {"rules": rules, "may_ask": may_ask}
    return render(request, "desk/discounts/rules.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.DISCOUNT_REQUEST)
def new(request: StaffRequest) -> HttpResponse:
    """Write a rule down for another's approval."""
    community, today = request.standing.community, business_date(timezone.now())
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = RuleForm(*sent, community=community, initial={"begins_on": today.replace(day=1)})
    if form.is_valid():
        words = {"community": community, "drafting": form.drafting()}
        if rule := with_paper(request, form, actions.draft_rule, **words):
            messages.success(request, say("已提交，等主管或主任批准"))
            return _back(request, rule)
    return answer(request, "desk/discounts/rule_new.html", form)


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, discount_rule_id: int) -> HttpResponse:
    """Show a rule: what it says and rests on, what was done, what is to do."""
    return _page(request, rule_for(request.standing, discount_rule_id))


def _page(request: StaffRequest, rule: DiscountRule, **sent: Any) -> HttpResponse:
    context = {"rule": rule, "review": review_of(rule, request.standing, sent)}
    status = REFUSED if request.method == "POST" else 200
    return render(request, "desk/discounts/rule.html", context, status=status)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def approval(request: StaffRequest, discount_rule_id: int) -> HttpResponse:
    """Approve it."""
    rule = rule_for(request.standing, discount_rule_id)
    if press(request, actions.approve, asked=rule):
        messages.success(request, say("已批准，可以在一户一档里按它申请减免"))
    return _back(request, rule)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def refusal(request: StaffRequest, discount_rule_id: int) -> HttpResponse:
    """Refuse it, with a reason."""
    form = WhyForm(request.POST, prefix="refusal")
    return _move(request, discount_rule_id, actions.refuse, say("已驳回"), refusal=form)


@require_POST
@permits(Permission.DISCOUNT_REQUEST)
def withdrawal(request: StaffRequest, discount_rule_id: int) -> HttpResponse:
    """Withdraw it, with a reason."""
    form = WhyForm(request.POST, prefix="withdrawal")
    return _move(request, discount_rule_id, actions.withdraw, say("已撤回"), withdrawal=form)


@require_POST
@permits(Permission.DISCOUNT_APPROVE)
def end(request: StaffRequest, discount_rule_id: int) -> HttpResponse:
    """Set its last day, with a reason."""
    form = EndingForm(request.POST, asked=rule_for(request.standing, discount_rule_id))
    return _move(request, discount_rule_id, actions.end, say("已终止"), end=form)


def _move(
    request: StaffRequest, rule_id: int, action: Callable[..., Any], said: str, **sent: Any
) -> HttpResponse:
    rule = rule_for(request.standing, rule_id)
    (form,) = sent.values()
    if submit(request, form, action, asked=rule):
        messages.success(request, said)
        return _back(request, rule)
    return _page(request, rule, **sent)


def _back(request: StaffRequest, rule: DiscountRule) -> HttpResponse:
    return redirect("desk:discount-rule", request.standing.community.code, rule.pk)
