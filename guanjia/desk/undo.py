"""Taking back what a notice offers to: soft changes with a clean inverse, for ten minutes, by whoever made them.

Money is never undone; it is reversed. Each inverse is an action that refuses where things have moved on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction

from guanjia.accounts.lists import declared, save_filter
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.core.refusal import Refusal, Refused
from guanjia.desk import cash_desk
from guanjia.estate.access import tenure_for
from guanjia.estate.actions import reinstate_tenure
from guanjia.estate.models import Building
from guanjia.money.payments.access import any_desk_for, desk_for
from guanjia.money.payments.actions import close_desk, reopen_desk
from guanjia.people.access import patch_for
from guanjia.people.actions import cover_building
from guanjia.people.models import PatchBuilding
from guanjia.records.actions import journal

LIFE = timedelta(minutes=10)
_SALT = "guanjia.desk.undo"
Facts = dict[str, Any]


def offer(request: StaffRequest, words: str, kind: str, **facts: object) -> None:
    """Say ``words`` on the next page, with a button that takes it back."""
    told = {name: str(value) if isinstance(value, date) else value for name, value in facts.items()}
    what = [kind, request.user.pk, request.standing.community.pk, told]
    messages.success(request, words, extra_tags=signing.dumps(what, salt=_SALT, compress=True))


@transaction.atomic
def undo(request: StaffRequest, token: str, *, at: datetime) -> None:
    """Take back what ``token`` names. Raises Refused when it is too late, and PermissionDenied for anybody else."""
    try:
        kind, user_id, community_id, facts = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.SignatureExpired as late:
        minutes = int(LIFE.total_seconds() // 60)
        refusal = Refusal(f"过了 {minutes} 分钟，不能再撤销", "请照平常的步骤改回来")
        raise Refused(refusal) from late
    except signing.BadSignature as wrong:
        raise Refused(Refusal("认不出要撤销什么", "请照平常的步骤改回来")) from wrong
    community, inverse = request.standing.community, INVERSES[kind]
    if (user_id, community_id) != (request.user.pk, community.pk):
        raise PermissionDenied
    if inverse.permission and not request.standing.may(inverse.permission):
        raise PermissionDenied
    inverse.undo(request, facts, at)
    journal(community=community, by=request.user, at=at, action=f"undo.{kind}", subject=community)


def _desk(request: StaffRequest, facts: Facts, _at: datetime) -> None:
    cash_desk.choose(request, desk_for(request.standing, facts["desk"]))


def _closing(request: StaffRequest, facts: Facts, at: datetime) -> None:
    reopen_desk(desk=any_desk_for(request.standing, facts["desk"]), by=request.user, at=at)


def _reopening(request: StaffRequest, facts: Facts, at: datetime) -> None:
    close_desk(desk=any_desk_for(request.standing, facts["desk"]), by=request.user, at=at)


def _tenure(request: StaffRequest, facts: Facts, at: datetime) -> None:
    reinstate_tenure(
        tenure=tenure_for(request.standing, facts["tenure"]),
        ended=date.fromisoformat(facts["ended"]),
        ends_on=date.fromisoformat(facts["before"]) if facts["before"] else None,
        by=request.user,
        at=at,
    )


def _place(request: StaffRequest, facts: Facts, at: datetime) -> None:
    community, entrance = request.standing.community, facts["entrance"]
    building = Building.objects.get(community=community, pk=facts["building"])
    rules = PatchBuilding.objects.filter(community=community, building=building, entrance=entrance)
    if rules.exists():
        raise Refused(Refusal("它已经划给别的责任区", "请到那个责任区里改"))
    patch = patch_for(request.standing, facts["patch"])
    cover_building(patch=patch, building=building, entrance=entrance, by=request.user, at=at)


def _filter(request: StaffRequest, facts: Facts, _at: datetime) -> None:
    if page := declared(facts["page"]):
        save_filter(
            user=request.user,
            community=request.standing.community,
            page=page,
            name=facts["name"],
            query=facts["query"],
        )


@dataclass(frozen=True, slots=True)
class Inverse:
    """How something is taken back, and what the person must still be allowed to do; None: it is their own."""

    permission: Permission | None
    undo: Callable[[StaffRequest, Facts, datetime], None]


INVERSES = {
    "desk": Inverse(Permission.PAYMENT_TAKE, _desk),
    "closing": Inverse(Permission.COMMUNITY_MANAGE, _closing),
    "reopening": Inverse(Permission.COMMUNITY_MANAGE, _reopening),
    "tenure": Inverse(Permission.HOUSEHOLD_WRITE, _tenure),
    "place": Inverse(Permission.TEAM_WRITE, _place),
    "filter": Inverse(None, _filter),
}
