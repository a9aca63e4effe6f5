"""What a workbook of opening balances says, row by row, before anybody looks into the books."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

from guanjia.onboarding.matching import Row


@dataclass(frozen=True, slots=True)
class ArrearLine:
    """A row of 欠费; amounts in fen, ``debtor`` '' where nobody is named."""

    row: Row
    unit: str
    item: str
    first: date
    last: date
    due_on: date
    charged_fen: int
    paid_fen: int
    debtor: str

    @property
    def owed_fen(self) -> int:
        """What is still owed."""
        return self.charged_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class PrepaidLine:
    """A row of 预存, in fen."""

    row: Row
    unit: str
    name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class DepositLine:
    """A row of 押金: what is still held, in fen; ``name`` '' where nobody is named."""

    row: Row
    unit: str
    kind: str
    name: str
    received_on: date
    receipt: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True, slots=True)
class BookLine:
    """A row of 收据号."""

    row: Row
    desk: str
    prefix: str
    next_number: int


@dataclass(slots=True)
class Lines:
    """All of them; a bad row is not among them."""

    arrears: list[ArrearLine] = field(default_factory=list)
    prepaid: list[PrepaidLine] = field(default_factory=list)
    deposits: list[DepositLine] = field(default_factory=list)
    books: list[BookLine] = field(default_factory=list)

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is told, in whatever order and file."""
        told = sorted(
            [
                *map(_arrear, self.arrears),
                *(["预存", p.unit, p.name, str(p.amount_fen)] for p in self.prepaid),
                *map(_deposit, self.deposits),
                *(["收据号", b.desk, b.prefix, str(b.next_number)] for b in self.books),
            ]
        )
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).digest()


def _deposit(line: DepositLine) -> list[str]:
    told = [line.unit, line.kind, line.name, str(line.received_on), line.receipt]
    return ["押金", *told, str(line.amount_fen), line.purpose]


def _arrear(line: ArrearLine) -> list[str]:
    days = [str(line.first), str(line.last), str(line.due_on)]
    sums = [str(line.charged_fen), str(line.paid_fen)]
    return ["欠费", line.unit, line.item, *days, line.debtor, *sums]
