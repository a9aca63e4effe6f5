"""What closing a day on screen rests on: the drawers that may give to the bank, and what stands in its way."""

from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.money.closing.banknotes import Notes, fewest, sum_of, to_bank
from guanjia.money.closing.models import Shift
from guanjia.money.closing.reads import (
    DueDays,
    days_due,
    drawers_in_books,
    left_in,
    open_shifts,
    rules_of,
)
from guanjia.money.payments.models import Desk


@dataclass(frozen=True, slots=True)
class DrawerLeft:
    """A drawer between two shifts: what lies in it, and what had better go to the bank."""

    desk: Desk
    fen: int
    suggested: Notes


@dataclass(frozen=True, slots=True)
class DueDay:
    """The day to be closed next, if any; ``waiting`` are the shifts that have not ended."""

    due: DueDays | None
    waiting: list[Shift]
    drawers: list[DrawerLeft]

    @property
    def in_the_way(self) -> list[Shift]:
        """The open shifts of the day itself or of one before."""
        day = self.due.day if self.due else date.min
        return [shift for shift in self.waiting if shift.business_date <= day]


def due_day(community: Community, today: date) -> DueDay:
    """Read what a page about closing needs; drawers of open shifts are left alone."""
    waiting = list(open_shifts(community))
    manned = [shift.desk_id for shift in waiting]
    desks = list(Desk.objects.filter(community=community).exclude(pk__in=manned).order_by("name"))
    ids = [desk.pk for desk in desks]
    books, left = drawers_in_books(community.pk, ids), left_in(community, ids)
    float_fen = rules_of(community).float_fen
    drawers = []
    for desk in desks:
        fen, notes = books[desk.pk].fen, left.get(desk.pk, {})
        if fen > 0 and desk.pk in left:
            counted = notes if sum_of(notes) == fen else fewest(fen)
            drawers.append(DrawerLeft(desk, fen, to_bank(counted, float_fen=float_fen)))
    return DueDay(days_due(community, today), waiting, drawers)
