"""Writing the accounts' own log, and holding back whoever guesses.

Tries are counted per (account, address) and per address; a browser that the person has signed in with
before is counted by itself. So nobody who guesses elsewhere, or from the same office network, can keep
the rightful person out of a browser that knows them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from guanjia.accounts.models import AccountEvent, Community, User
from guanjia.accounts.rules import plain
from guanjia.accounts.visitors import Visitor
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.sealing.fields import ring

Kind = AccountEvent.Kind

WINDOW = timedelta(minutes=15)
FAILURES_PER_DEVICE = 10
FAILURES_PER_ACCOUNT_AND_ADDRESS = 5
FAILURES_PER_ADDRESS = 50
CODE_FAILURES_PER_ACCOUNT = 10
_PASSED = {Kind.PASSWORD_TRIED: Kind.PASSWORD_PASSED, Kind.CODE_TRIED: Kind.CODE_PASSED}


class TooManyTriesError(Exception):
    """The limit is reached; nothing was looked at. Told alike for accounts that do not exist."""


def account_index(user: User | None, login: str = "") -> bytes:
    """Return what an account's tries are counted under; a login that nobody has gets its own."""
    return ring().index(f"user:{user.pk}" if user else f"login:{plain(login)}", purpose="account")


def record(
    kind: AccountEvent.Kind,
    *,
    at: datetime,
    user: User | None = None,
    by: User | None = None,
    within: Community | None = None,
    visitor: Visitor | None = None,
    account: bytes | None = None,
    second_factor: bool | None = None,
    detail: str = "",
) -> None:
    """Add one row to the log. ``by`` is left out for what a person does to their own account."""
    AccountEvent.objects.create(
        at=at,
        kind=kind,
        user=user,
        by=by,
        within=within,
        account_index=account or (account_index(user) if user else None),
        address=visitor.address if visitor else None,
        device_index=visitor.device if visitor else None,
        epoch=user.session_epoch if user else None,
        second_factor=second_factor,
        detail=detail,
    )


@dataclass(frozen=True, slots=True)
class Try:
    """One admitted try; ``passed`` tells the log that it was right, so it stops counting."""

    kind: AccountEvent.Kind
    user: User | None
    account: bytes
    visitor: Visitor

    def passed(self, *, at: datetime) -> None:
        """Record the success."""
        record(
            _PASSED[self.kind], at=at, user=self.user, account=self.account, visitor=self.visitor
        )


def admit(
    kind: AccountEvent.Kind, *, user: User | None, login: str = "", visitor: Visitor, at: datetime
) -> Try:
    """Record a try before it is looked at, so that a hundred at once do not all count as the first.

    Raises TooManyTriesError. Known browsers are counted apart, and only their tries carry the device.
    """
    account = account_index(user, login)
    if not _knows(account, visitor):
        visitor = Visitor(visitor.address)
    with transaction.atomic():
        anywhere = kind == Kind.CODE_TRIED
        lock_until_commit(f"try:{account.hex()}" if anywhere else f"try:{visitor}")
        for counted, limit in _limits(kind, account, visitor):
            if _failures(kind, counted, since=at - WINDOW) >= limit:
                raise TooManyTriesError
        record(kind, at=at, user=user, account=account, visitor=visitor)
    return Try(kind, user, account, visitor)


def _knows(account: bytes, visitor: Visitor) -> bool:
    return (
        bool(visitor.device)
        and AccountEvent.objects.filter(
            kind=Kind.SIGNED_IN, account_index=account, device_index=visitor.device
        ).exists()
    )


def _limits(
    kind: AccountEvent.Kind, account: bytes, visitor: Visitor
) -> list[tuple[dict[str, Any], int]]:
    if visitor.device:
        return [({"account_index": account, "device_index": visitor.device}, FAILURES_PER_DEVICE)]
    elsewhere: dict[str, Any] = {"device_index": None}
    if (
        kind == Kind.CODE_TRIED
    ):  # six digits, and the password was right: the address does not matter
        return [({**elsewhere, "account_index": account}, CODE_FAILURES_PER_ACCOUNT)]
    here = {**elsewhere, "address": visitor.address}
    return [
        ({**here, "account_index": account}, FAILURES_PER_ACCOUNT_AND_ADDRESS),
        (here, FAILURES_PER_ADDRESS),
    ]


def _failures(kind: AccountEvent.Kind, counted: dict[str, Any], *, since: datetime) -> int:
    rows = AccountEvent.objects.filter(**counted, at__gt=since).aggregate(
        tried=Count("pk", filter=Q(kind=kind)), passed=Count("pk", filter=Q(kind=_PASSED[kind]))
    )
    return int(rows["tried"] - rows["passed"])
