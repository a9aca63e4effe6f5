"""The fast switch on a shared desk: six digits instead of the whole sign-in, in a browser that knows you."""

import hmac
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Max
from django.http import HttpRequest

from guanjia.accounts import sessions
from guanjia.accounts.events import Kind, account_index, record
from guanjia.accounts.models import AccountEvent, User
from guanjia.accounts.session_store import ABSOLUTE
from guanjia.accounts.visitors import visitor_of
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused

WRONG_PINS = 3
_AGAIN = Refusal("PIN 不对", "请重新输入")
_IN_FULL = Refusal("在这台电脑上要重新完整登录", "请用密码和第二验证登录一次")


class Known(NamedTuple):
    """Somebody whose full sign-in this browser has seen, and when."""

    user: User
    signed_in_at: datetime


def people_here(request: HttpRequest, *, at: datetime) -> list["Known"]:
    """Return who may switch to themselves in this browser, the latest first."""
    device = visitor_of(request).device
    if device is None:
        return []
    here = User.objects.filter(
        is_active=True,
        pin_index__isnull=False,
        events__kind=Kind.SIGNED_IN,
        events__device_index=device,
        events__second_factor=True,
        events__epoch=F("session_epoch"),
        events__at__gt=at - ABSOLUTE,
    )
    people = here.annotate(signed_in_at=Max("events__at")).order_by("-signed_in_at")
    return [
        Known(user, user.signed_in_at)
        for user in people
        if _wrong_pins(user, device, user.signed_in_at) < WRONG_PINS
    ]


def switch_to(request: HttpRequest, *, user_id: int, pin: str, at: datetime) -> User:
    """Open ``user_id``'s session in this browser. Raises Refused; the third wrong PIN closes this way."""
    known = check_pin(request, user_id=user_id, pin=pin, at=at)
    if known is None:
        raise Refused(_AGAIN if _find(request, user_id, at=at) else _IN_FULL)
    sessions.resume(request, known.user, signed_in_at=known.signed_in_at, at=at)
    return known.user


def check_pin(request: HttpRequest, *, user_id: int, pin: str, at: datetime) -> Known | None:
    """Return who may switch here and has this PIN; every try is on record, and the third wrong one is the last."""
    visitor = visitor_of(request)
    with transaction.atomic():
        lock_until_commit(f"pin:{visitor.device!r}")
        known = _find(request, user_id, at=at)
        if known is None:
            return None
        record(Kind.PIN_TRIED, at=at, user=known.user, visitor=visitor)
    if not hmac.compare_digest(known.user.pin_as_kept(pin), bytes(known.user.pin_index or b"")):
        return None
    record(Kind.PIN_PASSED, at=at, user=known.user, visitor=visitor)
    return known


def _find(request: HttpRequest, user_id: int, *, at: datetime) -> Known | None:
    return next((k for k in people_here(request, at=at) if k.user.pk == user_id), None)


def _wrong_pins(user: User, device: bytes, since: datetime) -> int:
    tries = AccountEvent.objects.filter(
        account_index=account_index(user), device_index=device, at__gte=since
    )
    return tries.filter(kind=Kind.PIN_TRIED).count() - tries.filter(kind=Kind.PIN_PASSED).count()
