"""The evening before today: two households leave money, one is given some back, another asks for it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from guanjia.core.calendar import SHANGHAI
from guanjia.demo.drawers import Drawers
from guanjia.demo.office import DIRECTOR, Office
from guanjia.demo.register import SHOWN, Home
from guanjia.demo.team import CLERK
from guanjia.estate.states import UnitKind
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.actions import approve_refund, pay_refund, request_refund
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.rules import Asking

_LEFT_FEN, _BACK_FEN = 1_000_00, 300_00
_EVENING = time(17, 20)


@dataclass(frozen=True, slots=True)
class GivingBack:
    """Does all of it at the first desk, by the office's own actions."""

    office: Office
    drawers: Drawers
    rng: Random

    def live(self, homes: list[Home], today: date) -> None:
        """Choose two lived-in flats, and have their people come."""
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
        approve_refund(refund=paid, by=self.office.users[DIRECTOR], at=at + timedelta(minutes=10))
        pay_refund(
            refund=paid,
            desk=self.office.desks[0],
            key=self._key(),
            by=self.office.cashiers[0],
            at=at + timedelta(minutes=12),
        )

    def _leave(self, home: Home, at: datetime) -> Receipt:
        name, capacity = home.payers[0]
        return take_payment(
            community=self.office.community,
            desk=self.office.desks[0],
            taking=Taking(
                unit_id=home.main.pk,
                prepay_fen=_LEFT_FEN,
                tenders=(Tender(Method.CASH, _LEFT_FEN, tendered_fen=_LEFT_FEN),),
                payer_name=name,
                payer_capacity=capacity.label,
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
