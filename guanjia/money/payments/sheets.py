"""From a receipt in the books to the sheet that is printed."""

from datetime import datetime

from guanjia.money.bills.explain import explain
from guanjia.money.bills.models import Bill
from guanjia.money.payments.models import Allocation, Receipt
from guanjia.money.payments.receipt_pdf import ReceiptLine, ReceiptSheet
from guanjia.money.payments.rules import Method


def sheet_of(receipt: Receipt, *, nth: int, at: datetime) -> ReceiptSheet:
    """Return ``receipt`` as it is printed for the ``nth`` time, in two statements at most.

    Its desk and its payment's unit and cashier must be loaded.
    """
    payment, community = receipt.payment, receipt.community
    cash = payment.method == Method.CASH
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
        method=Method(payment.method).label,
        tendered_fen=payment.tendered_fen,
        change_fen=payment.change_fen if cash else None,
        reference=payment.reference,
        cashier=payment.by.name,
        print_count=nth,
        practice=False,
        voided=False,
    )


def lines_of(receipt: Receipt) -> tuple[ReceiptLine, ...]:
    """Return what the receipt's payment settled, one line a bill."""
    rows = Allocation.objects.filter(
        community=receipt.community_id, payment=receipt.payment_id
    ).select_related("bill__item", "bill__unit", "bill__tariff_version__tariff")
    own = receipt.payment.unit_id
    return tuple(
        line_of(row.bill, row.amount_fen, own_unit=own)
        for row in rows.order_by("bill__due_on", "bill__item__position", "bill")
    )


def line_of(bill: Bill, amount_fen: int, *, own_unit: int) -> ReceiptLine:
    """Return a bill's line on the receipt of ``own_unit``."""
    why = explain(bill)
    return ReceiptLine(
        item=bill.item.name,
        period=why.period,
        basis=why.formula,
        amount_fen=amount_fen,
        unit_label="" if bill.unit_id == own_unit else bill.unit.number,
    )
