"""The desks' drawers through the months: a float in the morning, a count at night, the rest to the bank."""

from datetime import date, datetime, time, timedelta
from random import Random

from guanjia.core.calendar import SHANGHAI
from guanjia.demo.names import chance
from guanjia.demo.office import Office
from guanjia.money.closing.actions import (
    close_day,
    hand_over,
    open_shift,
    start_counting,
    submit_count,
)
from guanjia.money.closing.actions.endings import Second
from guanjia.money.closing.banknotes import fewest, sum_of, to_bank
from guanjia.money.closing.models import Shift
from guanjia.money.closing.reads import drawer_in_books

FLOAT_FEN = 500_00
_EVENING = time(17, 45)
_WRONG = 2  # of a hundred counts, by a yuan or two
_CARRIER = "陈晓雯"


class Drawers:
    """Opens a shift when the day's first payer comes to a desk, and closes the day when the next one begins."""

    def __init__(self, office: Office, rng: Random) -> None:
        self._office, self._rng = office, rng
        self._shifts: dict[int, Shift] = {}

    def man(self, place: int, at: datetime) -> None:
        """Have the desk's cashier in an open shift."""
        if place in self._shifts:
            return
        desk = self._office.desks[place]
        left = drawer_in_books(desk).fen
        self._shifts[place] = open_shift(
            desk=desk,
            notes=fewest(left or FLOAT_FEN),
            by=self._office.cashiers[place],
            at=at - timedelta(minutes=5),
        )

    def reach(self, day: date) -> None:
        """End what was open before ``day``: count, hand over, take what is above the float to the bank."""
        if not self._shifts:
            return
        opened = next(iter(self._shifts.values())).business_date
        if opened >= day:
            return
        evening = datetime.combine(opened, _EVENING, tzinfo=SHANGHAI)
        taken = {}
        for place, shift in self._shifts.items():
            self._end(place, shift, evening)
            counted = drawer_in_books(shift.desk).fen
            spare = to_bank(fewest(counted), float_fen=FLOAT_FEN)
            if spare:
                taken[shift.desk_id] = spare
        self._shifts.clear()
        close_day(
            community=self._office.community,
            day=opened,
            taken=taken,
            carrier=_CARRIER if taken else "",
            witness=self._office.supervisor,
            by=self._office.cashiers[0],
            at=evening + timedelta(minutes=10),
        )

    def _end(self, place: int, shift: Shift, at: datetime) -> None:
        cashier = self._office.cashiers[place]
        start_counting(shift=shift, by=cashier, at=at)
        expected = drawer_in_books(shift.desk).fen
        wrong = self._rng.choice((-1_00, 1_00, 2_00)) if chance(self._rng, _WRONG) else 0
        notes = fewest(expected + wrong)
        submit_count(shift=shift, notes=notes, by=cashier, at=at)
        off = sum_of(notes) - expected
        hand_over(
            shift=shift,
            second=Second(self._office.supervisor, may_countersign=True),
            reason="找零差错，当日未能查明" if off else "",
            by=cashier,
            at=at + timedelta(minutes=2),
        )
