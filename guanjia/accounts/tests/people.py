"""Browsers, and people who can really sign in."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from guanjia.accounts import totp
from guanjia.accounts.actions import add_second_factor
from guanjia.accounts.models import SecondFactor, User
from guanjia.accounts.session_store import SessionStore
from guanjia.accounts.tests.factories import make_user

PASSWORD = "柳暗花明又一村2026"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
_HASH = make_password(PASSWORD)


def make_staff(**fields) -> User:
    """Return somebody with PASSWORD."""
    user = make_user(**fields)
    User.objects.filter(pk=user.pk).update(password=_HASH)
    user.refresh_from_db()
    return user


def enrol(user: User) -> list[str]:
    """Give ``user`` an authenticator app with SECRET; returns the recovery codes."""
    kind = SecondFactor.Kind.TOTP
    return add_second_factor(user=user, kind=kind, name="手机", secret=SECRET, at=datetime.now(UTC))


def code_now(*, later: int = 0) -> str:
    """Return the app's code now, or some steps later."""
    return totp.code_at(SECRET, totp.step_of(datetime.now(UTC)) + later)


def browser(address: str = "192.0.2.1") -> Client:
    """Return a browser that nobody has signed in with."""
    return Client(REMOTE_ADDR=address)


def type_password(client: Client, user: User, password: str = PASSWORD):
    """Type a staff number and a password."""
    return client.post(reverse("accounts:sign-in"), {"login": user.staff_no, "password": password})


def type_code(client: Client, code: str):
    """Type a code on the second step."""
    return client.post(reverse("accounts:second-factor"), {"code": code})


def sign_in(client: Client, user: User, *, later: int = 0) -> Client:
    """Go through the whole sign-in; ``later`` uses a later step's code, since none serves twice."""
    type_password(client, user)
    if user.has_second_factor:
        SecondFactor.objects.filter(user=user).update(used_step=0)
        type_code(client, code_now(later=later))
    assert is_signed_in(client)
    return client


def client_of(user: User, *, second_factor: bool = True) -> Client:
    """Return a browser with ``user``'s session, without walking through the steps of signing in."""
    client, request = browser(), HttpRequest()
    request.session = SessionStore()
    login(request, user)
    now = datetime.now(UTC).timestamp()
    request.session.update(
        {"started": now, "seen": now, "confirmed": now, "second_factor": second_factor}
    )
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return client


def is_signed_in(client: Client) -> bool:
    """Whether the browser has a session that the server still honours."""
    return client.get(reverse("accounts:me")).status_code == 200


def forget_browser(client: Client) -> None:
    """Drop the session, keep the browser's own cookie."""
    del client.cookies[settings.SESSION_COOKIE_NAME]
