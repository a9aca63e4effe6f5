"""What the random office does to its drawers and days: shifts handed over, cash banked, days closed and opened again."""

import random
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from uuid import uuid4

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import approve_reopening, ask_reopening, bank_cash, close_day
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.reads import closed_days, drawer_in_books
from guanjia.money.closing.tests.factories import end_shift, the_shift
from guanjia.money.payments.models import Desk
from guanjia.money.payments.tests.factories import Office
from tests.faults.model import BANK, CASH, DIFFERENCE, Model


class DrawerActs(ABC):
    """Acts of the machine, whose own they share: its dice, its office, its model, its desks, its clock."""

    chance: random.Random
    office: Office
    colleague: User
    model: Model
    desks: list[Desk]
    now: datetime

    @abstractmethod
    def some_bills(self, *, with_money: bool = False) -> list[Bill]: ...

    @abstractmethod
    def take_off(self, bill: Bill, fen: int) -> None: ...

    @abstractmethod
    def compare(self) -> None: ...

    def a_manned_desk(self) -> Desk:
        desk = self.chance.choice(self.desks)
        self.office.man(desk, self.now)
        assert drawer_in_books(desk).fen == self.model.drawers[desk.pk]
        return desk

    def hand_over_a_shift(self) -> None:
        """End a shift whose drawer is right, or over, or short."""
        self._hand_over(self.a_manned_desk())

    def _hand_over(self, desk: Desk) -> None:
        off = max(self.chance.choice([0, 1, 250, -1]), -self.model.drawers[desk.pk])
        shift, by = the_shift(desk), self.office.cashier
        end_shift(shift, by=by, second=self.colleague, at=self.now, over_fen=off)
        del self.office.manned[desk.pk]
        self.model.drawers[desk.pk] += off
        self.model.move({CASH: off, DIFFERENCE: -off})

    def take_to_the_bank(self) -> None:
        """Take some of a drawer's cash out, or hear that it does not hold that much."""
        desk = self.a_manned_desk()
        there = max(
            0, self.model.drawers[desk.pk]
        )  # a reversal may have paid out more than it held
        fen = self.chance.choice([there // 2 or 1, there or 1, there + 1])
        try:
            bank_cash(
                shift=the_shift(desk),
                notes=fewest(fen),
                carrier="何佳",
                witness=self.colleague,
                key=uuid4(),
                by=self.office.cashier,
                at=self.now,
            )
        except Refused as refused:
            assert fen > there, refused
        else:
            assert fen <= there
            self._banked(desk, fen)

    def close_the_day(self) -> None:
        """Hand every shift over, take what there is to the bank, and close; tomorrow is another day."""
        self.a_manned_desk()
        for desk in self.desks:
            if desk.pk in self.office.manned:
                self._hand_over(desk)
        there = {desk: self.model.drawers[desk.pk] // 2 for desk in self.desks}
        taken = {desk: fen for desk, fen in there.items() if fen > 0}
        self._close({desk.pk: fewest(fen) for desk, fen in taken.items()})
        for desk, fen in taken.items():
            self._banked(desk, fen)
        self.now += timedelta(days=1)

    def open_a_day_again(self) -> None:
        """Two open the last closed day again, something is put right on it, and it is closed once more."""
        bills = self.some_bills()
        closed = closed_days(self.office.community).first()
        if not bills or not closed:
            return
        by, today = self.office.cashier, self.now
        request = ask_reopening(closed_day=closed, reason="漏记一笔", by=by, at=today)
        approve_reopening(request=request, by=self.colleague, at=today)
        self.now = today - timedelta(days=(business_date(today) - closed.business_date).days)
        self.take_off(bills[0], 1)
        self._close({})
        self.now = today

    def _close(self, taken: dict[int, dict[int, int]]) -> None:
        day = business_date(self.now)
        close_day(
            community=self.office.community,
            day=day,
            taken=taken,
            carrier="何佳",
            witness=self.colleague,
            by=self.office.cashier,
            at=self.now,
        )
        self.model.closed.add(day)

    def _banked(self, desk: Desk, fen: int) -> None:
        self.model.drawers[desk.pk] -= fen
        self.model.move({CASH: -fen, BANK: fen})
