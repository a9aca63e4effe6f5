"""Passkeys (WebAuthn) by the fido2 library: a fingerprint or a security key as second factor.

Browsers offer them on HTTPS or localhost only, and never for a bare IP address. The library is imported where it is
used: few requests need it, and every web process would carry it.
"""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import HttpRequest

from guanjia.accounts.actions import add_second_factor
from guanjia.accounts.models import SecondFactor, User

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

T = TypeVar("T")
_STATE = "passkey"


class NotFittingError(Exception):
    """The answer is none to the challenge that was given."""


def are_possible(request: HttpRequest) -> bool:
    """Whether a browser would offer passkeys at the address it used."""
    host = _host(request)
    try:
        ip_address(host)
    except ValueError:
        return request.is_secure() or host == "localhost"
    return False


def begin_enrolment(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey; the challenge stays in the session."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, UserVerificationRequirement

    entity = PublicKeyCredentialUserEntity(
        id=str(user.pk).encode(), name=user.staff_no, display_name=user.name
    )
    options, request.session[_STATE] = _server(request).register_begin(
        entity, _credentials(user), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options)


def enrol(request: HttpRequest, user: User, *, answer: str, name: str, at: datetime) -> list[str]:
    """Keep the passkey the browser made. Returns recovery codes with a first factor.

    Raises NotFittingError when the answer does not fit the challenge.
    """
    made = _verified(request, _server(request).register_complete, answer)
    kept = base64.b64encode(made.credential_data or b"").decode()
    return add_second_factor(
        user=user, kind=SecondFactor.Kind.PASSKEY, name=name, secret=kept, at=at
    )


def begin_check(request: HttpRequest, user: User) -> dict[str, Any] | None:
    """Return what the browser needs to use one of the person's passkeys, or None without any."""
    credentials = _credentials(user)
    if not credentials or not are_possible(request):
        return None
    options, request.session[_STATE] = _server(request).authenticate_begin(credentials)
    return dict(options)


def check(request: HttpRequest, user: User, *, answer: str) -> bool:
    """Whether one of the person's passkeys signed this challenge; a challenge serves once."""
    try:
        _verified(request, _server(request).authenticate_complete, answer, _credentials(user))
    except NotFittingError:
        return False
    return True


def _verified(request: HttpRequest, verify: Callable[..., T], answer: str, *known: Any) -> T:
    """Let the library ``verify`` an answer to the session's challenge, which serves once."""
    state = request.session.pop(_STATE, None)
    try:
        return verify(state, *known, json.loads(answer))
    except Exception as fault:  # whatever the library makes of hostile bytes is a refusal
        raise NotFittingError from fault


def _server(request: HttpRequest) -> "Fido2Server":
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    origin = f"{request.scheme}://{request.get_host()}"
    entity = PublicKeyCredentialRpEntity(name="管家", id=_host(request))
    return Fido2Server(entity, verify_origin=lambda given: given == origin)


def _credentials(user: User) -> "list[AttestedCredentialData]":
    from fido2.webauthn import AttestedCredentialData

    factors = user.second_factors.filter(kind=SecondFactor.Kind.PASSKEY)
    return [AttestedCredentialData(base64.b64decode(factor.secret)) for factor in factors]


def _host(request: HttpRequest) -> str:
    return request.get_host().rsplit(":", 1)[0].strip("[]")
