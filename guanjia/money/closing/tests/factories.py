"""Shifts in a few words: opened with what the books have, ended with what they say."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from guanjia.accounts.models import User
from guanjia.accounts.tests.factories import make_user
from guanjia.core.calendar import business_date
from guanjia.money.closing.actions import (
    bank_cash,
    hand_over,
    open_shift,
    start_counting,
    submit_count,
)
from guanjia.money.closing.actions.endings import Second
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.models import Deposit, Handover, Shift
from guanjia.money.closing.reads import drawer_in_books, open_shift_at
from guanjia.money.payments.models import Desk


def the_shift(desk: Desk) -> Shift:
    """Return the open shift at the desk, which there must be."""
    shift = open_shift_at(desk.community, desk.pk)
    assert shift
    return shift


def begin_shift(desk: Desk, *, by: User, at: datetime) -> Shift:
    """Open a shift whose float is what the books have in the drawer."""
    notes = fewest(max(0, drawer_in_books(desk).fen))
    return open_shift(desk=desk, notes=notes, by=by, at=at)


def end_shift(
    shift: Shift, *, by: User, at: datetime, second: User | None = None, over_fen: int = 0
) -> Handover:
    """Count the drawer, right but for ``over_fen``, and hand it over to somebody who may countersign."""
    start_counting(shift=shift, by=by, at=at)
    counted = drawer_in_books(shift.desk).fen + over_fen
    submit_count(shift=shift, notes=fewest(counted), by=by, at=at)
    receiver = Second(second or make_user(community=shift.community), may_countersign=True)
    reason = "找零差错" if over_fen else ""
    return hand_over(shift=shift, second=receiver, reason=reason, by=by, at=at)


def at_work(desk: Desk, *, by: User, at: datetime) -> Shift:
    """Return the open shift of that day at the desk; one of another day is ended first."""
    shift = open_shift_at(desk.community, desk.pk)
    if shift and shift.business_date != business_date(at):
        end_shift(shift, by=by, at=at)
        shift = None
    return shift or begin_shift(desk, by=by, at=at)


def bank(desk: Desk, fen: int, *, by: User, at: datetime) -> Deposit:
    """Take cash out of the drawer to the bank, before somebody's eyes."""
    witness = make_user(community=desk.community)
    words: dict[str, Any] = {"carrier": "武平工行", "witness": witness, "by": by, "at": at}
    return bank_cash(shift=the_shift(desk), notes=fewest(fen), key=uuid4(), **words)
