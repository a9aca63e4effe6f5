"""The staff of a community: who has an account, with which roles."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts import actions
from guanjia.accounts.access import (
    colleague_named,
    events_in,
    open_grants,
    proposal_for,
    proposals_in,
    staff_member,
    staff_of,
)
from guanjia.accounts.forms import GrantForm, StaffFilter, StaffForm
from guanjia.accounts.lists import declare, look_at
from guanjia.accounts.models import Grant, Proposal, User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.refusal import Refused

EVENTS_PER_PAGE = 50
LIST = declare("staff", roles=_("本项目的角色"))
T = TypeVar("T")


@require_safe
@permits(Permission.STAFF_MANAGE)
def index(request: StaffRequest) -> HttpResponse:
    """List everybody who works or has worked here."""
    form = StaffFilter(request.GET)
    people = form.people(staff_of(request.standing.community), request.standing.community)
    context = {"people": people, "form": form, "look": look_at(request, LIST)}
    return render(request, "accounts/staff/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.STAFF_MANAGE)
def new(request: StaffRequest) -> HttpResponse:
    """Add somebody, or let in a colleague from another community, by an administrator of both."""
    form = StaffForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        is_colleague = typed.pop("is_colleague")
        colleague = colleague_named(request.standing, typed["staff_no"], typed["name"])
        if colleague and is_colleague:
            secret = _do(request, actions.let_in, user=colleague, roles=typed["roles"])
            return _after_reset(request, colleague, secret)
        if colleague:
            form.ask_about_colleague()
        elif issued := _do(request, actions.create_user, **typed):
            return _secret(request, *issued)
    return answer(request, "accounts/staff/edit.html", form)


@require_safe
@permits(Permission.STAFF_MANAGE)
def detail(request: StaffRequest, user_id: int) -> HttpResponse:
    """Show one person's roles here and what may be done."""
    person = staff_member(request.standing, user_id)
    held = open_grants(person, request.standing.community)
    waiting = proposals_in(request.standing.community).filter(user=person)
    context = {"person": person, "grants": held, "form": GrantForm(), "proposals": waiting}
    return render(request, "accounts/staff/detail.html", context)


@require_POST
@permits(Permission.STAFF_MANAGE)
def grants(request: StaffRequest, user_id: int) -> HttpResponse:
    """Give a role."""
    person = staff_member(request.standing, user_id)
    form = GrantForm(request.POST)
    if form.is_valid():
        _do(request, actions.grant_role, user=person, role=form.cleaned_data["role"])
    return _person(request, person)


@require_POST
@permits(Permission.STAFF_MANAGE)
def revocation(request: StaffRequest, user_id: int, grant_id: int) -> HttpResponse:
    """Take a role back."""
    person = staff_member(request.standing, user_id)
    here = Grant.objects.filter(community=request.standing.community, user=person)
    _do(request, actions.revoke_role, grant=get_object_or_404(here, pk=grant_id))
    return _person(request, person)


@require_POST
@permits(Permission.STAFF_MANAGE)
def deactivation(request: StaffRequest, user_id: int) -> HttpResponse:
    """Close the account of somebody who leaves."""
    person = staff_member(request.standing, user_id)
    _do(request, actions.deactivate_user, user=person)
    return _person(request, person)


@require_POST
@permits(Permission.STAFF_MANAGE)
def reactivation(request: StaffRequest, user_id: int) -> HttpResponse:
    """Open the account of somebody who comes back."""
    person = staff_member(request.standing, user_id)
    return _after_reset(request, person, _do(request, actions.reactivate_user, user=person))


@require_POST
@permits(Permission.STAFF_MANAGE)
def password_reset(request: StaffRequest, user_id: int) -> HttpResponse:
    """Make a one-time secret and show it once."""
    person = staff_member(request.standing, user_id)
    return _after_reset(request, person, _do(request, actions.reset_password, user=person))


@require_POST
@permits(Permission.STAFF_MANAGE)
def second_factor_reset(request: StaffRequest, user_id: int) -> HttpResponse:
    """Forget the second factors of somebody who lost their phone."""
    person = staff_member(request.standing, user_id)
    _do(request, actions.reset_second_factor, user=person)
    return _person(request, person)


@require_safe
@permits(Permission.STAFF_APPROVE)
def proposals(request: StaffRequest) -> HttpResponse:
    """List what waits for a second person."""
    waiting = proposals_in(request.standing.community)
    return render(request, "accounts/staff/proposals.html", {"proposals": waiting})


@require_POST
@permits(Permission.STAFF_APPROVE)
def confirmation(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Let what another person asked for take effect; a new password's secret is shown once."""
    proposal = proposal_for(request.standing, proposal_id)
    secret = _do(request, actions.confirm, proposal=proposal)
    return _secret(request, proposal.user, secret) if secret else _proposals(request)


@require_POST
@permits(Permission.STAFF_APPROVE)
def refusal(request: StaffRequest, proposal_id: int) -> HttpResponse:
    """Turn it down, or take back what one asked for oneself."""
    _do(request, actions.refuse, proposal=proposal_for(request.standing, proposal_id))
    return _proposals(request)


@require_safe
@permits(Permission.JOURNAL_READ)
def events(request: StaffRequest) -> HttpResponse:
    """Show what happened to the accounts of the community's people, the latest first."""
    rows = events_in(request.standing.community)
    page = Paginator(rows, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/staff/events.html", {"page": page})


def _do(request: StaffRequest, action: Callable[..., T], **words: Any) -> T | None:
    """Call ``action`` in the name of whoever asks; a refusal is said on the next page."""
    here = request.standing.community
    try:
        return action(community=here, by=request.user, at=timezone.now(), **words)
    except Refused as refused:
        messages.error(request, str(refused.refusal))
        return None


def _after_reset(
    request: StaffRequest, person: User, secret: str | Proposal | None
) -> HttpResponse:
    """Show the one-time secret, unless it waits for a second person or was refused."""
    if isinstance(secret, str):
        return _secret(request, person, secret)
    return _person(request, person)


def _proposals(request: StaffRequest) -> HttpResponse:
    return redirect("accounts:staff-proposals", request.standing.community.code)


def _person(request: StaffRequest, person: User) -> HttpResponse:
    return redirect("accounts:staff-member", request.standing.community.code, person.pk)


def _secret(request: StaffRequest, person: User, secret: str) -> HttpResponse:
    manages = request.standing.may(Permission.STAFF_MANAGE)
    context = {
        "person": person,
        "secret": secret,
        "hours": actions.SECRET_LIFE.days * 24,
        "then": "accounts:staff" if manages else "accounts:staff-proposals",
    }
    return render(request, "accounts/staff/secret.html", context)
