"""A model of an office's books in a few dictionaries: what they should say, worked out another way; amounts in fen."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from guanjia.core.calendar import Month
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Method

FEN = Decimal("0.01")
CASH, BANK, RECEIVABLE, PREPAID, DEPOSITS = 1001, 1002, 1122, 2203, 224101
DIFFERENCE, INCOME, REDUCTION = 1901, 6001, 600101
ACCOUNTS = {
    Method.CASH: CASH,
    Method.TRANSFER: BANK,
    Method.POS: 101201,
    Method.STATIC_CODE: 101202,
}


@dataclass
class Owed:
    """A bill: what it is for, what was paid and what was taken off it."""

    unit: int
    first: date
    fen: int
    paid: int = 0
    off: int = 0

    @property
    def open(self) -> int:
        return self.fen - self.paid - self.off


@dataclass
class Taken:
    """A payment that stands or was taken back: what it did, so that its mirror can be told."""

    receipt: Receipt
    desk: int
    day: date
    shares: dict[int, int]  # by bill
    money: Counter[int]  # by account
    left: Counter[int]  # moved in or out of prepayments, by unit
    stands: bool = True


@dataclass
class Kept:
    """A deposit: its receipt, what was taken and by which accounts it came, what is left of it."""

    receipt: Receipt
    fen: int
    money: dict[int, int]  # by account
    left: int
    stands: bool = True


@dataclass
class Model:
    """What the books should say."""

    areas: dict[int, Decimal] = field(default_factory=dict)  # by unit
    prices: dict[date, Decimal] = field(default_factory=dict)  # by first day
    sister: dict[int, int] = field(default_factory=dict)  # the other unit of a household
    bills: dict[int, Owed] = field(default_factory=dict)  # by id
    billed: set[tuple[int, date]] = field(default_factory=set)  # that stand, by unit and first day
    coming: Counter[tuple[int, date, int]] = field(default_factory=Counter)  # not read back yet
    changed: set[int] = field(default_factory=set)  # bills moved since the last comparison
    left: Counter[int] = field(default_factory=Counter)  # prepayments by unit
    accounts: Counter[int] = field(default_factory=Counter)
    drawers: Counter[int] = field(default_factory=Counter)  # cash by desk
    numbers: dict[int, list[int]] = field(default_factory=dict)  # receipts by desk, in order
    taken: list[Taken] = field(default_factory=list)
    deposits: dict[int, Kept] = field(default_factory=dict)  # by id
    closed: set[date] = field(default_factory=set)

    def price_on(self, day: date) -> Decimal:
        return self.prices[max(first for first in self.prices if first <= day)]

    def bill(self, month: Month) -> tuple[int, int]:
        """Return how many bills a run of the month makes, and their sum."""
        made = Counter(
            (
                unit,
                month.first,
                int((area * self.price_on(month.first)).quantize(FEN, ROUND_HALF_UP) * 100),
            )
            for unit, area in self.areas.items()
            if (unit, month.first) not in self.billed
        )
        self.coming += made
        self.billed |= {(unit, first) for unit, first, _ in made}
        total = sum(fen for _, _, fen in made)
        self.move({RECEIVABLE: total, INCOME: -total})
        return len(made), total

    def charge(self, unit: int, day: date, fen: int) -> None:
        self.coming[unit, day, fen] += 1
        self.move({RECEIVABLE: fen, INCOME: -fen})

    def cancel(self, pk: int, *, by_run: bool) -> None:
        bill = self.bills[pk]
        self.move({RECEIVABLE: -bill.open, INCOME: bill.open})
        bill.off += bill.open
        self.changed.add(pk)
        if by_run:
            self.billed.remove((bill.unit, bill.first))

    def reduce(self, pk: int, fen: int) -> None:
        self.bills[pk].off += fen
        self.changed.add(pk)
        self.move({RECEIVABLE: -fen, REDUCTION: fen})

    def pay(self, taken: Taken) -> None:
        self.taken.append(taken)
        self._apply(taken, 1, taken.desk)

    def take_back(self, taken: Taken, desk: int) -> None:
        taken.stands = False
        self._apply(taken, -1, desk)

    def _apply(self, taken: Taken, sign: int, desk: int) -> None:
        for pk, fen in taken.shares.items():
            self.bills[pk].paid += sign * fen
            self.changed.add(pk)
        for unit, fen in taken.left.items():
            self.left[unit] += sign * fen
        self.drawers[desk] += sign * taken.money[CASH]
        self.move({account: sign * fen for account, fen in taken.money.items()})
        self.move({RECEIVABLE: -sign * sum(taken.shares.values())})
        self.move({PREPAID: -sign * sum(taken.left.values())})

    def move(self, lines: dict[int, int]) -> None:
        for account, fen in lines.items():
            self.accounts[account] += fen
