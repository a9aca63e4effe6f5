"""What the random office does with deposits: taken, given back less what it keeps, and taken back with their receipt."""

from dataclasses import replace
from typing import Any

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.tests.factories import kind_of
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Deposit, Method
from guanjia.money.refunds.actions import (
    approve_refund,
    pay_refund,
    request_refund,
    withdraw_refund,
)
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.rules import Asking, Deducting
from tests.faults.model import ACCOUNTS, BANK, CASH, DEPOSITS, INCOME, Kept
from tests.faults.till import TillActs

KINDS = ("装修押金", "钥匙押金")
LARGEST = 300_000


class HoldingActs(TillActs):
    """Acts of the machine with deposits; ``clerk`` asks, the colleague approves, the cashier pays."""

    clerk: User

    def hold_a_deposit(self) -> None:
        """Take one by one method or several, twice with one key."""
        if not self.model.areas:
            return
        unit, fen = self.chance.choice(list(self.model.areas)), self.chance.randint(1, LARGEST)
        asked = Deposit(kind_of(self.office.community, self.chance.choice(KINDS)).pk, fen)
        taking = replace(self.asked([], unit=unit, over=fen), prepay_fen=0, deposits=(asked,))
        key, desk = self.key(), self.chance.choice(self.desks)
        receipt = self.take(key, desk, taking)
        assert self.take(key, desk, taking) == receipt
        numbers = self.model.numbers.setdefault(desk.pk, [])
        numbers.append(numbers[-1] + 1 if numbers else desk.first_number)
        held = HeldDeposit.objects.get(entry=receipt.payment.entry_id)
        money = {ACCOUNTS[tender.method]: tender.amount_fen for tender in taking.tenders}
        self.model.deposits[held.pk] = Kept(receipt, fen, money, fen)
        self._moved(desk, money | {DEPOSITS: -fen})

    def give_a_deposit_back(self) -> None:
        """Give all of it or a part back, less what is kept, in cash where the drawer has it, or by transfer."""
        if not (found := self._some_deposit()):
            return
        pk, kept = found
        fen = self.chance.choice([kept.left, self.chance.randint(1, kept.left)])
        deducted = self.chance.choice([0, 0, fen, self.chance.randint(0, fen)])
        desk = self.a_manned_desk() if deducted == fen or self.chance.random() < 0.7 else None
        refund = self._ask(pk, fen, deducted, Method.CASH if desk else Method.TRANSFER)
        words: dict[str, Any] = {"refund": refund, "at": self.now}
        approve_refund(by=self.colleague, **words)
        paid = fen - deducted  # nothing where all is kept, which no drawer is asked for
        if desk and paid and paid > self.model.drawers[desk.pk]:
            try:
                self._pay(refund, desk)
            except Refused as refused:
                assert "现金不够退" in refused.refusal.reason
            else:
                raise AssertionError("paid out of an empty drawer")
            withdraw_refund(by=self.clerk, reason="钱箱里不够", **words)
            return
        self._pay(refund, desk)
        kept.left -= fen
        lines = {DEPOSITS: fen, CASH if desk else BANK: deducted - fen, INCOME: -deducted}
        self._moved(desk or self.desks[0], lines)

    def ask_for_more_than_is_held(self) -> None:
        """Hear of it while some is asked for already, and take that back."""
        if not (found := self._some_deposit()):
            return
        pk, kept = found
        first = self._ask(pk, kept.left, 0, Method.CASH)
        try:
            self._ask(pk, 1, 0, Method.CASH)
        except Refused as refused:
            assert "已在办退款" in refused.refusal.reason
        else:
            raise AssertionError("asked for what was held")
        withdraw_refund(refund=first, by=self.clerk, reason="不退了", at=self.now)

    def take_a_deposit_back(self) -> None:
        """Take its receipt back; not once part of it is gone, and not twice."""
        if not self.model.deposits:
            return
        kept = self.chance.choice(list(self.model.deposits.values()))
        desk = self.a_manned_desk()
        why = "已经作废或红冲过" if not kept.stands else "已退掉或扣掉一部分"
        try:
            self.office.take_back(kept.receipt, desk=desk, at=self.now)
        except Refused as refused:
            assert why in refused.refusal.reason
            assert not kept.stands or kept.left < kept.fen
            return
        assert kept.stands and kept.left == kept.fen
        kept.stands, kept.left = False, 0
        lines = {account: -fen for account, fen in kept.money.items()}
        self._moved(desk, lines | {DEPOSITS: kept.fen})

    def _some_deposit(self) -> tuple[int, Kept] | None:
        held = [(pk, kept) for pk, kept in self.model.deposits.items() if kept.left]
        return self.chance.choice(held) if held else None

    def _ask(self, pk: int, fen: int, deducted: int, method: Method) -> Refund:
        line = Deducting(self.office.item.pk, deducted, "墙面划伤")
        agreed: dict[str, Any] = {"deductions": (line,), "consent": "扣款单"} if deducted else {}
        held = HeldDeposit.objects.get(pk=pk)
        return request_refund(
            source=held,
            asking=Asking(
                amount_fen=fen,
                method=method,
                reason="完工",
                payee_name=held.payer_name,
                receipts=(self.model.deposits[pk].receipt.full_number,),
                account="工行 6222" if method is Method.TRANSFER else "",
                checked_on=business_date(self.now),
                check_paper="验收单",
                **agreed,
            ),
            key=self.key(),
            by=self.clerk,
            at=self.now,
        )

    def _pay(self, refund: Refund, desk: Desk | None) -> None:
        pay_refund(
            refund=refund,
            desk=desk,
            reference="" if desk else str(self.chance.getrandbits(40)),
            key=self.key(),
            by=self.office.cashier,
            at=self.now,
        )

    def _moved(self, desk: Desk, lines: dict[int, int]) -> None:
        self.model.drawers[desk.pk] += lines.get(CASH, 0)
        self.model.move(lines)
