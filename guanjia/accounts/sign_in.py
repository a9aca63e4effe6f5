"""The steps of signing in: password, second factor, an own password for a one-time secret; then a session."""

import hmac
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from guanjia.accounts import passkeys, sessions, totp
from guanjia.accounts.actions import recovery_code_as_kept
from guanjia.accounts.events import Kind, admit
from guanjia.accounts.models import SecondFactor, User
from guanjia.accounts.visitors import visitor_of
from guanjia.core.addresses import inside

STEPS_WITHIN = timedelta(minutes=10)
_HELD = "sign_in"


class Held(NamedTuple):
    """Somebody between the first and the last step; they have no session yet."""

    user: User
    second_factor: bool
    then: str


def check_password(request: HttpRequest, *, login: str, password: str, at: datetime) -> User | None:
    """Return the person whose login and password these are. Raises TooManyTriesError."""
    owner = User.objects.by_login(login)
    attempt = admit(
        Kind.PASSWORD_TRIED, user=owner, login=login, visitor=visitor_of(request), at=at
    )
    user = authenticate(request, username=login, password=password)
    if not isinstance(user, User):
        return None
    attempt.passed(at=at)
    return user


def check_code(request: HttpRequest, user: User, *, code: str, at: datetime) -> bool:
    """Whether ``code`` is the app's, or an unused recovery code. Raises TooManyTriesError."""
    attempt = admit(Kind.CODE_TRIED, user=user, visitor=visitor_of(request), at=at)
    if not (_is_app_code(user, code, at=at) or _is_recovery_code(user, code, at=at)):
        return False
    attempt.passed(at=at)
    return True


def check_passkey(request: HttpRequest, user: User, *, answer: str, at: datetime) -> bool:
    """Whether one of the person's passkeys signed this session's challenge. Raises TooManyTriesError."""
    attempt = admit(Kind.CODE_TRIED, user=user, visitor=visitor_of(request), at=at)
    if not passkeys.check(request, user, answer=answer):
        return False
    attempt.passed(at=at)
    return True


def hold(
    request: HttpRequest, user: User, *, second_factor: bool = False, then: str = "", at: datetime
) -> str:
    """Keep who has come this far, and return the address of the next step."""
    if user.has_second_factor and not second_factor:
        step = "accounts:second-factor"
    elif user.temporary_until:
        step = "accounts:new-password"
    else:
        sessions.start(request, user, second_factor=second_factor, at=at)
        return safe_address(request, then)
    request.session.cycle_key()
    request.session[_HELD] = {
        "user": user.pk,
        "auth": user.get_session_auth_hash(),
        "second_factor": second_factor,
        "then": then,
        "at": at.timestamp(),
    }
    return reverse(step)


def held(request: HttpRequest, *, at: datetime) -> Held | None:
    """Return who is between two steps in this browser, unless they took too long or lost their post."""
    kept = request.session.get(_HELD)
    if kept is None or at.timestamp() - kept["at"] > STEPS_WITHIN.total_seconds():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not hmac.compare_digest(user.get_session_auth_hash(), kept["auth"]):
        return None
    return Held(user, kept["second_factor"], kept["then"])


def safe_address(request: HttpRequest, address: str) -> str:
    """Return ``address`` if it leads into this site, else the home page."""
    return inside(request, address) or reverse("accounts:home")


def _is_app_code(user: User, code: str, *, at: datetime) -> bool:
    factor = user.second_factors.filter(kind=SecondFactor.Kind.TOTP).first()
    if factor is None:
        return False
    step = totp.matching_step(factor.secret, code.strip(), at=at)
    if step is None:
        return False
    unused = SecondFactor.objects.filter(pk=factor.pk, used_step__lt=step)
    return unused.update(used_step=step) == 1


@transaction.atomic
def _is_recovery_code(user: User, code: str, *, at: datetime) -> bool:
    kept = recovery_code_as_kept(user, code)
    return user.recovery_codes.filter(code_index=kept, used_at=None).update(used_at=at) == 1
