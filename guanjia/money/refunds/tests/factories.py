"""Refunds of prepayments and deposits in a few words: asked for by a clerk, approved by the director, paid by the cashier."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.estate.models import Unit
from guanjia.money.deposits.tests.factories import held_by
from guanjia.money.payments.models import Desk, Receipt
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking
from guanjia.money.payments.tests.factories import Office
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.actions import approve_refund, pay_refund, request_refund
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.rules import Asking, Deducting
from guanjia.money.tariffs.models import ChargeItem


def leave(office: Office, unit: Unit, fen: int = 500_00) -> Receipt:
    """Take cash for the unit's bills to come."""
    taking = Taking(
        unit_id=unit.pk,
        prepay_fen=fen,
        tenders=(Tender(Method.CASH, fen, fen),),
        payer_name="张素珍",
        payer_capacity="业主",
    )
    return office.take(taking)


def asking(receipt: Receipt, fen: int = 200_00, **changes: Any) -> Asking:
    """Return what a customer asks for who hands the receipt back; ``changes`` alter it."""
    words = Asking(
        amount_fen=fen,
        method=Method.CASH,
        reason="搬走，不再预存",
        payee_name="张素珍",
        receipts=(receipt.full_number,),
    )
    return replace(words, **changes)


def ask(office: Office, receipt: Receipt, fen: int = 200_00, **changes: Any) -> Refund:
    """Ask for part of what the receipt left, in a clerk's name."""
    by = changes.pop("by", None) or make_user(community=office.community, role=Role.CLERK)
    key, at = changes.pop("key", None) or uuid4(), changes.pop("at", MORNING)
    return request_refund(
        source=prepayment_by(receipt),
        asking=asking(receipt, fen, **changes),
        key=key,
        by=by,
        at=at,
    )


def asking_deposit(receipt: Receipt, fen: int = 2_000_00, **changes: Any) -> Asking:
    """Return what a customer asks for whose fit-out was looked over; ``changes`` alter it."""
    checked = {"checked_on": MORNING.date(), "check_paper": "装修竣工验收单"}
    return asking(receipt, fen, **{"reason": "装修完工", **checked, **changes})


def keep(office: Office, fen: int = 350_00, item: ChargeItem | None = None) -> dict[str, Any]:
    """Return what is changed of the asking where the office keeps ``fen`` of it for a damaged wall."""
    line = Deducting((item or office.item).pk, fen, "电梯厅墙面划伤修补")
    return {"deductions": (line,), "consent": "扣款确认单，11 月 23 日客户签字"}


def ask_deposit(office: Office, receipt: Receipt, fen: int = 2_000_00, **changes: Any) -> Refund:
    """Ask for the deposit that the receipt took, in a clerk's name."""
    by = changes.pop("by", None) or make_user(community=office.community, role=Role.CLERK)
    key, scan = changes.pop("key", None) or uuid4(), changes.pop("scan", None)
    return request_refund(
        source=held_by(receipt),
        asking=asking_deposit(receipt, fen, **changes),
        scan=scan,
        key=key,
        by=by,
        at=MORNING,
    )


def approve(refund: Refund, by: User | None = None) -> Refund:
    """Approve it as a director."""
    director = by or make_user(community=refund.community, role=Role.DIRECTOR)
    return approve_refund(refund=refund, by=director, at=MORNING)


def pay(
    office: Office,
    refund: Refund,
    *,
    desk: Desk | None = None,
    reference: str = "",
    key: UUID | None = None,
    by: User | None = None,
    at: datetime = MORNING,
) -> Voucher:
    """Pay it in cash at the office's desk, or by a transfer with its reference."""
    if not reference:
        desk = desk or office.desk
        office.man(desk, at)
    return pay_refund(
        refund=refund,
        desk=desk,
        reference=reference,
        key=key or uuid4(),
        by=by or office.cashier,
        at=at,
    )


def paid_back(office: Office, unit: Unit, fen: int = 200_00) -> Voucher:
    """Leave money, ask for some of it and have it paid."""
    return pay(office, approve(ask(office, leave(office, unit), fen)))


def prepayment_by(receipt: Receipt) -> Prepayment:
    """Return where the receipt's payment left its money."""
    return Prepayment.objects.get(
        community=receipt.community, movements__entry=receipt.payment.entry_id
    )
