"""What the random office does to its drawers: shifts handed over, cash taken to the bank."""

import random
from datetime import datetime
from typing import Any

from guanjia.accounts.tests.factories import make_user
from guanjia.core.refusal import Refused
from guanjia.money.closing.actions import bank_cash
from guanjia.money.closing.banknotes import fewest
from guanjia.money.closing.reads import drawer_in_books
from guanjia.money.closing.tests.factories import end_shift, the_shift
from guanjia.money.payments.models import Desk
from guanjia.money.payments.tests.factories import Office

CASH, BANK, DIFFERENCE = 1001, 1002, 1901


class DrawerActs:
    """Acts of the machine, whose own they share: its dice, its office, its model, its desks, its clock."""

    chance: random.Random
    office: Office
    model: Any
    desks: list[Desk]
    now: datetime

    def a_manned_desk(self) -> Desk:
        desk = self.chance.choice(self.desks)
        self.office.man(desk, self.now)
        return desk

    def hand_over_a_shift(self) -> None:
        """End a shift whose drawer is right, or over, or short."""
        desk = self.a_manned_desk()
        off = self.chance.choice([0, 1, 250, -1])
        off = max(off, -drawer_in_books(desk).fen)
        end_shift(the_shift(desk), by=self.office.cashier, at=self.now, over_fen=off)
        del self.office.manned[desk.pk]
        self.model.accounts[CASH] += off
        self.model.accounts[DIFFERENCE] -= off

    def take_to_the_bank(self) -> None:
        """Take some of a drawer's cash out, or hear that it does not hold that much."""
        desk = self.a_manned_desk()
        there = drawer_in_books(desk).fen
        fen = self.chance.choice([there // 2 or 1, there or 1, there + 1])
        try:
            bank_cash(
                shift=the_shift(desk),
                notes=fewest(fen),
                carrier="何佳",
                witness=make_user(community=self.office.community),
                by=self.office.cashier,
                at=self.now,
            )
        except Refused as refused:
            assert fen > there, refused
        else:
            assert fen <= there
            self.model.accounts[CASH] -= fen
            self.model.accounts[BANK] += fen
