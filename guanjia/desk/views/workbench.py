"""Where a shift begins: what was taken today, the latest receipts, who is behind."""

from collections.abc import Mapping

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanjia.accounts.access import Standing
from guanjia.accounts.command_list import Command
from guanjia.accounts.permissions import ROLE_LABELS, Permission
from guanjia.accounts.permits import StaffRequest, permits, signed_in, standing_of
from guanjia.core.calendar import business_date
from guanjia.core.components.frame import NavItem
from guanjia.desk import cash_desk
from guanjia.desk.arrears import most_overdue
from guanjia.desk.discounts import waiting_for
from guanjia.desk.finding import commands_of
from guanjia.desk.invoices import invoices_waiting
from guanjia.desk.refunds import refunds_waiting
from guanjia.desk.shifts import shift_card, unclosed_days
from guanjia.desk.upkeep import notices_for
from guanjia.money.payments.reads import active_desks, receipts_at

RECENT = 14
BEHIND = 8


@require_safe
@signed_in
def home(request: StaffRequest, community: str) -> HttpResponseBase:
    """Open the workbench, or tell whoever's post has none what there is for them."""
    standing = standing_of(request, community)
    if standing.may(Permission.HOUSEHOLD_READ):
        return index(request, community=community)
    context = {
        "standing": standing,
        "posts": [label for role, label in ROLE_LABELS.items() if role in standing.roles],
        "may_see_teams": standing.may(Permission.TEAM_READ),
    }
    return render(request, "desk/workbench/none.html", context)


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def index(request: StaffRequest) -> HttpResponse:
    """Show the workbench."""
    return workbench_page(request, {})


def workbench_page(request: StaffRequest, more: Mapping[str, object]) -> HttpResponse:
    """Draw the workbench, each part to those whom it concerns."""
    standing, day = request.standing, business_date(timezone.now())
    context: dict[str, object] = {
        "day": day,
        "notices": notices_for(standing, timezone.now()),
        "may_see_upkeep": standing.may(Permission.UPKEEP_READ),
        **more,
    }
    if desk := cash_desk.current(request):
        context |= shift_card(request, desk)
        context["receipts"] = receipts_at(standing.community, desk.pk)[:RECENT]
    if standing.may(Permission.PAYMENT_TAKE):
        desks = active_desks(standing.community)
        context["cash_desks"] = [other for other in desks if not desk or other.pk != desk.pk]
    context |= unclosed_days(standing, day) | _waiting(standing)
    commands = commands_of(standing)
    context["quick"] = [item for item in items_of(commands, standing) if item.key]
    if not context.get("cash_desk"):
        context["may_do"] = items_of(commands, standing)
    if standing.may(Permission.BILL_READ):
        context["behind"] = most_overdue(standing.community, day)[:BEHIND]
    return render(request, "desk/workbench/index.html", context)


def _waiting(standing: Standing) -> dict[str, object]:
    """Return what waits for this person's decision."""
    return {
        "refunds_waiting": refunds_waiting(standing),
        "invoices_waiting": invoices_waiting(standing),
        "discounts_waiting": waiting_for(standing),
    }


def items_of(commands: list[Command], standing: Standing) -> list[NavItem]:
    """Return those of ``commands`` that lead to another page of the community."""
    return [
        NavItem(str(command.label), command.url(standing), command.icon, key=command.key)
        for command in commands
        if command.route and not command.everywhere and command.route != "desk:workbench"
    ]
