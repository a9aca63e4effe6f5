"""What the random office takes at its desks: whole, in part, split, ahead and back again; and what it is refused."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.money.bills.models import Bill
from guanjia.money.payments import taking as actions
from guanjia.money.payments.models import Desk, Receipt
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from tests.faults.drawers import DrawerActs
from tests.faults.model import ACCOUNTS, Taken

STEPS_OF_A_PAYMENT = ("claim_request", "_lock_bills", "write_payment")


@dataclass
class Press:
    """A press of the button that took money."""

    key: UUID
    desk: Desk
    taking: Taking
    taken: Taken


class TillActs(DrawerActs):
    """Acts of the machine at the till."""

    presses: list[Press]

    def pay(self) -> None:
        """Pay some of a household's bills, whole or in part, by one method or several, perhaps with something over."""
        if bills := self.some_bills():
            total = sum(bill.open_fen for bill in bills)
            settle = total if self.chance.random() < 0.7 else self.chance.randint(1, total)
            over = self.chance.choice([0, 0, 0, self.chance.randint(1, 30_000)])
            self.press(self.asked(bills, settle=settle, over=over), bills)

    def leave_money(self) -> None:
        """Leave money at a unit for bills to come."""
        if self.model.areas:
            unit = self.chance.choice(list(self.model.areas))
            self.press(self.asked([], unit=unit, over=self.chance.randint(1, 50_000)), [])

    def draw(self) -> None:
        """Pay from what the household has left, and the rest by other methods."""
        if bills := self.some_bills(with_money=True):
            total = sum(bill.open_fen for bill in bills)
            drawn = min(total, self.left_at(bills[0].unit_id))
            drawn = self.chance.choice([drawn, self.chance.randint(1, drawn)])
            self.press(self.asked(bills, settle=total, drawn=drawn), bills)

    def draw_too_much(self) -> None:
        if bills := self.some_bills(with_money=True):
            total, left = sum(bill.open_fen for bill in bills), self.left_at(bills[0].unit_id)
            if total > left:
                self.refused("预存余额只有", self.asked(bills, settle=total, drawn=left + 1))

    def press_again(self) -> None:
        """Hear of the one receipt, taken back or not."""
        if self.presses:
            press = self.chance.choice(self.presses)
            assert self.take(press.key, press.desk, press.taking) == press.taken.receipt

    def press_again_with_another_sum(self) -> None:
        if self.presses:
            press = self.chance.choice(self.presses)
            other = replace(press.taking, expected_fen=press.taking.expected_fen + 1)
            self.refused("前后不一致", other, key=press.key, desk=press.desk)

    def pay_a_stale_sum(self) -> None:
        if bills := self.some_bills():
            taking = self.asked(bills)
            stale = taking.expected_fen + self.chance.choice([-1, 1, 10_000])
            self.refused("应收金额已变为", replace(taking, expected_fen=stale))

    def pay_more_than_is_owed(self) -> None:
        if bills := self.some_bills():
            taking = self.asked(bills)
            self.refused("不在 0.01 至", replace(taking, settle_fen=taking.expected_fen + 1))

    def pay_what_is_paid(self) -> None:
        settled = [
            p for p in self.presses if any(not self.model.bills[b].open for b in p.taking.bill_ids)
        ]
        if settled:
            self.refused("已经收过", self.chance.choice(settled).taking)

    def pay_for_a_stranger(self) -> None:
        """Ask for a unit's bill under the name of a unit of another household."""
        if bills := self.some_bills():
            home = bills[0].unit_id
            others = self.model.areas.keys() - {home, self.model.sister.get(home)}
            if others:
                stranger = self.chance.choice(sorted(others))
                self.refused("已经收过", replace(self.asked(bills), unit_id=stranger))

    def use_a_reference_again(self) -> None:
        """A number that paid before pays again only where the clerk says that it rightly does."""
        bills = self.some_bills()
        used = [
            tender
            for press in self.presses
            if press.taken.stands
            for tender in press.taking.tenders
            if tender.reference
        ]
        if bills and used:
            reused = self.chance.choice(used)
            taking = self.asked(bills)
            tender = replace(reused, amount_fen=taking.expected_fen)
            taking = replace(taking, tenders=(tender,))
            self.refused("已经用来收过", taking)
            self.press(replace(taking, again=True), bills)

    def break_off_a_payment(self) -> None:
        """Fail after a step of a payment, then press again with the same key."""
        if not (bills := self.some_bills()):
            return
        taking, desk, key = self.asked(bills), self.chance.choice(self.desks), self.key()
        name = self.chance.choice(STEPS_OF_A_PAYMENT)
        whole = getattr(actions, name)

        def broken_off(*words: Any, **named: Any) -> None:
            whole(*words, **named)
            raise ConnectionError

        setattr(actions, name, broken_off)
        try:
            self.take(key, desk, taking)
            raise AssertionError(f"{name} did not break off")
        except ConnectionError:
            self.compare()
        finally:
            setattr(actions, name, whole)
        self.press(taking, bills, key=key, desk=desk)

    def pay_on_a_closed_day(self) -> None:
        if self.model.closed and (bills := self.some_bills()):
            days = self.chance.randrange(1, len(self.model.closed) + 1)
            self.office.man(self.desks[0], self.now)
            at = self.now - timedelta(days=days)
            self.refused("已日结", self.asked(bills), desk=self.desks[0], at=at)

    def take_back(self) -> None:
        """Take a receipt back, today's or an earlier day's; not what has been spent since, and not twice."""
        if not self.model.taken:
            return
        taken = self.chance.choice(self.model.taken)
        desk = self.a_manned_desk()
        kept = {unit: fen for unit, fen in taken.left.items() if fen > 0}
        if not taken.stands:
            why = "已经作废或红冲过"
        elif any(self.model.left[unit] < fen for unit, fen in kept.items()):
            why = "已用掉一部分"
        else:
            self._give_back(taken, desk)
            self.model.take_back(taken, desk.pk)
            return
        try:
            self._give_back(taken, desk)
        except Refused as refused:
            assert why in refused.refusal.reason
        else:
            raise AssertionError(f"taken back, not refused: {why}")

    def _give_back(self, taken: Taken, desk: Desk) -> None:
        self.office.take_back(taken.receipt, desk=desk, at=self.now)

    def asked(
        self,
        bills: Sequence[Bill],
        *,
        unit: int | None = None,
        settle: int | None = None,
        over: int = 0,
        drawn: int = 0,
    ) -> Taking:
        """Return what the clerk asks for: ``settle`` of the bills and ``over`` to keep, ``drawn`` from prepayments."""
        total = sum(bill.open_fen for bill in bills)
        settle = total if settle is None else settle
        tenders = [Tender(Method.PREPAYMENT, drawn)] if drawn else []
        due = settle + over - drawn
        for method in self.chance.sample(list(ACCOUNTS), self.chance.choice([1, 1, 1, 2, 3])):
            if due > 1:
                fen = self.chance.randint(1, due - 1)
                tenders.append(self._tender(method, fen))
                due -= fen
        if due:
            unused = [m for m in ACCOUNTS if all(t.method is not m for t in tenders)]
            tenders.append(self._tender(self.chance.choice(unused), due))
        return Taking(
            unit_id=unit or bills[0].unit_id,
            bill_ids=tuple(bill.pk for bill in bills),
            expected_fen=total,
            settle_fen=None if settle == total else settle,
            prepay_fen=over,
            tenders=tuple(tenders),
            payer_name="张素珍",
            payer_capacity="业主",
        )

    def _tender(self, method: Method, fen: int) -> Tender:
        if method is Method.CASH:
            return Tender(method, fen, tendered_fen=fen + self.chance.randrange(10_000))
        return Tender(method, fen, reference=f"{self.chance.getrandbits(60)}")

    def left_at(self, unit: int) -> int:
        """Return what the unit's household has left."""
        sister = self.model.sister.get(unit)
        return self.model.left[unit] + (self.model.left[sister] if sister else 0)

    def key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))

    def press(
        self,
        taking: Taking,
        bills: Sequence[Bill],
        *,
        key: UUID | None = None,
        desk: Desk | None = None,
    ) -> None:
        """Take the money, and tell the model where it went: the oldest bills first, the unit's own prepayment first."""
        key, desk = key or self.key(), desk or self.chance.choice(self.desks)
        receipt = self.take(key, desk, taking)
        rest = taking.expected_fen if taking.settle_fen is None else taking.settle_fen
        shares = {}
        for bill in sorted(bills, key=lambda bill: (bill.due_on, bill.pk)):
            if fen := min(rest, self.model.bills[bill.pk].open):
                shares[bill.pk] = fen
                rest -= fen
        money = Counter(
            {ACCOUNTS[t.method]: t.amount_fen for t in taking.tenders if t.method in ACCOUNTS}
        )
        left = Counter({taking.unit_id: taking.prepay_fen} if taking.prepay_fen else {})
        drawn = sum(t.amount_fen for t in taking.tenders if t.method is Method.PREPAYMENT)
        for unit in [taking.unit_id, self.model.sister.get(taking.unit_id)]:
            if unit and (fen := min(drawn, self.model.left[unit])):
                left[unit] -= fen
                drawn -= fen
        taken = Taken(receipt, desk.pk, business_date(self.now), shares, money, left)
        self.model.pay(taken)
        numbers = self.model.numbers.setdefault(desk.pk, [])
        numbers.append(numbers[-1] + 1 if numbers else desk.first_number)
        assert receipt.number == numbers[-1]
        self.presses.append(Press(key, desk, taking, taken))

    def take(self, key: UUID, desk: Desk, taking: Taking, at: datetime | None = None) -> Receipt:
        self.office.man(desk, at or self.now)
        return take_payment(
            community=self.office.community,
            desk=desk,
            taking=taking,
            key=key,
            by=self.office.cashier,
            at=at or self.now,
        )

    def refused(
        self,
        why: str,
        taking: Taking,
        *,
        key: UUID | None = None,
        desk: Desk | None = None,
        at: datetime | None = None,
    ) -> None:
        try:
            self.take(key or self.key(), desk or self.desks[0], taking, at)
        except Refused as refused:
            assert why in refused.refusal.reason
        else:
            raise AssertionError(f"taken, not refused: {why}")
