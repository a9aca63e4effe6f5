"""A shift from its float to its count."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused, must
from guanjia.core.text import clean
from guanjia.money.closing.actions.drawers import (
    hold_closing,
    hold_desk,
    hold_shift,
    post_cash,
)
from guanjia.money.closing.banknotes import Notes, as_kept, sum_of
from guanjia.money.closing.models import Count, Shift, ShiftCashier
from guanjia.money.closing.reads import closed_days, drawer_in_books, open_shift_at, rules_of
from guanjia.money.closing.rules import (
    DESK_OUT_OF_USE,
    SHIFT_OPEN,
    may_become,
    may_join,
    may_open,
    may_work_on,
)
from guanjia.money.closing.states import ShiftState
from guanjia.money.ledger.actions import DAY_OPEN, day_open
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.models import Desk
from guanjia.records.actions import journal

# The states that have a page to type on, and what of it outlives the step to a state.
DRAFTED = frozenset({ShiftState.COUNTING, ShiftState.COUNTED})
KEPT = {
    ShiftState.OPEN: frozenset[ShiftState](),
    ShiftState.COUNTING: frozenset({ShiftState.COUNTED}),
    ShiftState.COUNTED: DRAFTED,
    ShiftState.CLOSED: frozenset[ShiftState](),
}
FIRST_FLOAT = "启用交班：此前的现金已存银行，或从银行领备用金"


@transaction.atomic
def open_shift(
    *,
    desk: Desk,
    notes: Notes,
    reason: str = "",
    from_bank: bool = False,
    countersigned_by: User | None = None,
    by: User,
    at: datetime,
) -> Shift:
    """Open a shift with the float that was counted; ``by`` may take money at ``desk`` from now on.

    What the float differs from the books is posted with its reason: from the bank where finance gave or took it,
    else over or short. A desk's first shift begins whatever the books say: until then nobody counted. Raises
    Refused where a shift is open, the desk is out of use, the day closed, or the difference is not explained.
    """
    hold_closing(desk.community_id)
    desk, today = hold_desk(desk.community_id, desk.pk), business_date(at)
    community = desk.community
    if not desk.is_active:
        raise Refused(DESK_OUT_OF_USE)
    if open_shift_at(community, desk.pk):
        raise Refused(SHIFT_OPEN)
    if closed_days(community).filter(business_date=today).exists():
        raise Refused(day_open(today)[DAY_OPEN])
    earlier = Shift.objects.filter(community=community, desk=desk)
    nth = (earlier.order_by("-nth").values_list("nth", flat=True).first() or 0) + 1
    drawer, float_fen = drawer_in_books(desk), sum_of(notes)
    difference = float_fen - drawer.fen
    reason = clean(reason, limit=200) if reason.strip() else ""
    verdict = may_open(
        is_first=nth == 1,
        difference_fen=difference,
        tolerance_fen=rules_of(community).tolerance_fen,
        reason=reason,
        countersigned=countersigned_by is not None,
    )
    must(verdict)
    shift = Shift(
        community=community,
        desk=desk,
        nth=nth,
        business_date=today,
        opened_at=at,
        opened_by=by,
        opened_position=drawer.position,
        book_fen=drawer.fen,
        float_fen=float_fen,
        notes=as_kept(notes),
    )
    if difference:
        _explain(shift, reason=reason, from_bank=from_bank)
        shift.countersigned_by = countersigned_by
    shift.save()
    ShiftCashier.objects.create(community=community, shift=shift, user=by, joined_at=at)
    _man(desk, [by.pk], shift)
    told = {"desk": desk.name, "float_fen": float_fen, "difference_fen": difference}
    journal(
        community=community,
        by=by,
        at=at,
        action="shift.open",
        subject=shift,
        after=told,
        reason=shift.reason,
    )
    return shift


def _explain(shift: Shift, *, reason: str, from_bank: bool) -> None:
    """Post what the float differs from the books; before a desk's first shift nobody counted."""
    is_first = shift.nth == 1
    shift.reason = reason or FIRST_FLOAT
    shift.opening = post_cash(
        desk=shift.desk,
        kind=EntryKind.SHIFT,
        fen=shift.float_fen - shift.book_fen,
        against=Account.BANK if from_bank or is_first else Account.CASH_DIFFERENCE,
        day=shift.business_date,
        by=shift.opened_by,
    )


@transaction.atomic
def join_shift(*, shift: Shift, by: User, at: datetime) -> None:
    """Let ``by`` take money in the open shift and answer for its drawer with the others. Raises Refused."""
    shift, desk = hold_shift(shift)
    must(may_join(ShiftState(shift.state)))
    if by.pk in desk.cashiers:
        return
    ShiftCashier.objects.create(community=shift.community, shift=shift, user=by, joined_at=at)
    _man(desk, [*desk.cashiers, by.pk], shift)
    journal(community=shift.community, by=by, at=at, action="shift.join", subject=shift)


@transaction.atomic
def start_counting(*, shift: Shift, oversees: bool = False, by: User, at: datetime) -> Shift:
    """Stop the desk and count: whatever was being taken has ended, and nothing more is. Raises Refused."""
    shift, desk = _step(shift, ShiftState.COUNTING, oversees=oversees, by=by)
    _man(desk, [], shift)
    journal(community=shift.community, by=by, at=at, action="shift.count.start", subject=shift)
    return shift


@transaction.atomic
def resume_taking(*, shift: Shift, oversees: bool = False, by: User, at: datetime) -> Shift:
    """Go on taking money: somebody came while the drawer was being counted. Raises Refused once it was counted."""
    shift, desk = _step(shift, ShiftState.OPEN, oversees=oversees, by=by)
    people = ShiftCashier.objects.filter(community=shift.community, shift=shift)
    _man(desk, list(people.order_by("pk").values_list("user_id", flat=True)), shift)
    journal(community=shift.community, by=by, at=at, action="shift.resume", subject=shift)
    return shift


@transaction.atomic
def submit_count(
    *, shift: Shift, notes: Notes, oversees: bool = False, by: User, at: datetime
) -> Count:
    """Keep what was counted, and only then learn what should be there. Raises Refused."""
    shift, desk = _step(shift, ShiftState.COUNTED, oversees=oversees, by=by)
    count = Count.objects.create(
        community=shift.community,
        shift=shift,
        nth=Count.objects.filter(community=shift.community, shift=shift).count() + 1,
        notes=as_kept(notes),
        counted_fen=sum_of(notes),
        expected_fen=drawer_in_books(desk).fen,
        at=at,
        by=by,
    )
    told = {"counted_fen": count.counted_fen, "expected_fen": count.expected_fen, "nth": count.nth}
    journal(
        community=shift.community, by=by, at=at, action="shift.count", subject=shift, after=told
    )
    return count


@transaction.atomic
def count_again(*, shift: Shift, oversees: bool = False, by: User, at: datetime) -> Shift:
    """Count once more; the earlier count stays on record. Raises Refused."""
    shift, _ = _step(shift, ShiftState.COUNTING, oversees=oversees, by=by)
    journal(community=shift.community, by=by, at=at, action="shift.count.again", subject=shift)
    return shift


def keep_draft(*, shift: Shift, typed: Mapping[str, str]) -> None:
    """Keep what was typed so far on the page that the shift is at; a draft is no act and is not journalled."""
    if shift.state in DRAFTED:
        rows = Shift.objects.filter(community=shift.community_id, pk=shift.pk, state=shift.state)
        rows.update(draft={**shift.draft, shift.state: dict(typed)})


def is_in(shift: Shift, user: User) -> bool:
    """Whether ``user`` is in the shift."""
    people = ShiftCashier.objects.filter(community=shift.community_id, shift=shift, user=user)
    return people.exists()


def move(shift: Shift, wanted: ShiftState) -> None:
    """Write the shift's next state; what was typed of a count is forgotten when it is begun anew."""
    shift.state = wanted
    shift.draft = {state: shift.draft[state] for state in KEPT[wanted] & shift.draft.keys()}
    Shift.objects.filter(community=shift.community_id, pk=shift.pk).update(
        state=wanted, draft=shift.draft
    )


def _step(shift: Shift, wanted: ShiftState, *, oversees: bool, by: User) -> tuple[Shift, Desk]:
    """Hold the shift and move it on, if the table and the person allow."""
    shift, desk = hold_shift(shift)
    must(may_become(ShiftState(shift.state), wanted))
    must(may_work_on(is_in_shift=is_in(shift, by), oversees=oversees))
    move(shift, wanted)
    return shift, desk


def _man(desk: Desk, cashiers: list[int], shift: Shift) -> None:
    """Say on the desk's row, which is held, who may take money there now."""
    Desk.objects.filter(community=desk.community_id, pk=desk.pk).update(
        cashiers=cashiers, shift_day=shift.business_date
    )
