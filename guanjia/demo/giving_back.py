"""The evening before today: money is left ahead and deposits are taken, and some of both is given back or asked for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from guanjia.core.calendar import SHANGHAI, business_date
from guanjia.demo.drawers import Drawers
from guanjia.demo.office import DIRECTOR, Office
from guanjia.demo.register import SHOWN, Home
from guanjia.demo.team import CLERK
from guanjia.estate.states import UnitKind
from guanjia.money.deposits.models import DepositKind, HeldDeposit
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Deposit, Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.actions import (
    approve_refund,
    pay_refund,
    refuse_refund,
    request_refund,
    withdraw_refund,
)
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.rules import Asking, Deducting
from guanjia.money.tariffs.models import ChargeItem

_LEFT_FEN, _BACK_FEN = 1_000_00, 300_00
_DEPOSIT_FEN, _KEPT_FEN = 2_000_00, 350_00
_EVENING = time(17, 20)


@dataclass(frozen=True, slots=True)
class GivingBack:
    """Does all of it at the first desk, by the office's own actions."""

    office: Office
    drawers: Drawers
    rng: Random

    def live(self, homes: list[Home], today: date) -> None:
        """Choose lived-in flats, and have their people come."""
        flats = [
            home
            for home in homes
            if home.main.kind == UnitKind.DWELLING
            and not home.is_developers
            and home.main.number != SHOWN
        ]
        yesterday = today - timedelta(days=1)
        at = datetime.combine(yesterday, _EVENING, tzinfo=SHANGHAI)
        self.drawers.reach(yesterday)
        self.drawers.man(0, at)
        # The second one is left for the director to look at.
        paid, *_ = [self._ask(home, self._leave(home, at), at) for home in flats[:2]]
        self._pay(self._approve(paid, at), at)
        self._give_deposits_back(flats[2:7], at)

    def _give_deposits_back(self, homes: list[Home], at: datetime) -> None:
        """Have fit-out deposits asked for, one in each state: paid less a deduction, approved, asked, refused, withdrawn."""
        paid, approved, _, refused, withdrawn = [
            self._ask_deposit(home, self._hold(home, at), at, is_less=not place)
            for place, home in enumerate(homes)
        ]
        self._pay(self._approve(paid, at), at)
        self._approve(approved, at)
        later = at + timedelta(minutes=15)
        director, clerk = self.office.users[DIRECTOR], self.office.users[CLERK]
        refuse_refund(refund=refused, reason="验收单没有工程部签字", by=director, at=later)
        withdraw_refund(refund=withdrawn, reason="业主还要封阳台，完工再退", by=clerk, at=later)

    def _approve(self, refund: Refund, at: datetime) -> Refund:
        director = self.office.users[DIRECTOR]
        return approve_refund(refund=refund, by=director, at=at + timedelta(minutes=10))

    def _pay(self, refund: Refund, at: datetime) -> None:
        pay_refund(
            refund=refund,
            desk=self.office.desks[0],
            key=self._key(),
            by=self.office.cashiers[0],
            at=at + timedelta(minutes=12),
        )

    def _hold(self, home: Home, at: datetime) -> Receipt:
        kind = DepositKind.objects.get(community=self.office.community, name="装修押金")
        return self._take(home, at, _DEPOSIT_FEN, deposits=(Deposit(kind.pk, _DEPOSIT_FEN),))

    def _ask_deposit(self, home: Home, receipt: Receipt, at: datetime, *, is_less: bool) -> Refund:
        community = self.office.community
        item = ChargeItem.objects.filter(community=community, is_agency=False).earliest("pk")
        line = Deducting(item.pk, _KEPT_FEN, "电梯厅墙面划伤修补")
        agreed: dict[str, Any] = (
            {"deductions": (line,), "consent": "扣款确认单，业主当日签字"} if is_less else {}
        )
        return request_refund(
            source=HeldDeposit.objects.get(community=community, entry=receipt.payment.entry_id),
            asking=Asking(
                amount_fen=_DEPOSIT_FEN,
                method=Method.CASH,
                reason="装修完工",
                payee_name=home.payers[0][0],
                receipts=(receipt.full_number,),
                checked_on=business_date(at),
                check_paper="装修竣工验收单",
                **agreed,
            ),
            key=self._key(),
            by=self.office.users[CLERK],
            at=at + timedelta(minutes=5),
        )

    def _leave(self, home: Home, at: datetime) -> Receipt:
        return self._take(home, at, _LEFT_FEN, prepay_fen=_LEFT_FEN)

    def _take(self, home: Home, at: datetime, fen: int, **what: Any) -> Receipt:
        name, capacity = home.payers[0]
        return take_payment(
            community=self.office.community,
            desk=self.office.desks[0],
            taking=Taking(
                unit_id=home.main.pk,
                tenders=(Tender(Method.CASH, fen, tendered_fen=fen),),
                payer_name=name,
                payer_capacity=capacity.label,
                **what,
            ),
            key=self._key(),
            by=self.office.cashiers[0],
            at=at,
        )

    def _ask(self, home: Home, receipt: Receipt, at: datetime) -> Refund:
        name, _ = home.payers[0]
        return request_refund(
            source=Prepayment.objects.get(
                community=self.office.community, movements__entry=receipt.payment.entry_id
            ),
            asking=Asking(
                amount_fen=_BACK_FEN,
                method=Method.CASH,
                reason="多存了",
                payee_name=name,
                receipts=(receipt.full_number,),
            ),
            key=self._key(),
            by=self.office.users[CLERK],
            at=at + timedelta(minutes=5),
        )

    def _key(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)
