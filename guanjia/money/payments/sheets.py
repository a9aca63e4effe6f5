"""From a receipt in the books to the sheet that is printed."""

from collections.abc import Iterator
from datetime import datetime

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month, business_date
from guanjia.core.money import yuan
from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.payments.models import Allocation, Part, Payment, Receipt, Reversal
from guanjia.money.payments.receipt_pdf import PaidPart, ReceiptLine, ReceiptSheet
from guanjia.money.payments.rules import Method, ReversalKind

PREPAID_ITEM = "预存款"


def sheet_of(receipt: Receipt, *, nth: int, at: datetime) -> ReceiptSheet:
    """Return ``receipt`` as it is printed for the ``nth`` time, in three statements, and one for its deposits.

    Its desk and its payment's unit and cashier must be loaded.
    """
    payment, community = receipt.payment, receipt.community
    reversals = Reversal.objects.filter(community=community, payment=payment)
    kind = reversals.values_list("kind", flat=True).first()
    return ReceiptSheet(
        company=community.company.name,
        community=community.name,
        service_phone=community.service_phone,
        number=receipt.full_number,
        unit=payment.unit.number,
        payer=payment.payer_name,
        payer_role=payment.payer_capacity,
        printed_at=at,
        business_date=payment.business_date,
        lines=lines_of(receipt),
        total_fen=payment.amount_fen,
        parts=parts_of(receipt),
        cashier=payment.by.name,
        print_count=nth,
        practice=False,
        taken_back=ReversalKind(kind) if kind else None,
    )


def parts_of(receipt: Receipt) -> tuple[PaidPart, ...]:
    """Return how the receipt was paid."""
    parts = Part.objects.filter(community=receipt.community_id, payment=receipt.payment_id)
    return tuple(
        PaidPart(
            method=Method(part.method).label,
            amount_fen=part.amount_fen,
            tendered_fen=part.tendered_fen,
            reference=part.reference,
        )
        for part in parts.order_by("pk")
    )


def lines_of(receipt: Receipt) -> tuple[ReceiptLine, ...]:
    """Return what the receipt's payment settled, one line a bill, and what it left: a prepayment, deposits."""
    rows = Allocation.objects.filter(
        community=receipt.community_id, payment=receipt.payment_id
    ).select_related("bill__item", "bill__unit", "bill__tariff_version__tariff", "bill__extra__by")
    payment, own = receipt.payment, receipt.payment.unit_id
    settled = tuple(
        line_of(row.bill, row.amount_fen, own_unit=own)
        for row in rows.filter(amount_fen__gt=0).order_by(
            "bill__due_on", "bill__item__position", "bill"
        )
    )
    ahead = (prepaid_line(payment.prepaid_fen),) if payment.prepaid_fen else ()
    return (*settled, *ahead, *(_held_lines(payment) if payment.deposit_fen else ()))


def _held_lines(payment: Payment) -> Iterator[ReceiptLine]:
    rows = HeldDeposit.objects.filter(community=payment.community_id, entry=payment.entry_id)
    for held in rows.select_related("kind").order_by("pk"):
        yield deposit_line(held.kind.name, held.amount_fen, held.reference)


def line_of(bill: Bill, amount_fen: int, *, own_unit: int) -> ReceiptLine:
    """Return a bill's line on the receipt of ``own_unit``; what is paid in part says so."""
    why = explain(bill)
    return ReceiptLine(
        item=bill.item.name,
        period=why.period,
        basis=why.formula
        if amount_fen == bill.amount_fen
        else f"{why.formula}，应收 {yuan(bill.amount_fen)} 的一部分",
        amount_fen=amount_fen,
        unit_label="" if bill.unit_id == own_unit else bill.unit.number,
    )


def prepaid_line(fen: int) -> ReceiptLine:
    """Return the line of what was left for bills to come."""
    return ReceiptLine(item=PREPAID_ITEM, period="以后的账单", basis="", amount_fen=fen)


def deposit_line(kind: str, fen: int, reference: str) -> ReceiptLine:
    """Return the line of a deposit: what for, and that it is given back against this very receipt."""
    return ReceiptLine(
        item=kind,
        period="押金（非收入）",
        basis="凭本收据原件退还" + (f"；用途：{reference}" if reference else ""),
        amount_fen=fen,
        refundable=True,
    )


def practice_sheet(community: Community, *, cashier: str, at: datetime) -> ReceiptSheet:
    """Return a receipt of nobody's, without a number, to try a printer with."""
    day = business_date(at)
    month = Month.of(day)
    lines = tuple(
        ReceiptLine(
            item="物业服务费",
            period=str(month + step),
            basis="98.62 ㎡ × 2.40",
            amount_fen=236_69,
        )
        for step in (-2, -1, 0)
    )
    return ReceiptSheet(
        company=community.company.name,
        community=community.name,
        service_phone=community.service_phone,
        number="",
        unit="1-1-101",
        payer="练习",
        payer_role="",
        printed_at=at,
        business_date=day,
        lines=lines,
        total_fen=sum(line.amount_fen for line in lines),
        parts=(PaidPart(method="现金", amount_fen=710_07, tendered_fen=800_00),),
        cashier=cashier,
        print_count=1,
        practice=True,
        taken_back=None,
    )
