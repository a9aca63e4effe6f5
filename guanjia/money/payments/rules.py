"""Who may pay how: pure checks before money is posted."""

from collections.abc import Sequence
from typing import Literal

from guanjia.core.labelled import Labelled
from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal
from guanjia.money.ledger.chart import Account


class Method(Labelled):
    """How money is taken."""

    STATIC_CODE = "static_code", "收款码"
    POS = "pos", "POS 刷卡"
    CASH = "cash", "现金"
    TRANSFER = "transfer", "转账"


# Where each method's money lies until finance sees it arrive.
METHOD_ACCOUNTS = {
    Method.CASH: Account.CASH,
    Method.TRANSFER: Account.BANK,
    Method.POS: Account.CARD_CLEARING,
    Method.STATIC_CODE: Account.CODE_CLEARING,
}


def may_take(
    *,
    open_fen: Sequence[int],
    asked: int,
    expected_fen: int,
    method: Method,
    tendered_fen: int | None,
    reference: str,
) -> Literal[True] | Refusal:
    """Return True, or why this payment can't be taken.

    ``open_fen`` are the open amounts of the bills found, ``asked`` how many were asked for, ``expected_fen``
    the sum that the clerk told the customer (FEE-R1): the money taken is always the one from the books.
    """
    total = sum(open_fen)
    if not asked:
        return Refusal("没有选中要收的费用", "用空格键勾选至少一笔，再收款")
    if len(open_fen) != asked or not all(open_fen):
        return Refusal(
            "选中的费用里有已经收过的", "页面已不是最新：刷新后核对最近往来，再对余下的收款"
        )
    if total != expected_fen:
        return Refusal(
            f"应收金额已变为 {yuan(total)} 元，与告知客户的 {yuan(expected_fen)} 元不同",
            "请刷新，把新的金额告诉客户后再收款",
        )
    if method == Method.CASH:
        if tendered_fen is None or tendered_fen < total:
            return Refusal(
                f"实收现金不足 {yuan(total)} 元", "请输入客户递交的现金数额，或减少勾选的费用"
            )
    elif not reference.strip():
        return Refusal(f"{method.label}没有填写凭证号", "请看到款到账后，抄录小票或流水上的参考号")
    return True
