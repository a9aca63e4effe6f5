"""What a community takes deposits for: kinds are added, changed and put out of use, never removed."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, must
from guanjia.core.text import clean
from guanjia.money.deposits.models import DepositKind
from guanjia.money.deposits.rules import may_be_kind
from guanjia.records.actions import journal

_TOLD = ("name", "usual_fen", "position", "needs_completion_check", "is_active")
_TAKEN = Refusal("这个押金种类已经有了", "请直接使用它，或换一个名称")
_LONGEST = 20


@transaction.atomic
def add_kind(
    *,
    community: Community,
    name: str,
    usual_fen: int | None,
    position: int,
    needs_completion_check: bool = False,
    is_active: bool = True,
    by: User | None,
    at: datetime,
) -> DepositKind:
    """Add a kind of deposit; ``usual_fen`` is offered at the desk, None for none.

    One that ``needs_completion_check`` is given back only on a completed check, as for fit-out.

    Raises Refused where the name is taken or the amount is none, TextError where the name cannot be kept.
    """
    _check(usual_fen)
    kind = DepositKind(
        community=community,
        name=clean(name, limit=_LONGEST),
        usual_fen=usual_fen,
        position=position,
        needs_completion_check=needs_completion_check,
        is_active=is_active,
    )
    with refusing(deposits_kind_name=_TAKEN), transaction.atomic():
        kind.save()
    after = {field: getattr(kind, field) for field in _TOLD}
    journal(community=community, by=by, at=at, action="deposit_kind.add", subject=kind, after=after)
    return kind


@transaction.atomic
def change_kind(
    *,
    kind: DepositKind,
    name: str,
    usual_fen: int | None,
    position: int,
    needs_completion_check: bool,
    is_active: bool,
    by: User | None,
    at: datetime,
) -> DepositKind:
    """Change what a kind is called, its usual amount and place, what giving it back needs, and whether desks take it.

    What is held keeps its amount and is told by the new name. Raises as ``add_kind`` does.
    """
    _check(usual_fen)
    before = {field: getattr(kind, field) for field in _TOLD}
    kind.name, kind.usual_fen = clean(name, limit=_LONGEST), usual_fen
    kind.position, kind.is_active = position, is_active
    kind.needs_completion_check = needs_completion_check
    after = {field: getattr(kind, field) for field in _TOLD}
    if after == before:
        return kind
    with refusing(deposits_kind_name=_TAKEN), transaction.atomic():
        kind.save(update_fields=_TOLD)
    journal(
        community=kind.community,
        by=by,
        at=at,
        action="deposit_kind.change",
        subject=kind,
        before=before,
        after=after,
    )
    return kind


def _check(usual_fen: int | None) -> None:
    must(may_be_kind(usual_fen))
