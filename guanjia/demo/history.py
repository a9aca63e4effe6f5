"""The months at the office, by its own actions under a seeded clock: bills, payments, changes of owner."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from guanjia.core.calendar import SHANGHAI, Month, is_working_day
from guanjia.demo.correcting import Correcting
from guanjia.demo.drawers import Drawers
from guanjia.demo.giving_back import GivingBack
from guanjia.demo.layout import HIGH_RISE
from guanjia.demo.names import People, chance, pick
from guanjia.demo.office import NEW_PRICE, PRICE_EVIDENCE, Act, Office
from guanjia.demo.register import SHOWN, Home
from guanjia.demo.vacancies import Vacancies
from guanjia.estate.actions import (
    change_unit_status,
    hand_over_unit,
    register_party,
    transfer_ownership,
)
from guanjia.estate.parties import Particulars
from guanjia.estate.states import Capacity, UnitKind, UnitStatus
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.payments.actions import record_print
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.tariffs.actions import Price, publish_version
from guanjia.money.tariffs.rules import Basis

_TRANSFERS, _HANDOVERS, _LEFT_OWING = 10, 6, 2
_WEEKEND = 40  # how readily people come on a free day
# Longer ago than these days everybody came in the week after the notice: a first start waits for fewer days to be lived.
_RECENT_DAYS = 100
_NOTICE, _WEEK = 4, 7  # days


@dataclass(frozen=True, slots=True)
class Habit:
    """Pays every ``every`` months what has gathered, the last time ``ago`` months ago, of the first ``only`` months."""

    every: int
    ago: int = 0
    only: int | None = None

    def pays_in(self, nth: int, months: int) -> bool:
        """Whether the ``nth`` of ``months`` is one to pay in."""
        return (self.only is None or nth < self.only) and (
            months - 1 - nth
        ) % self.every == self.ago


class Visit(NamedTuple):
    """Somebody at the desk: to pay, to report a change of owner, or both."""

    at: datetime
    home: Home
    pays: bool
    changes: bool


# Of a hundred homes: pay monthly, by the quarter, by the half-year, a year late; long in arrears.
_HABITS = ((1, 2), (3, 38), (6, 47), (12, 8), (0, 5))
_METHODS = (
    (Method.STATIC_CODE, 50),
    (Method.POS, 20),
    (Method.CASH, 18),
    (Method.TRANSFER, 12),
)
_HALF_YEAR = 6
_BANKNOTE = 100_00  # fen


class History:
    """Lives through the months up to, and not including, ``today``."""

    def __init__(
        self,
        office: Office,
        homes: list[Home],
        *,
        first: Month,
        today: date,
        people: People,
        rng: Random,
    ) -> None:
        self._office, self._homes, self._today = office, homes, today
        self._people, self._rng = people, rng
        self._months = list(first.until(Month.of(today)))
        self._drawers = Drawers(office, rng)
        self._habits = [self._habit(home) for home in homes]
        self._changes = self._plan_changes()

    def live(self) -> Iterator[Month]:
        """Live month by month; yields each one that is done."""
        for nth, month in enumerate(self._months):
            self._live_month(nth, month)
            if month == self._months[-1]:
                for evening in (GivingBack, Correcting):
                    evening(self._office, self._drawers, self._rng).live(self._homes, self._today)
                self._drawers.reach(self._today)
            yield month

    def _live_month(self, nth: int, month: Month) -> None:
        accountant = self._office.accountant
        if nth == len(self._months) // 3:
            self._raise_price(month)
        if nth == len(self._months) // 2:
            asked_at = _at(month.first - timedelta(days=3), time(10, 30))
            Vacancies(self._office).allow(self._homes, month, asked_at)
        night = _at(month.first, time(0, 10))
        for _ in issue_bills(
            community=self._office.community, month=month, by=accountant, at=night
        ):
            pass
        visits = self._visits(nth, month)
        owed = self._open_bills([visit.home for visit in visits])
        for at, home, pays, changes in visits:
            self._drawers.reach(at.date())
            if pays:
                self._pay(home, [bill for unit in home.units for bill in owed[unit.pk]], at)
            if changes:
                self._change_hands(home, at + timedelta(minutes=10))

    def _visits(self, nth: int, month: Month) -> list[Visit]:
        """Draw who comes in the month, in order; whoever sells a home settles first, but for a few."""
        visits = []
        for place, home in enumerate(self._homes):
            changes = self._changes.get(place) == nth
            pays = self._habits[place].pays_in(nth, len(self._months))
            if pays or changes:
                pays = pays or place not in self._leave_owing
                visits.append(Visit(self._moment(month), home, pays, changes))
        past = (visit for visit in visits if visit.at.date() < self._today)
        return sorted(past, key=lambda visit: visit.at)

    def _raise_price(self, month: Month) -> None:
        publish_version(
            tariff=self._office.tariffs[HIGH_RISE],
            price=Price(Basis.GROSS_AREA, NEW_PRICE),
            effective_from=month.first,
            evidence=PRICE_EVIDENCE,
            by=self._office.accountant,
            at=_at(month.first - timedelta(days=12), time(15, 0)),
        )

    def _open_bills(self, homes: list[Home]) -> dict[int, list[tuple[int, int]]]:
        """Return ids and open fen of the bills that today's owners owe, by unit, in one statement."""
        since = {unit.pk: home.since for home in homes for unit in home.units}
        rows = Bill.objects.open_of(self._office.community, list(since))
        owed = defaultdict(list)
        for unit, bill, period, *sums in rows.values_list(
            "unit", "pk", "period_first", "amount_fen", "reduced_fen", "paid_fen"
        ):
            if period >= since[unit]:
                amount, reduced, paid = sums
                owed[unit].append((bill, amount - reduced - paid))
        return owed

    def _pay(self, home: Home, bills: list[tuple[int, int]], at: datetime) -> None:
        if not bills:
            return
        rng, total = self._rng, sum(fen for _, fen in bills)
        name, capacity = home.payers[0] if chance(rng, 70) else rng.choice(home.payers)
        is_firm = home.main.kind == UnitKind.SHOP or home.is_developers
        method = Method.TRANSFER if is_firm else pick(rng, _METHODS)
        desk = 0 if chance(rng, 70) else 1
        self._drawers.man(desk, at)
        receipt = take_payment(
            community=self._office.community,
            desk=self._office.desks[desk],
            taking=Taking(
                unit_id=home.main.pk,
                bill_ids=tuple(bill for bill, _ in bills),
                expected_fen=total,
                tenders=(self._tender(method, total),),
                payer_name=name,
                payer_capacity=capacity.label,
            ),
            key=UUID(int=rng.getrandbits(128), version=4),
            by=self._office.cashiers[desk],
            at=at,
        )
        record_print(receipt=receipt, by=self._office.cashiers[desk], at=at)

    def _tender(self, method: Method, fen: int) -> Tender:
        if method is Method.CASH:
            return Tender(method, fen, tendered_fen=-(-fen // _BANKNOTE) * _BANKNOTE)
        return Tender(method, fen, reference=f"{self._rng.randrange(10**12):012}")

    def _change_hands(self, home: Home, at: datetime) -> None:
        """Sell the home, or hand it over to its first owner; what is still owed stays the former one's."""
        people = self._people
        act = Act(by=self._office.supervisor, at=at)
        particulars = Particulars(people.name(), phone=people.phone(), id_number=people.id_number())
        buyer = register_party(community=self._office.community, particulars=particulars, **act)
        verb = hand_over_unit if home.is_developers else transfer_ownership
        for unit in home.units:
            verb(unit=unit, to=buyer, on=at.date(), **act)
        if home.is_developers:
            change_unit_status(unit=home.main, to=UnitStatus.OCCUPIED, reason="已入住", **act)
        home.payers, home.since = [(buyer.name, Capacity.OWNER)], at.date()

    def _habit(self, home: Home) -> Habit:
        rng = self._rng
        if home.main.number == SHOWN:
            return Habit(3, ago=2)  # owes for two months
        every = _HALF_YEAR if home.is_developers else pick(rng, _HABITS)
        if not every:
            return Habit(3, only=rng.randrange(len(self._months) * 2 // 3))
        return Habit(every, ago=rng.randrange(2 if every == _HALF_YEAR else every))

    def _plan_changes(self) -> dict[int, int]:
        """Choose which homes change hands, and in which month; both kinds of change alike."""
        rng, places = self._rng, range(len(self._homes))
        flats = [p for p in places if self._homes[p].main.kind == UnitKind.DWELLING]
        unsold = [p for p in flats if self._homes[p].is_developers]
        sold = [p for p in flats if p not in unsold and self._homes[p].main.number != SHOWN]
        chosen = rng.sample(sold, min(_TRANSFERS, len(sold) // 9))
        self._leave_owing = set(chosen[:_LEFT_OWING])
        for place in self._leave_owing:
            self._habits[place] = replace(self._habits[place], only=0)
        chosen += unsold[:_HANDOVERS]
        return {place: rng.randrange(1, len(self._months)) for place in chosen}

    def _moment(self, month: Month) -> datetime:
        """Choose when in the month somebody comes: office hours, less often on free days."""
        rng = self._rng
        long_ago = (self._today - month.first).days > _RECENT_DAYS
        before, days = (_NOTICE, _WEEK) if long_ago else (0, month.days)
        while True:
            day = month.first + timedelta(days=before + rng.randrange(days))
            if is_working_day(day) or chance(rng, _WEEKEND):
                hour = rng.choice((8, 9, 9, 10, 10, 11, 14, 15, 16, 16, 17))
                return _at(day, time(hour, rng.randrange(60), rng.randrange(60)))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=SHANGHAI)
