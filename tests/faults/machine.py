"""An office worked at random, beside a model of it in a few dictionaries; after every step the two are compared."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Sum

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import Month, business_date
from guanjia.core.refusal import Refused
from guanjia.money.audit.checks import audit
from guanjia.money.bills.actions import cancel_bill, reduce_bill, round_off
from guanjia.money.bills.models import IS_OPEN, Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.ledger.models import ClosedDay, EntryLine
from guanjia.money.payments import taking as actions
from guanjia.money.payments.models import Desk, Receipt
from guanjia.money.payments.rules import Method
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.payments.tests.factories import NEW_YEAR, Office, cash_for, make_office
from guanjia.money.tariffs.actions import Price, publish_version
from guanjia.money.tariffs.rules import Basis
from tests.faults.drawers import DrawerActs

FEN = Decimal("0.01")
JANUARY = Month.of(NEW_YEAR)
INCOME, RECEIVABLE, REDUCTION = 6001, 1122, 600101
ACCOUNTS = {
    Method.CASH: 1001,
    Method.TRANSFER: 1002,
    Method.POS: 101201,
    Method.STATIC_CODE: 101202,
}
STEPS_OF_A_PAYMENT = ("claim_request", "_lock_bills", "write_payment")


@dataclass
class Model:
    """What the books should say; amounts in fen."""

    areas: dict[int, Decimal] = field(default_factory=dict)  # by unit
    prices: dict[date, Decimal] = field(default_factory=dict)  # by first day
    owed: dict[tuple[int, date], int] = field(default_factory=dict)  # by unit and first day
    paid: set[tuple[int, date]] = field(default_factory=set)
    reduced: Counter[tuple[int, date]] = field(default_factory=Counter)
    cancelled: Counter[tuple[int, date, int]] = field(default_factory=Counter)  # with its amount
    accounts: Counter[int] = field(default_factory=Counter)
    numbers: dict[int, list[int]] = field(default_factory=dict)  # receipts by desk, in order
    closed: set[date] = field(default_factory=set)

    def price_on(self, day: date) -> Decimal:
        return self.prices[max(first for first in self.prices if first <= day)]

    def bill(self, month: Month) -> tuple[int, int]:
        """Return how many bills a run of the month makes, and their sum."""
        made = {
            (unit, month.first): int(
                (area * self.price_on(month.first)).quantize(FEN, ROUND_HALF_UP) * 100
            )
            for unit, area in self.areas.items()
            if (unit, month.first) not in self.owed
        }
        self.owed |= made
        total = sum(made.values())
        self.accounts[RECEIVABLE] += total
        self.accounts[INCOME] -= total
        return len(made), total


class Machine(DrawerActs):
    """One office and its model; ``step`` does one thing to both and compares them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a test's dice
        self.office: Office = make_office()
        self.model = Model(prices={NEW_YEAR: Decimal("2.40")})
        self.now = MORNING
        self.last_month = JANUARY
        self.desks = [self.office.desk]
        self.presses: list[tuple[UUID, Desk, Taking, Receipt]] = []
        self.log: list[str] = []
        self.acts = {
            self.new_unit: 3,
            self.run_a_month: 4,
            self.pay: 12,
            self.press_again: 4,
            self.press_again_with_another_sum: 2,
            self.pay_a_stale_sum: 3,
            self.pay_what_is_paid: 3,
            self.pay_for_a_stranger: 2,
            self.break_off_a_payment: 3,
            self.change_the_price: 2,
            self.waive: 3,
            self.round_off: 3,
            self.cancel: 3,
            self.cancel_what_is_paid: 2,
            self.open_a_desk: 1,
            self.hand_over_a_shift: 2,
            self.take_to_the_bank: 2,
            self.close_the_day: 1,
            self.pay_on_a_closed_day: 2,
        }

    def step(self) -> None:
        """Do one thing, drawn by weight, and compare."""
        (act,) = self.chance.choices(list(self.acts), list(self.acts.values()))
        self.log.append(act.__name__)
        act()
        self.compare()

    def compare(self) -> None:
        """Find bills, balances, receipts and counters as the model has them."""
        community = self.office.community
        rows = Bill.objects.filter(community=community).values_list(
            "unit_id", "period_first", "amount_fen", "paid_fen", "reduced_fen"
        )
        expected = Counter(
            (*key, fen, fen - self.model.reduced[key] if key in self.model.paid else 0, off)
            for key, fen in self.model.owed.items()
            for off in [self.model.reduced[key]]
        )
        for (unit, first, fen), times in self.model.cancelled.items():
            expected[unit, first, fen, 0, fen] += times
        assert Counter(rows) == expected
        sums = EntryLine.objects.filter(community=community).values_list("account")
        balances = {account: fen for account, fen in self.model.accounts.items() if fen}
        assert {a: fen for a, fen in sums.annotate(fen=Sum("amount_fen")) if fen} == balances
        numbers: dict[int, list[int]] = {}
        for desk, number in (
            Receipt.objects.filter(community=community).order_by("id").values_list("desk", "number")
        ):
            numbers.setdefault(desk, []).append(number)
        assert numbers == self.model.numbers

    def audit(self) -> None:
        """Find every law kept."""
        with transaction.atomic():
            assert [v for v in audit(self.office.community) if v.count] == []

    def new_unit(self) -> None:
        area = Decimal(self.chance.randrange(1_000, 30_000)).scaleb(-2)
        self.model.areas[self.office.unit(str(area)).pk] = area

    def run_a_month(self) -> None:
        """Run the next month, or once more one of those before."""
        month = self.chance.choice([self.last_month + 1, self.last_month, JANUARY])
        if month - Month.of(business_date(self.now)) > 1:
            with pytest.raises(Refused, match="还早"):
                self.office.bill(str(month), at=self.now)
            return
        self.last_month = max(self.last_month, month)
        (batch,) = self.office.bill(str(month), at=self.now)
        assert (batch.bill_count, batch.total_fen) == self.model.bill(month)

    def pay(self) -> None:
        if bills := self.some_bills():
            taking, desk, key = self.taking(bills), self.chance.choice(self.desks), self.key()
            receipt = self.take(key, desk, taking)
            self.presses.append((key, desk, taking, receipt))
            self.expect_paid(bills, taking.tenders[0].method, desk)
            assert receipt.number == self.model.numbers[desk.pk][-1]

    def press_again(self) -> None:
        if self.presses:
            key, desk, taking, receipt = self.chance.choice(self.presses)
            assert self.take(key, desk, taking) == receipt

    def press_again_with_another_sum(self) -> None:
        if self.presses:
            key, desk, taking, _ = self.chance.choice(self.presses)
            self.refused(
                "前后不一致", key, desk, replace(taking, expected_fen=taking.expected_fen + 1)
            )

    def pay_a_stale_sum(self) -> None:
        if bills := self.some_bills():
            taking = self.taking(bills)
            stale = taking.expected_fen + self.chance.choice([-1, 1, 10_000])
            self.refused(
                "应收金额已变为", self.key(), self.desks[0], replace(taking, expected_fen=stale)
            )

    def pay_what_is_paid(self) -> None:
        if self.presses:
            _, desk, taking, _ = self.chance.choice(self.presses)
            self.refused("已经收过", self.key(), desk, taking)

    def pay_for_a_stranger(self) -> None:
        """Ask for a unit's bill under another unit's name."""
        bills = self.some_bills()
        if bills and (others := [unit for unit in self.model.areas if unit != bills[0].unit_id]):
            taking = replace(self.taking(bills), unit_id=self.chance.choice(others))
            self.refused("已经收过", self.key(), self.desks[0], taking)

    def break_off_a_payment(self) -> None:
        """Fail after a step of a payment, then press again with the same key."""
        if not (bills := self.some_bills()):
            return
        taking, desk, key = self.taking(bills), self.chance.choice(self.desks), self.key()
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
        self.presses.append((key, desk, taking, self.take(key, desk, taking)))
        self.expect_paid(bills, taking.tenders[0].method, desk)

    def change_the_price(self) -> None:
        """Publish a price for a month that no run has reached."""
        first = (self.last_month + self.chance.choice([1, 2, 3])).first
        price = Decimal(self.chance.randrange(5_000, 90_000)).scaleb(-4)
        try:
            publish_version(
                tariff=self.office.tariff,
                price=Price(Basis.GROSS_AREA, price),
                effective_from=first,
                evidence="业主大会决议",
                by=self.office.cashier,
                at=self.now,
            )
        except Refused:
            assert first in self.model.prices
        else:
            assert first not in self.model.prices
            self.model.prices[first] = price

    def waive(self) -> None:
        if bills := self.some_bills():
            bill = self.chance.choice(bills)
            off = self.chance.choice([1, bill.open_fen // 2 or 1, bill.open_fen])
            reduce_bill(
                bill=bill,
                kind=AdjustmentKind.WAIVER,
                amount_fen=off,
                reason="停水",
                by=self.office.cashier,
                at=self.now,
            )
            self.expect_reduced(bill, off)

    def round_off(self) -> None:
        """Round off a household's bills, or hear that there is nothing to round."""
        if not (bills := self.some_bills()):
            return
        total = sum(bill.open_fen for bill in bills)
        try:
            made = round_off(
                community=self.office.community,
                bill_ids=[bill.pk for bill in bills],
                expected_fen=total,
                by=self.office.cashier,
                at=self.now,
            )
        except Refused as refused:
            largest = max(bill.open_fen for bill in bills)
            assert total % 100 in {0, total} or largest < total % 100, refused
        else:
            (bill,) = (bill for bill in bills if bill.pk == made.bill_id)
            assert made.amount_fen == total % 100
            self.expect_reduced(bill, made.amount_fen)

    def cancel(self) -> None:
        """Take a bill back; a later run of its month issues it again."""
        if bills := self.some_bills():
            bill = self.chance.choice(bills)
            key = (bill.unit_id, bill.period_first)
            cancel_bill(bill=bill, reason="出错", by=self.office.cashier, at=self.now)
            left = self.model.owed.pop(key) - self.model.reduced.pop(key, 0)
            self.model.cancelled[(*key, bill.amount_fen)] += 1
            self.model.accounts[RECEIVABLE] -= left
            self.model.accounts[INCOME] += left

    def cancel_what_is_paid(self) -> None:
        paid = Bill.objects.filter(community=self.office.community, paid_fen__gt=0)
        if bills := list(paid.order_by("pk")):
            bill = self.chance.choice(bills)
            try:
                cancel_bill(bill=bill, reason="出错", by=self.office.cashier, at=self.now)
            except Refused as refused:
                assert "不能撤销" in refused.refusal.reason
            else:
                raise AssertionError("cancelled, not refused")

    def open_a_desk(self) -> None:
        n = len(self.desks)
        desk = Desk.objects.create(
            community=self.office.community,
            name=f"前台{n}",
            prefix=f"D{n}",
            first_number=self.chance.randrange(1, 9_000),
        )
        self.desks.append(desk)

    def close_the_day(self) -> None:
        today = business_date(self.now)
        ClosedDay.objects.create(
            community=self.office.community, business_date=today, by=self.office.cashier
        )
        self.model.closed.add(today)
        self.now += timedelta(days=1)

    def pay_on_a_closed_day(self) -> None:
        if self.model.closed and (bills := self.some_bills()):
            days = self.chance.randrange(1, len(self.model.closed) + 1)
            at = self.now - timedelta(days=days)
            self.refused("已日结", self.key(), self.desks[0], self.taking(bills), at=at)

    def some_bills(self) -> list[Bill]:
        """Return open bills of one unit, at random."""
        still = Bill.objects.filter(IS_OPEN, community=self.office.community)
        units = sorted(set(still.values_list("unit_id", flat=True)))
        assert set(units) == {
            unit
            for (unit, first), fen in self.model.owed.items()
            if (unit, first) not in self.model.paid and fen > self.model.reduced[unit, first]
        }
        if not units:
            return []
        unit = self.chance.choice(units)
        bills = list(Bill.objects.open_of(self.office.community, [unit]))
        return self.chance.sample(bills, self.chance.randint(1, len(bills)))

    def taking(self, bills: list[Bill]) -> Taking:
        method = self.chance.choice(list(ACCOUNTS))
        if method == Method.CASH:
            taking = cash_for(bills)
            more = self.chance.randrange(10_000)
            return cash_for(bills, tendered_fen=taking.expected_fen + more)
        reference = f"{self.chance.getrandbits(60)}"
        return cash_for(bills, method=method, tendered_fen=None, reference=reference)

    def key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))

    def take(self, key: UUID, desk: Desk, taking: Taking, at: Any = None) -> Receipt:
        self.office.man(desk, at or self.now)
        return take_payment(
            community=self.office.community,
            desk=desk,
            taking=taking,
            key=key,
            by=self.office.cashier,
            at=at or self.now,
        )

    def refused(self, why: str, key: UUID, desk: Desk, taking: Taking, at: Any = None) -> None:
        try:
            self.take(key, desk, taking, at)
        except Refused as refused:
            assert why in refused.refusal.reason
        else:
            raise AssertionError(f"taken, not refused: {why}")

    def expect_reduced(self, bill: Bill, fen: int) -> None:
        self.model.reduced[bill.unit_id, bill.period_first] += fen
        self.model.accounts[RECEIVABLE] -= fen
        self.model.accounts[REDUCTION] += fen

    def expect_paid(self, bills: list[Bill], method: Method, desk: Desk) -> None:
        self.model.paid |= {(bill.unit_id, bill.period_first) for bill in bills}
        total = sum(bill.open_fen for bill in bills)
        self.model.accounts[ACCOUNTS[method]] += total
        self.model.accounts[RECEIVABLE] -= total
        numbers = self.model.numbers.setdefault(desk.pk, [])
        numbers.append(numbers[-1] + 1 if numbers else desk.first_number)
