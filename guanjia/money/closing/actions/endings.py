"""The end of a shift: the difference posted, two names under it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.money.closing.actions.drawers import hold_shift, post_cash
from guanjia.money.closing.actions.shifts import is_in, move
from guanjia.money.closing.models import Count, Handover, Shift
from guanjia.money.closing.reads import drawer_in_books, rules_of
from guanjia.money.closing.rules import Ending, may_become, may_end, may_work_on
from guanjia.money.closing.states import ShiftState
from guanjia.money.ledger.actions import day_open
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.records.actions import journal


@dataclass(frozen=True, slots=True)
class Slip:
    """What the card terminal or the code's statement says of the shift, beside the books; fen."""

    method: Method
    typed_fen: int
    booked_fen: int


@dataclass(frozen=True, slots=True)
class Second:
    """Who takes over or stands witness, having signed with a secret of their own."""

    user: User
    may_countersign: bool


@transaction.atomic
def hand_over(
    *,
    shift: Shift,
    second: Second,
    reason: str = "",
    memo: str = "",
    slips: Sequence[Slip] = (),
    missing_copies: Sequence[str] = (),
    oversees: bool = False,
    by: User,
    at: datetime,
) -> Handover:
    """End the counted shift; what the drawer is over or short is posted, so that the books have what lies in it.

    Raises Refused where a difference has no reason, one above the community's limit no countersignature, or the
    second person is the first one.
    """
    shift, desk = hold_shift(shift)
    must(may_become(ShiftState(shift.state), ShiftState.CLOSED))
    must(may_work_on(is_in_shift=is_in(shift, by), oversees=oversees))
    count = Count.objects.filter(community=shift.community, shift=shift).latest("nth")
    reason, memo = _text(reason, 200), _text(memo, 500)
    ending = Ending(
        difference_fen=count.difference_fen,
        tolerance_fen=rules_of(shift.community).tolerance_fen,
        slips_differ=any(slip.typed_fen != slip.booked_fen for slip in slips),
        reason=reason,
        missing_copies=missing_copies,
        same_person=second.user == by,
        countersigned=second.may_countersign,
    )
    must(may_end(ending))
    entry = _post_difference(shift, count, by=by) if count.difference_fen else None
    handover = Handover.objects.create(
        community=shift.community,
        shift=shift,
        count=count,
        closed_position=drawer_in_books(desk).position,
        difference_fen=count.difference_fen,
        entry=entry,
        reason=reason,
        slips=[asdict(slip) for slip in slips],
        missing_copies=list(missing_copies),
        memo=memo,
        at=at,
        by=by,
        received_by=second.user,
        countersigned=second.may_countersign,
    )
    move(shift, ShiftState.CLOSED)
    Desk.objects.filter(community=desk.community_id, pk=desk.pk).update(cashiers=[], shift_day=None)
    told = {"counted_fen": count.counted_fen, "difference_fen": count.difference_fen}
    journal(
        community=shift.community,
        by=by,
        at=at,
        action="shift.hand_over",
        subject=shift,
        after={**told, "received_by": second.user.pk},
        reason=reason,
    )
    return handover


def _post_difference(shift: Shift, count: Count, *, by: User) -> Entry:
    """Post what the drawer is over or short; its desk is held."""
    with refusing(**day_open(shift.business_date)):
        return post_cash(
            desk=shift.desk,
            kind=EntryKind.SHIFT,
            fen=count.difference_fen,
            against=Account.CASH_DIFFERENCE,
            day=shift.business_date,
            by=by,
        )


def _text(typed: str, limit: int) -> str:
    return clean(typed, limit=limit) if typed.strip() else ""
