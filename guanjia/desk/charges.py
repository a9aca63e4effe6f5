"""The unpaid bills of a household as the cash desk shows them, and what is to be said of those ticked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from guanjia.accounts.access import Standing
from guanjia.core.money import capitals, spoken, typed_yuan
from guanjia.estate.models import Unit
from guanjia.money.bills.access import may_cancel_bill
from guanjia.money.bills.explain import Explanation, explain, line_to_say
from guanjia.money.bills.models import Adjustment, Bill
from guanjia.money.bills.reads import adjustments_of
from guanjia.money.payments.reads import unpaid_bills
from guanjia.money.payments.receipt_pdf import ReceiptLine, grouped
from guanjia.money.payments.rules import shares
from guanjia.money.payments.sheets import line_of, prepaid_line


@dataclass(frozen=True)
class Charge:
    """One unpaid bill. ``former`` names who owes it where that is no longer the unit's debtor."""

    bill: Bill
    days_overdue: int
    former: str
    unit_label: str
    adjustments: Sequence[Adjustment] = ()
    is_cancellable: bool = False

    @cached_property
    def why(self) -> Explanation:
        """Why this amount, for whoever asks."""
        return explain(self.bill, self.adjustments)


@dataclass(frozen=True, slots=True)
class Charges:
    """A household's unpaid bills, oldest first. Debts stay with the debtor: a former owner's stand apart."""

    rows: tuple[Charge, ...]

    @property
    def own(self) -> list[Charge]:
        """Those that today's debtor owes, or nobody registered."""
        return [row for row in self.rows if not row.former]

    @property
    def own_fen(self) -> int:
        """What is unpaid of them."""
        return sum(row.bill.open_fen for row in self.own)

    @property
    def former_fen(self) -> int:
        """What former owners left unpaid."""
        return sum(row.bill.open_fen for row in self.rows if row.former)

    @property
    def periods_overdue(self) -> int:
        """How many periods of today's debtor are past their day; what is merely unpaid does not count."""
        return len({row.bill.period_first for row in self.own if row.days_overdue})

    def ticked(self, ids: Collection[int] | None) -> list[Bill]:
        """Return the bills with these ids, or all of today's debtor's for None."""
        return [
            row.bill for row in self.rows if (not row.former if ids is None else row.bill.pk in ids)
        ]


@dataclass(frozen=True, slots=True)
class Due:
    """What the ticked bills come to, and what of it is paid now: fen, in 大写, as words to say, as a receipt's lines.

    ``settle_fen`` is what of the bills is paid now, ``prepay_fen`` what is left for bills to come; ``deposits`` are
    the last of ``lines``.
    """

    bills: Sequence[Bill]
    lines: Sequence[ReceiptLine]
    settle_fen: int
    prepay_fen: int
    deposits: Sequence[ReceiptLine] = ()

    @property
    def ids(self) -> set[int]:
        """Which bills are ticked."""
        return {bill.pk for bill in self.bills}

    @property
    def total_fen(self) -> int:
        """What the bills come to."""
        return sum(bill.open_fen for bill in self.bills)

    @property
    def deposit_fen(self) -> int:
        """What the deposits come to."""
        return sum(line.amount_fen for line in self.deposits)

    @property
    def now_fen(self) -> int:
        """What is to be paid now."""
        return self.settle_fen + self.prepay_fen + self.deposit_fen

    @property
    def exact(self) -> str:
        """What is to be paid now as a hand types it: cash is taken as exact until somebody types another sum."""
        return typed_yuan(self.now_fen)

    @property
    def capitals(self) -> str:
        """What is to be paid now in 大写."""
        return capitals(self.now_fen)

    @property
    def words(self) -> str:
        """Tariff and sum in one sentence, to be said before money is taken (FEE-R1)."""
        said = [line_to_say(self.bills).removesuffix("。")] if self.bills else []
        if self.settle_fen != self.total_fen:
            said.append(f"先收 {spoken(self.settle_fen)}")
        if self.prepay_fen:
            said.append(f"存预存 {spoken(self.prepay_fen)}")
        said += [f"收{line.item} {spoken(line.amount_fen)}" for line in self.deposits]
        if self.deposits:
            said.append("押金凭收据原件退还")
        return "，".join(said) + "。" if said else ""


def charges_of(
    unit: Unit, sisters: Sequence[Unit], day: date, *, standing: Standing | None = None
) -> Charges:
    """Return the unpaid bills of ``unit`` and its sister units, in one statement, or two where some are reduced.

    With a ``standing``, those that this person may take back say so.
    """
    bills = unpaid_bills(unit, sisters, day)
    taken_off = adjustments_of(bills)
    return Charges(
        tuple(
            Charge(
                bill=bill,
                days_overdue=max((day - bill.due_on).days, 0),
                former="" if bill.owed_now or not bill.debtor_id else bill.debtor_name,
                unit_label="" if bill.unit_id == unit.pk else bill.unit.number,
                adjustments=taken_off[bill.pk],
                is_cancellable=bool(standing and may_cancel_bill(standing, bill)),
            )
            for bill in bills
        )
    )


def due_of(
    bills: Sequence[Bill],
    unit: Unit,
    *,
    settle_fen: int | None = None,
    prepay_fen: int = 0,
    deposits: Sequence[ReceiptLine] = (),
) -> Due:
    """Return what these bills come to at the desk of ``unit``; without ``settle_fen`` all of it is paid now."""
    paid = shares(bills, sum(bill.open_fen for bill in bills) if settle_fen is None else settle_fen)
    lines = [line_of(bill, fen, own_unit=unit.pk) for bill, fen in zip(bills, paid, strict=False)]
    ahead = [prepaid_line(prepay_fen)] if prepay_fen else []
    settled = sum(line.amount_fen for line in lines) if settle_fen is None else settle_fen
    return Due(bills, [*grouped(lines), *ahead, *deposits], settled, prepay_fen, deposits)
