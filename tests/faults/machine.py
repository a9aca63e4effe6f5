"""An office worked at random, beside a model of it in a few dictionaries; after every step the two are compared."""

import random
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.calendar import Month, business_date
from guanjia.core.refusal import Refused
from guanjia.estate.models import Household, Unit
from guanjia.estate.tests.factories import make_party, make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.bills.actions import Charging, add_charge, cancel_bill, reduce_bill, round_off
from guanjia.money.bills.models import IS_OPEN, Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.payments.models import Desk
from guanjia.money.payments.tests.factories import NEW_YEAR, Office, make_office
from guanjia.money.prepayments.actions import transfer_prepayment
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.tariffs.actions import Price, publish_version
from guanjia.money.tariffs.models import ChargeItem
from guanjia.money.tariffs.rules import Basis
from tests.faults.books import Books
from tests.faults.holding import HoldingActs
from tests.faults.model import Model

JANUARY = Month.of(NEW_YEAR)
MOST_DESKS = 6


class Machine(HoldingActs):
    """One office and its model; ``step`` does one thing to both and compares them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a test's dice
        self.office: Office = make_office()
        self.colleague = make_user(community=self.office.community, role=Role.FINANCE)
        self.clerk = make_user(community=self.office.community, role=Role.CLERK)
        self.extra = ChargeItem.objects.create(
            community=self.office.community, name="工本费", is_extra=True, extra_price=Decimal(20)
        )
        self.model = Model(prices={NEW_YEAR: Decimal("2.40")})
        self.books = Books(self.office.community)
        self.now = MORNING
        self.last_month = JANUARY
        self.desks = [self.office.desk]
        self.presses = []
        self.log: list[str] = []
        self.acts = {
            self.new_unit: 3,
            self.run_a_month: 4,
            self.charge_once: 2,
            self.change_the_price: 2,
            self.take_something_off: 3,
            self.round_off: 2,
            self.cancel: 3,
            self.cancel_what_is_paid: 2,
            self.pay: 14,
            self.leave_money: 4,
            self.draw: 6,
            self.draw_too_much: 2,
            self.move_money_to_the_other_unit: 3,
            self.press_again: 4,
            self.press_again_with_another_sum: 2,
            self.pay_a_stale_sum: 2,
            self.pay_more_than_is_owed: 2,
            self.pay_what_is_paid: 2,
            self.pay_for_a_stranger: 2,
            self.use_a_reference_again: 2,
            self.break_off_a_payment: 3,
            self.take_back: 6,
            self.hold_a_deposit: 4,
            self.give_a_deposit_back: 4,
            self.ask_for_more_than_is_held: 1,
            self.take_a_deposit_back: 2,
            self.open_a_desk: 1,
            self.hand_over_a_shift: 2,
            self.take_to_the_bank: 2,
            self.close_the_day: 1,
            self.open_a_day_again: 1,
            self.pay_on_a_closed_day: 2,
        }

    def step(self) -> None:
        """Do one thing, drawn by weight, and compare."""
        (act,) = self.chance.choices(list(self.acts), list(self.acts.values()))
        self.log.append(act.__name__)
        act()
        self.compare()

    def compare(self) -> None:
        """Find what the last step wrote, or should have written, as the model has it."""
        self.books.compare(self.model)

    def audit(self) -> None:
        """Find the whole of the books as the model has them, and every law kept."""
        self.books.compare_all(self.model)
        with transaction.atomic():
            assert [v for v in audit(self.office.community) if v.count] == []

    def new_unit(self) -> None:
        """Let a unit come: one by itself, with an owner or none known, or the second one of a household."""
        alone = self.model.areas.keys() - self.model.sister.keys()
        area = Decimal(self.chance.randrange(1_000, 30_000)).scaleb(-2)
        if alone and self.chance.random() < 0.4:
            first = Unit.objects.get(pk=self.chance.choice(sorted(alone)))
            unit = self.office.unit(str(area), household=first.household)
            self.model.sister |= {first.pk: unit.pk, unit.pk: first.pk}
            parties = [tenure.party for tenure in first.tenures.all()]
        else:
            home = Household.objects.create(community=self.office.community, name="张素珍")
            unit = self.office.unit(str(area), household=home)
            is_known = self.chance.random() < 0.7
            parties = [make_party(community=self.office.community)] if is_known else []
        for party in parties:
            make_tenure(unit=unit, party=party)
        self.model.areas[unit.pk] = area

    def run_a_month(self) -> None:
        """Run the next month, or once more one of those before."""
        month = self.chance.choice([self.last_month + 1, self.last_month, JANUARY])
        if month - Month.of(business_date(self.now)) > 1:
            with pytest.raises(Refused, match="还早"):
                self.office.bill(str(month), at=self.now)
            return
        self.last_month = max(self.last_month, month)
        batches = self.office.bill(str(month), at=self.now)
        made = sum(batch.bill_count for batch in batches), sum(batch.total_fen for batch in batches)
        assert made == self.model.bill(month)

    def charge_once(self) -> None:
        """Charge somebody by the piece, twice with one key."""
        if not self.model.areas:
            return
        unit, pieces = self.chance.choice(list(self.model.areas)), self.chance.randint(1, 9)
        charging = Charging(unit, self.extra.pk, Decimal(pieces), Decimal("12.505"))
        press = partial(
            add_charge,
            community=self.office.community,
            charging=charging,
            key=self.key(),
            by=self.office.cashier,
            at=self.now,
        )
        assert press() == press()
        fen = (pieces * 12_505 + 5) // 10
        self.model.charge(unit, business_date(self.now), fen)

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

    def take_something_off(self) -> None:
        """Discount, vacancy or waiver, up to all that is open; a fen more is refused."""
        if bills := self.some_bills():
            bill = self.chance.choice(bills)
            self.take_off(bill, self.chance.choice([1, bill.open_fen // 2 or 1, bill.open_fen]))
            bill.refresh_from_db()
            with pytest.raises(Refused, match="最多只能减"):
                self.take_off(bill, bill.open_fen + 1)

    def take_off(self, bill: Bill, fen: int) -> None:
        reduce_bill(
            bill=bill,
            kind=AdjustmentKind.WAIVER,
            amount_fen=fen,
            reason="停水",
            by=self.office.cashier,
            at=self.now,
        )
        self.model.reduce(bill.pk, fen)

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
            assert made.amount_fen == total % 100
            self.model.reduce(made.bill_id, made.amount_fen)

    def cancel(self) -> None:
        """Take a bill back, unless some of it was paid; a later run of its month issues it again."""
        if bills := self.some_bills():
            bill = self.chance.choice(bills)
            if bill.paid_fen:
                self._cannot_cancel(bill)
                return
            cancel_bill(bill=bill, reason="出错", by=self.office.cashier, at=self.now)
            self.model.cancel(bill.pk, by_run=bill.run_id is not None)

    def cancel_what_is_paid(self) -> None:
        if paid := [pk for pk, bill in self.model.bills.items() if bill.paid]:
            self._cannot_cancel(Bill.objects.get(pk=self.chance.choice(paid)))

    def _cannot_cancel(self, bill: Bill) -> None:
        with pytest.raises(Refused, match="不能撤销"):
            cancel_bill(bill=bill, reason="出错", by=self.office.cashier, at=self.now)

    def move_money_to_the_other_unit(self) -> None:
        """Move money within a household, all that is there or some; a fen more, or to strangers, is refused."""
        sources = [unit for unit, fen in self.model.left.items() if fen]
        if not sources:
            return
        unit = self.chance.choice(sources)
        left, sister = self.model.left[unit], self.model.sister.get(unit)
        to = sister or self.chance.choice(list(self.model.areas))
        fen = self.chance.choice([left, self.chance.randint(1, left), left + 1])
        try:
            transfer_prepayment(
                source=Prepayment.objects.get(unit=unit, balance_fen__gt=0),
                to=Unit.objects.get(pk=to),
                amount_fen=fen,
                reason="车位费用",
                key=self.key(),
                by=self.office.cashier,
                at=self.now,
            )
        except Refused as refused:
            assert fen > left or not sister, refused
        else:
            assert fen <= left
            assert sister
            self.model.left[unit] -= fen
            self.model.left[to] += fen

    def open_a_desk(self) -> None:
        n = len(self.desks)
        if n < MOST_DESKS:
            desk = Desk.objects.create(
                community=self.office.community,
                name=f"前台{n}",
                prefix=f"D{n}",
                first_number=self.chance.randrange(1, 9_000),
            )
            self.desks.append(desk)

    def some_bills(self, *, with_money: bool = False) -> list[Bill]:
        """Return open bills of one household at random, of one that has money left where asked."""
        still = Bill.objects.filter(IS_OPEN, community=self.office.community)
        units = list(still.order_by("unit_id").values_list("unit_id", flat=True).distinct())
        if with_money:
            units = [unit for unit in units if self.left_at(unit)]
        if not units:
            return []
        unit = self.chance.choice(units)
        home = [unit, *filter(None, [self.model.sister.get(unit)])]
        bills = list(Bill.objects.open_of(self.office.community, home))
        return self.chance.sample(bills, self.chance.randint(1, min(len(bills), 6)))
