"""When an office's opening balances may be posted, signed and taken back."""

from datetime import date

from guanjia.core.money import LIMIT_FEN, yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.opening.states import SIGNED, TRANSITIONS, OpeningState, Part

NO_CUT_OVER = Refusal("这个项目还没有定启用日", "请先导入房屋登记，项目的启用日会随之定下")


def may_post(
    *,
    cut_over_on: date | None,
    today: date,
    standing: bool,
    billed_before: int,
    total_fen: int,
) -> Verdict:
    """Return True, or why opening balances can't be posted on ``today``.

    ``standing`` says that others are posted and not taken back; ``billed_before`` counts the bills of runs for
    periods before the cut-over day.
    """
    if cut_over_on is None:
        return NO_CUT_OVER
    if cut_over_on > today:
        return Refusal(
            f"启用日 {cut_over_on} 还没到", "到了启用日再入账；之前可以先用预览核对工作簿"
        )
    if standing:
        return Refusal("已有另一份期初数入账", "要换成这一份，请先撤回那一份")
    if billed_before:
        return Refusal(
            f"启用日之前的账期已有 {billed_before} 张账单", "请先撤销这些账单，再导入期初"
        )
    if total_fen > LIMIT_FEN:
        return Refusal(f"合计超过 {yuan(LIMIT_FEN)} 元", "请核对小数点")
    return True


def may_sign(*, state: OpeningState, part: Part, signed_before: bool) -> Verdict:
    """Return True, or why a person can't put their name to ``part``; ``signed_before`` is by the same person."""
    if state is OpeningState.WITHDRAWN:
        return Refusal("这份期初数已经撤回", "请签新的那一份")
    if SIGNED[part] not in TRANSITIONS[state]:
        if part is Part.REVIEWED and state is OpeningState.POSTED:
            return Refusal("制表人还没有签字", "请先由制表人签字，再由另一人复核")
        return Refusal(f"{part.label}一栏已经签过", "请刷新页面，看是谁签的")
    if signed_before:
        return Refusal("制表和复核不能是同一个人", "请另一位财务或主任复核")
    return True


def may_withdraw(
    *, state: OpeningState, paid: int, reduced: int, drawn: int, given_back: int
) -> Verdict:
    """Return True, or why an opening can't be taken back.

    Of its bills ``paid`` have money on them and ``reduced`` were changed by hand; ``drawn`` counts prepayments
    with less left than it brought, ``given_back`` such deposits and those that are asked back.
    """
    if OpeningState.WITHDRAWN not in TRANSITIONS[state]:
        if state is OpeningState.SEALED:
            return Refusal("期初数已复核封账，不能撤回", "有错请逐笔撤销或减免，并写明原因")
        return Refusal("这份期初数已经撤回", "请刷新页面")
    touched = (
        (paid, "笔期初欠费已收过款", "请先作废或红冲这些收据；不撤回也可以逐笔更正"),
        (reduced, "笔期初欠费已有减免或撤销", "不能再整份撤回，请逐笔撤销其余的"),
        (drawn, "份预存已被用过", "请先作废用到它的收据"),
        (given_back, "笔押金已退掉、扣掉一部分或正在办退款", "不能再整份撤回，其余的请逐笔更正"),
    )
    for count, what, remedy in touched:
        if count:
            return Refusal(f"其中 {count} {what}", remedy)
    return True
