"""The declarations every view carries: which permission it needs, or that it needs none."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone

from guanjia.accounts import sessions
from guanjia.accounts.access import Standing, standing_in
from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission

OPEN = "open"
SIGNED_IN = "signed in"


class StaffRequest(HttpRequest):
    """A request whose sender is known and, behind ``@permits``, stands in a community."""

    user: User
    standing: Standing


View = Callable[..., HttpResponseBase]


def standing_of(request: StaffRequest, code: str) -> Standing:
    """Return the sender's standing in the community called ``code``. Raises Http404 where they have none.

    For the community of the address it was read together with the session.
    """
    read: Standing | None = request.session.standing  # type: ignore[attr-defined]  # our own store's
    if read and read.community.code == code and read.user == request.user:
        return read
    return standing_in(request.user, code)


def permits(
    permission: Permission,
) -> Callable[[Callable[Concatenate[StaffRequest, ...], HttpResponseBase]], View]:
    """Let only holders of ``permission`` in the address's community reach the view.

    The view's address has ``<slug:community>``; the view finds ``request.standing`` in its place.
    Strangers to the community get 404, members without the permission 403. Who holds money or
    administration there (``SECOND_FACTOR``) is led to their second factor first.
    """

    def declare(view: Callable[Concatenate[StaffRequest, ...], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, community: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.standing = standing_of(request, community)
            if not request.standing.may(permission):
                raise PermissionDenied
            if request.standing.needs_second_factor and not sessions.has_second_factor(request):
                return _to_second_factor(request)
            return view(request, *args, **kwargs)

        guarded.declared_permission = permission  # type: ignore[attr-defined]  # read by the start-up check
        return guarded

    return declare


def signed_in(view: Callable[Concatenate[StaffRequest, ...], HttpResponseBase]) -> View:
    """Let every signed-in person reach the view."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.declared_permission = SIGNED_IN  # type: ignore[attr-defined]  # read by the start-up check
    return guarded


def confirmed(view: Callable[Concatenate[StaffRequest, ...], HttpResponseBase]) -> View:
    """Let a person change their own means of signing in, once they have typed their password of late."""

    @signed_in
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.has_second_factor and not sessions.has_second_factor(request):
            return _to_second_factor(request)
        if not sessions.is_confirmed(request, request.user, at=timezone.now()):
            return _led_to(request, "accounts:confirmation")
        return view(request, *args, **kwargs)

    return guarded


def open_to_anyone(view: View) -> View:
    """Say that the view needs no sign-in; the reason stands in its docstring."""
    view.declared_permission = OPEN  # type: ignore[attr-defined]  # read by the start-up check
    return view


def _to_second_factor(request: StaffRequest) -> HttpResponseBase:
    """Lead to showing the second factor, or to enrolling one."""
    enrolled = request.user.has_second_factor
    return _led_to(request, "accounts:second-factor" if enrolled else "accounts:authenticator")


def _led_to(request: HttpRequest, step: str) -> HttpResponseBase:
    """Go to ``step`` and then on to where the person was; a form's address is left for the home page."""
    then = request.get_full_path() if request.method == "GET" else resolve_url("accounts:home")
    return redirect_to_login(then, resolve_url(step))
