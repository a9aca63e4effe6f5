"""The list of invoices as a workbook, for finance to compare with the tax platform's."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as say

from guanjia.money.invoices.states import InvoiceState
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed

_INVOICES = (
    Column("申请日期", Kind.DAY),
    Column("房号"),
    Column("缴款人"),
    Column("抬头"),
    Column("税号"),
    Column("金额", Kind.FEN),
    Column("状态"),
    Column("发票号码"),
    Column("开票日期", Kind.DAY),
    Column("红字发票号码"),
    Column("红冲日期", Kind.DAY),
    Column("申请人"),
)
_RECEIPTS = (
    Column("收据号"),
    Column("日期", Kind.DAY),
    Column("房号"),
    Column("缴款人"),
    Column("收款", Kind.FEN),
    Column("可开票", Kind.FEN),
)


def sheet_of_invoices(invoices: Iterable[Any], scope: str) -> Sheet:
    """Return invoices of ``invoices_in`` with their numbers; ``scope`` says which they are."""
    rows = [
        Row(
            (
                timezone.localdate(invoice.requested_at),
                "、".join(invoice.units),
                invoice.payer_name,
                invoice.title,
                invoice.tax_number,
                invoice.amount_fen,
                InvoiceState(invoice.state).label,
                invoice.number or "",
                invoice.issued_on,
                invoice.red_number or "",
                invoice.red_on,
                invoice.requested_by.name,
            )
        )
        for invoice in invoices
    ]
    return Sheet(title=say("发票"), scope=scope, columns=_INVOICES, rows=rows)


def sheet_of_receipts(receipts: Iterable[Any], days: tuple[date, date]) -> Sheet:
    """Return receipts of ``uninvoiced``, with what of them may be invoiced."""
    rows = [
        Row(
            (
                receipt.full_number,
                receipt.payment.business_date,
                receipt.payment.unit.number,
                receipt.payment.payer_name,
                receipt.payment.amount_fen,
                int(receipt.invoiceable_fen),
            )
        )
        for receipt in receipts
    ]
    return Sheet(
        title=say("未开票的收据"),
        scope="{} 至 {}".format(*days),
        columns=_RECEIPTS,
        rows=rows,
        total=summed(_RECEIPTS, rows, say("合计")) if rows else None,
    )
