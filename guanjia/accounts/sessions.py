"""A person's session: how it starts, what it remembers, when it ends.

How long it lives is the store's affair (``session_store``). A change of role, password or employment ends it at
the next request (``User.get_session_auth_hash``).
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessions
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from guanjia.accounts.events import Kind, record
from guanjia.accounts.models import User
from guanjia.accounts.session_store import SEEN, STARTED
from guanjia.accounts.visitors import make_known, visitor_of

CONFIRMED_FOR = timedelta(minutes=10)
_SECOND_FACTOR, _CONFIRMED = "second_factor", "confirmed"


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


class SessionMiddleware(DjangoSessions):
    """Gives a request its session and its user; neither costs anything until somebody asks for it."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the session by its cookie, and say which community the address is about."""
        super().process_request(request)
        request.session.asked_in = request.path_info[1:].partition("/")[0]  # type: ignore[attr-defined]  # our own store's
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _begin(request: HttpRequest, user: User, *, started: datetime, at: datetime) -> None:
    request.session.flush()  # nothing of whoever sat here before
    login(request, user)
    request.session[STARTED] = started.timestamp()
    request.session[SEEN] = at.timestamp()


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who the session belongs to. One from before a change of role, password or employment ends here."""
    session: Any = request.session
    person: User | None = session.person
    if person is None or session.get(SESSION_KEY) != str(person.pk):
        return AnonymousUser()
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        session.flush()
        return AnonymousUser()
    return person
