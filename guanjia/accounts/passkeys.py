"""Passkeys (WebAuthn) by the fido2 library: a fingerprint or a security key as second factor.

Browsers offer them on HTTPS or localhost only, and never for a bare IP address.
"""

import base64
import json
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from guanjia.accounts.actions import add_second_factor
from guanjia.accounts.models import SecondFactor, User

_STATE = "passkey"


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
    entity = PublicKeyCredentialUserEntity(
        id=str(user.pk).encode(), name=user.staff_no, display_name=user.name
    )
    options, request.session[_STATE] = _server(request).register_begin(
        entity, _credentials(user), user_verification=UserVerificationRequirement.PREFERRED
    )
    return dict(options)


def enrol(request: HttpRequest, user: User, *, answer: str, name: str, at: datetime) -> list[str]:
    """Keep the passkey the browser made. Returns recovery codes with a first factor.

    Raises ValueError when the answer does not fit the challenge.
    """
    state = request.session.pop(_STATE, None)
    made = _server(request).register_complete(_expected(state), json.loads(answer))
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
    state = request.session.pop(_STATE, None)
    try:
        _server(request).authenticate_complete(
            _expected(state), _credentials(user), json.loads(answer)
        )
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _expected(state: Any) -> Any:
    if state is None:
        raise ValueError("no challenge was given")
    return state


def _server(request: HttpRequest) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}"
    entity = PublicKeyCredentialRpEntity(name="管家", id=_host(request))
    return Fido2Server(entity, verify_origin=lambda given: given == origin)


def _credentials(user: User) -> list[AttestedCredentialData]:
    factors = user.second_factors.filter(kind=SecondFactor.Kind.PASSKEY)
    return [AttestedCredentialData(base64.b64decode(factor.secret)) for factor in factors]


def _host(request: HttpRequest) -> str:
    return request.get_host().rsplit(":", 1)[0].strip("[]")
