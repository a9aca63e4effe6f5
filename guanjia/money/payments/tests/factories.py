"""An office that bills and takes money, in a few words."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.calendar import Month, business_date
from guanjia.estate.models import Unit
from guanjia.estate.tests.factories import make_unit
from guanjia.money.bills.actions import Batch, Charging, add_charge, issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import join_shift
from guanjia.money.closing.tests.factories import at_work, the_shift
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.reversing import reverse_payment
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.tariffs.actions import Price, add_item, add_tariff, assign_tariff
from guanjia.money.tariffs.models import ChargeItem, Tariff
from guanjia.money.tariffs.rules import Basis

NEW_YEAR = date(2026, 1, 1)


@dataclass(frozen=True)
class Office:
    """A community with one item at 2.40 yuan per m² and month, a desk and its cashier."""

    community: Community
    cashier: User
    item: ChargeItem
    tariff: Tariff
    desk: Desk
    manned: dict[int, date] = field(default_factory=dict)  # the day of each desk's open shift

    def man(self, desk: Desk, at: datetime) -> None:
        """Have the cashier in an open shift at the desk; one of an earlier day is handed over first."""
        day = business_date(at)
        if self.manned.get(desk.pk, date.min) < day:
            at_work(desk, by=self.cashier, at=at)
            self.manned[desk.pk] = day

    def unit(self, area: str = "98.62", **fields: Any) -> Unit:
        """Return a unit that pays the tariff from New Year on."""
        unit = make_unit(community=self.community, gross_area=Decimal(area), **fields)
        assign_tariff(
            unit=unit, tariff=self.tariff, begins_on=NEW_YEAR, by=self.cashier, at=MORNING
        )
        return unit

    def bill(self, month: str = "2026-12", at: datetime = MORNING) -> list[Batch]:
        """Run the month."""
        run = Month.parse(month)
        return list(issue_bills(community=self.community, month=run, by=self.cashier, at=at))

    def charge(
        self,
        unit: Unit,
        *,
        quantity: str = "1",
        unit_price: str = "20",
        key: UUID | None = None,
        **asked: Any,
    ) -> Bill:
        """Charge the unit once, by the piece."""
        item, _ = ChargeItem.objects.get_or_create(
            community=self.community,
            name="工本费",
            defaults={"is_extra": True, "extra_price": Decimal(20)},
        )
        charging = Charging(
            unit_id=unit.pk,
            item_id=item.pk,
            quantity=Decimal(quantity),
            unit_price=Decimal(unit_price),
            **asked,
        )
        return add_charge(
            community=self.community,
            charging=charging,
            key=key or uuid4(),
            by=self.cashier,
            at=MORNING,
        )

    def owed(self, unit: Unit) -> list[Bill]:
        """Return the unit's open bills."""
        return list(Bill.objects.open_of(self.community, [unit.pk]))

    def pay(
        self,
        bills: list[Bill],
        *,
        desk: Desk | None = None,
        key: UUID | None = None,
        at: datetime = MORNING,
        tender: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Receipt:
        """Take cash for the bills; ``changes`` alter what is asked for, ``tender`` how it is paid."""
        taking = replace(cash_for(bills, **(tender or {})), **changes)
        return self.take(taking, desk=desk, key=key, at=at)

    def take(
        self,
        taking: Taking,
        *,
        desk: Desk | None = None,
        key: UUID | None = None,
        at: datetime = MORNING,
    ) -> Receipt:
        """Take what ``taking`` asks for, in a shift of that day."""
        desk = desk or self.desk
        self.man(desk, at)
        return take_payment(
            community=self.community,
            desk=desk,
            taking=taking,
            key=key or uuid4(),
            by=self.cashier,
            at=at,
        )

    def take_back(self, receipt: Receipt, *, at: datetime = MORNING, **changes: Any) -> Reversal:
        """Void the receipt, or reverse it where ``at`` is a later day."""
        words: dict[str, Any] = {"reason": "收错了户", "copy_missing": "", "desk": self.desk}
        words |= {"may_void": True, "may_red": True} | changes
        self.man(words["desk"], at)
        # A red one is somebody else's than who took the money; here a colleague in the same shift.
        today = business_date(at)
        by = (
            self.cashier
            if receipt.payment.business_date == today
            else self.colleague(words["desk"], at)
        )
        return reverse_payment(receipt=receipt, at=at, **{"by": by} | words)

    def colleague(self, desk: Desk, at: datetime) -> User:
        """Return somebody else in the desk's open shift."""
        other = make_user(community=self.community, role=Role.FINANCE)
        join_shift(shift=the_shift(desk), by=other, at=at)
        return other


def cash_for(bills: list[Bill], **tender: Any) -> Taking:
    """Return what the clerk asks for when a customer hands over the sum of ``bills``.

    ``tender`` alters how: another method with its reference, more cash.
    """
    total = sum(bill.open_fen for bill in bills)
    return Taking(
        unit_id=bills[0].unit_id,
        bill_ids=tuple(bill.pk for bill in bills),
        expected_fen=total,
        tenders=(replace(Tender(Method.CASH, total, tendered_fen=total), **tender),),
        payer_name="张素珍",
        payer_capacity="业主",
    )


def make_office(price: Price | None = None) -> Office:
    """Return an office whose first receipt is 7444."""
    community = make_community()
    cashier = make_user(community=community, role=Role.CASHIER)
    item = add_item(community=community, name="物业服务费", by=cashier, at=MORNING)
    tariff = add_tariff(
        item=item,
        name="高层住宅",
        price=price or Price(Basis.GROSS_AREA, Decimal("2.40")),
        effective_from=NEW_YEAR,
        evidence="前期物业服务合同第五条",
        by=cashier,
        at=MORNING,
    )
    desk = Desk.objects.create(community=community, name="前台一", first_number=7444)
    office = Office(community, cashier, item, tariff, desk)
    office.man(desk, MORNING)
    return office
