"""A person's session: how it starts, what it remembers, when it ends.

Idle for 30 minutes it ends by its cookie's and its row's age; 12 hours after signing in it ends anyway.
A change of role, password or employment ends it at the next request (``User.get_session_auth_hash``).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY, login, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from guanjia.accounts.events import Kind, record
from guanjia.accounts.models import User
from guanjia.accounts.visitors import make_known, visitor_of

ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY_S = 60
CONFIRMED_FOR = timedelta(minutes=10)
_STARTED, _SEEN, _SECOND_FACTOR, _CONFIRMED = "started", "seen", "second_factor", "confirmed"


def start(request: HttpRequest, user: User, *, second_factor: bool, at: datetime) -> None:
    """Begin a new session for ``user``, who has passed every step of a full sign-in."""
    visitor = make_known(request)
    _begin(request, user, started=at, at=at)
    request.session[_SECOND_FACTOR] = second_factor
    request.session[_CONFIRMED] = at.timestamp()
    record(Kind.SIGNED_IN, at=at, user=user, visitor=visitor, second_factor=second_factor)


def resume(request: HttpRequest, user: User, *, signed_in_at: datetime, at: datetime) -> None:
    """Begin a session that leans on a full sign-in in this browser; it ends when that one would."""
    _begin(request, user, started=signed_in_at, at=at)
    request.session[_SECOND_FACTOR] = True
    record(Kind.SIGNED_IN, at=at, user=user, visitor=visitor_of(request), detail="PIN")


def end(request: HttpRequest, *, at: datetime) -> None:
    """Sign out."""
    if isinstance(request.user, User):
        record(Kind.SIGNED_OUT, at=at, user=request.user, visitor=visitor_of(request))
    logout(request)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened or confirmed with a second factor."""
    return bool(request.session.get(_SECOND_FACTOR))


def add_second_factor(request: HttpRequest) -> None:
    """Remember that the second factor was shown; the session gets a new name."""
    request.session.cycle_key()
    request.session[_SECOND_FACTOR] = True


def is_confirmed(request: HttpRequest, user: User, *, at: datetime) -> bool:
    """Whether the password was typed in the last ten minutes (by whoever has one)."""
    fresh = at.timestamp() - request.session.get(_CONFIRMED, 0.0) < CONFIRMED_FOR.total_seconds()
    return fresh or not user.has_usable_password()


def confirm(request: HttpRequest, *, at: datetime) -> None:
    """Remember that the password was typed just now."""
    request.session[_CONFIRMED] = at.timestamp()


class SessionLimits:
    """Ends sessions at their absolute age, and keeps those in use alive with one write a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Look at the session before anybody relies on it."""
        session = request.session
        if SESSION_KEY in session:
            now = timezone.now().timestamp()
            if now - session.get(_STARTED, 0.0) > ABSOLUTE.total_seconds():
                session.flush()
            elif now - session.get(_SEEN, 0.0) > TOUCH_EVERY_S:
                session[_SEEN] = now
        return self.get_response(request)


def _begin(request: HttpRequest, user: User, *, started: datetime, at: datetime) -> None:
    request.session.flush()  # nothing of whoever sat here before
    login(request, user)
    request.session[_STARTED] = started.timestamp()
    request.session[_SEEN] = at.timestamp()
