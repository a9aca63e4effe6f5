"""The voucher of a refund (退款凭证) on A5: signed by the payee, kept with the accounts."""

from datetime import datetime
from pathlib import Path
from typing import Any

from guanjia.core.calendar import SHANGHAI
from guanjia.core.money import capitals, yuan
from guanjia.core.pdf import compile_pdf
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.reads import deductions_of
from guanjia.money.refunds.states import Evidence

TEMPLATE = Path(__file__).parent / "print" / "voucher.typ"
_LOSS = "收款人声明：原收据已遗失，未转让他人，也未另行退款；日后找到即作废，如有不实由本人承担。遗失经过：{loss}。"


def voucher_sheet(voucher: Voucher, refund: Refund, *, at: datetime) -> bytes:
    """Return the voucher as PDF, a copy for the accounts and one for the customer.

    The refund's unit, community and people must be loaded.
    """
    community, decided_by = refund.community, refund.decided_by
    sheet = {
        "office": f"{community.company.name}·{community.name}服务中心",
        "number": f"№ {voucher.full_number}",
        "unit": refund.unit.number,
        "date": voucher.business_date.isoformat(),
        "rows": _rows(voucher, refund),
        "label": "实退金额" if refund.deducted_fen else "退款金额",
        "sign": "收款人签字（同意扣款）" if refund.deducted_fen else "收款人签字",
        "capitals": f"人民币{capitals(voucher.amount_fen)}",
        "total": f"￥{yuan(voucher.amount_fen)}",
        "declaration": _LOSS.format(loss=refund.loss) if refund.evidence == Evidence.LOSS else "",
        "people": [
            f"申请：{refund.requested_by.name}",
            f"批准：{decided_by.name if decided_by else ''}",
            f"付款：{voucher.by.name}",
        ],
        "printed": f"打印 {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    }
    return compile_pdf(TEMPLATE, sheet)


def _rows(voucher: Voucher, refund: Refund) -> list[list[str]]:
    """Return the facts, two label and value in a row, or one across."""
    seen = f"证件末四位 {refund.identity_tail}" if refund.identity_tail else "凭原收据"
    payee = refund.payee_name if refund.payee_is_owner else f"{refund.payee_name}（代领）"
    way = f"转账　{voucher.reference}" if voucher.method is Method.TRANSFER else "现金"
    rows: list[list[Any]] = [
        ["收款人", payee, "核对", seen],
        ["退款项目", refund.deposit.kind.name if refund.deposit else "预存款", "方式", way],
        *_deductions(refund),
    ]
    if refund.receipts:
        rows.append(["收回收据", refund.receipts])
    if not refund.payee_is_owner:
        rows.append(["代领原因", refund.payee_why])
    return [*rows, ["退款原因", refund.reason]]


def _deductions(refund: Refund) -> list[list[str]]:
    """Return when the works were looked over, and what is kept of the deposit, line by line, with what was agreed."""
    rows = []
    if refund.checked_on:
        rows.append(["验收", f"{refund.checked_on}　{refund.check_paper}"])
    if not refund.deducted_fen:
        return rows
    rows.append(["退押金", yuan(refund.amount_fen), "扣款合计", yuan(refund.deducted_fen)])
    for place, line in enumerate(deductions_of(refund), 1):
        told = f"{line.item.name}：{line.reason}"
        rows.append([f"扣款 {place}", told, "金额", yuan(line.amount_fen)])
    return [*rows, ["扣款依据", refund.consent]]
