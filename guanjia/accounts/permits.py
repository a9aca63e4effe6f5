"""The declarations every view carries: which permission it needs, or that it needs none."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from guanjia.accounts.access import Standing, standing_in
from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission

OPEN = "open"
SIGNED_IN = "signed in"


class StaffRequest(HttpRequest):
    """A request whose sender is known and stands in a community."""

    user: User
    standing: Standing


View = Callable[..., HttpResponseBase]


def permits(
    permission: Permission,
) -> Callable[[Callable[Concatenate[StaffRequest, ...], HttpResponseBase]], View]:
    """Let only holders of ``permission`` in the address's community reach the view.

    The view's address has ``<slug:community>``; the view finds ``request.standing`` in its place.
    Strangers to the community get 404, members without the permission 403.
    """

    def declare(view: Callable[Concatenate[StaffRequest, ...], HttpResponseBase]) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, community: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.standing = standing_in(request.user, community)
            if not request.standing.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.declared_permission = permission  # type: ignore[attr-defined]  # read by the start-up check
        return guarded

    return declare


def signed_in(view: View) -> View:
    """Let every signed-in person reach the view."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.declared_permission = SIGNED_IN  # type: ignore[attr-defined]  # read by the start-up check
    return guarded


def open_to_anyone(view: View) -> View:
    """Say that the view needs no sign-in; the reason stands in its docstring."""
    view.declared_permission = OPEN  # type: ignore[attr-defined]  # read by the start-up check
    return view
