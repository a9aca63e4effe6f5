"""The staff of a community: who has an account, with which roles."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts import actions
from guanjia.accounts.access import open_grants, staff_member, staff_of
from guanjia.accounts.forms import GrantForm, StaffForm
from guanjia.accounts.models import Grant, User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.rules import plain
from guanjia.accounts.views.answers import answer
from guanjia.core.refusal import Refused

T = TypeVar("T")


@require_safe
@permits(Permission.STAFF_MANAGE)
def index(request: StaffRequest) -> HttpResponse:
    """List everybody who works or has worked here."""
    people = staff_of(request.standing.community)
    return render(request, "accounts/staff/index.html", {"people": people})


@require_http_methods(["GET", "POST"])
@permits(Permission.STAFF_MANAGE)
def new(request: StaffRequest) -> HttpResponse:
    """Add somebody; a colleague from another community (same number and name) gets the roles here too."""
    form = StaffForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        number, name = plain(typed["staff_no"]), typed["name"]
        colleague = User.objects.filter(staff_no=number, name=name, is_active=True).first()
        if colleague:
            for role in typed["roles"]:
                _do(request, actions.grant_role, user=colleague, role=role)
            return _person(request, colleague)
        if issued := _do(request, actions.create_user, **typed):
            return _secret(request, *issued)
    return answer(request, "accounts/staff/edit.html", form)


@require_safe
@permits(Permission.STAFF_MANAGE)
def detail(request: StaffRequest, user_id: int) -> HttpResponse:
    """Show one person's roles here and what may be done."""
    person = staff_member(request.standing, user_id)
    held = open_grants(person, request.standing.community)
    context = {"person": person, "grants": held, "form": GrantForm()}
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
def password_reset(request: StaffRequest, user_id: int) -> HttpResponse:
    """Make a one-time secret and show it once."""
    person = staff_member(request.standing, user_id)
    secret = _do(request, actions.reset_password, user=person)
    return _secret(request, person, secret) if secret else _person(request, person)


@require_POST
@permits(Permission.STAFF_MANAGE)
def second_factor_reset(request: StaffRequest, user_id: int) -> HttpResponse:
    """Forget the second factors of somebody who lost their phone."""
    person = staff_member(request.standing, user_id)
    _do(request, actions.reset_second_factor, user=person)
    return _person(request, person)


def _do(request: StaffRequest, action: Callable[..., T], **words: Any) -> T | None:
    """Call ``action`` in the name of whoever asks; a refusal is said on the next page."""
    here = request.standing.community
    try:
        return action(community=here, by=request.user, at=timezone.now(), **words)
    except Refused as refused:
        messages.error(request, str(refused.refusal))
        return None


def _person(request: StaffRequest, person: User) -> HttpResponse:
    return redirect("accounts:staff-member", request.standing.community.code, person.pk)


def _secret(request: StaffRequest, person: User, secret: str) -> HttpResponse:
    context = {"person": person, "secret": secret, "hours": actions.SECRET_LIFE.days * 24}
    return render(request, "accounts/staff/secret.html", context)
