"""The evening before today: a receipt voided, one of an earlier day reversed, invoices asked for, issued and taken back."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from guanjia.accounts.models import User
from guanjia.core.calendar import SHANGHAI
from guanjia.core.identity import organisation_check_digit
from guanjia.demo.drawers import Drawers
from guanjia.demo.office import DIRECTOR, Office
from guanjia.demo.register import SHOWN, Home
from guanjia.demo.team import CLERK
from guanjia.estate.states import UnitKind
from guanjia.money.bills.models import Bill
from guanjia.money.invoices.actions import (
    Issued,
    record_invoice,
    request_invoice,
    reverse_invoice,
)
from guanjia.money.invoices.models import Invoice
from guanjia.money.invoices.reads import uninvoiced
from guanjia.money.invoices.rules import Asking
from guanjia.money.invoices.states import TitleKind
from guanjia.money.invoices.taking_back import take_back
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment

_EVENING = time(17, 34)
_LOOK_BACK_DAYS = 120
_FLATS, _SHOPS, _WAITING = 4, 2, 2  # the newest receipts; how many finance has not issued yet
_CODE = "91900000MA0000001"  # of no place there is


@dataclass(frozen=True, slots=True)
class Correcting:
    """Does all of it at the first desk, by the office's own actions."""

    office: Office
    drawers: Drawers
    rng: Random

    def live(self, homes: list[Home], today: date) -> None:
        """Void one, reverse one, and invoice some of what stands."""
        yesterday = today - timedelta(days=1)
        at = datetime.combine(yesterday, _EVENING, tzinfo=SHANGHAI)
        self.drawers.reach(yesterday)
        self.drawers.man(0, at)
        self._void(homes, at)
        self._reverse(yesterday, at + timedelta(minutes=4))
        self._invoice(yesterday, at + timedelta(minutes=6))

    def _void(self, homes: list[Home], at: datetime) -> None:
        """Take a month by POS that came by code, void it and take it again."""
        for home in homes:
            bill = self._oldest_bill(home)
            if bill:
                receipt = self._pay(home, bill, Method.POS, at)
                cashier = self.office.cashiers[0]
                self._take_back(
                    receipt, "收款方式不对：应为收款码", at + timedelta(minutes=2), cashier
                )
                self._pay(home, bill, Method.STATIC_CODE, at + timedelta(minutes=3))
                return

    def _oldest_bill(self, home: Home) -> Bill | None:
        """Return what a lived-in flat's present owner owes first; the home that is shown keeps its debts."""
        if home.main.kind != UnitKind.DWELLING or home.is_developers or home.main.number == SHOWN:
            return None
        owed = Bill.objects.open_of(self.office.community, [home.main.pk])
        return owed.filter(period_first__gte=home.since).first()

    def _pay(self, home: Home, bill: Bill, method: Method, at: datetime) -> Receipt:
        name, capacity = home.payers[0]
        fen = bill.open_fen
        return take_payment(
            community=self.office.community,
            desk=self.office.desks[0],
            taking=Taking(
                unit_id=home.main.pk,
                bill_ids=(bill.pk,),
                expected_fen=fen,
                tenders=(Tender(method, fen, reference=self._digits(12)),),
                payer_name=name,
                payer_capacity=capacity.label,
            ),
            key=self._key(),
            by=self.office.cashiers[0],
            at=at,
        )

    def _reverse(self, yesterday: date, at: datetime) -> None:
        """Let the director reverse the latest transfer of an earlier day."""
        rows = Receipt.objects.filter(
            community=self.office.community,
            payment__business_date__lt=yesterday,
            payment__parts__method=Method.TRANSFER,
        )
        receipt = rows.select_related("desk", "payment").order_by("-pk").first()
        if receipt:
            self._take_back(receipt, "收错了户", at, self.office.users[DIRECTOR])

    def _take_back(self, receipt: Receipt, reason: str, at: datetime, by: User) -> None:
        take_back(
            receipt=receipt,
            desk=self.office.desks[0],
            reason=reason,
            copy_missing="",
            may_void=True,
            may_red=True,
            by=by,
            at=at,
        )

    def _invoice(self, yesterday: date, at: datetime) -> None:
        """Ask for the newest; issue all but some, and take the first of these back again."""
        since = yesterday - timedelta(days=_LOOK_BACK_DAYS)
        rows = uninvoiced(self.office.community, since, yesterday)
        shops = rows.filter(payment__unit__kind=UnitKind.SHOP)[:_SHOPS]
        flats = rows.filter(payment__unit__kind=UnitKind.DWELLING)[:_FLATS]
        asked = [self._ask(receipt, at) for receipt in (*flats, *shops)]
        issued = asked[_WAITING:]
        for invoice in issued:
            record_invoice(
                invoice=invoice,
                issued=Issued(
                    number=self._number(yesterday),
                    issued_on=yesterday,
                    amount_fen=invoice.amount_fen,
                ),
                by=self.office.accountant,
                at=at + timedelta(minutes=1),
            )
        for invoice in issued[:1]:
            reverse_invoice(
                invoice=invoice,
                number=self._number(yesterday),
                issued_on=yesterday,
                reason="抬头开错，客户要换单位抬头",
                by=self.office.accountant,
                at=at + timedelta(minutes=2),
            )

    def _ask(self, receipt: Receipt, at: datetime) -> Invoice:
        asking = Asking(title_kind=TitleKind.PERSON, title=receipt.payment.payer_name)
        if receipt.payment.unit.kind == UnitKind.SHOP:
            asking = Asking(
                title_kind=TitleKind.ORGANISATION,
                title="示例商贸有限公司",
                tax_number=_CODE + organisation_check_digit(_CODE),
                send_to="piao@example.com",
            )
        return request_invoice(
            receipts=[receipt], asking=asking, key=self._key(), by=self.office.users[CLERK], at=at
        )

    def _number(self, day: date) -> str:
        return f"{day:%y}90{self._digits(16)}"

    def _digits(self, count: int) -> str:
        return f"{self.rng.randrange(10**count):0{count}}"

    def _key(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)
