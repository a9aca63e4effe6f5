"""When a month may be billed, and what may be taken off a bill."""

from datetime import date
from decimal import Decimal

from guanjia.core.calendar import Month
from guanjia.core.labelled import Labelled
from guanjia.core.money import Rounding, bounded, round_to_fen, yuan
from guanjia.core.refusal import Refusal, Verdict

LARGEST_ROUNDING_FEN = 99  # 抹零 goes down to the yuan


class AdjustmentKind(Labelled):
    """Why something was taken off a bill (money.md "Vacant/discount", "Rounding")."""

    DISCOUNT = "discount", "折扣"
    VACANCY = "vacancy", "空置减免"
    ROUNDING = "rounding", "抹零"
    CANCELLATION = "cancellation", "撤销"
    WAIVER = "waiver", "减免"


# What only an approved grant of a discount's rule takes off.
BY_GRANT = (AdjustmentKind.DISCOUNT, AdjustmentKind.VACANCY)


def may_issue(month: Month, *, today: date, ahead: bool = False) -> Verdict:
    """Return True, or why ``month`` can't be billed on ``today``.

    Bills can't be taken back by typing another year: beyond the coming month it has to be said expressly.
    """
    if ahead or month - Month.of(today) <= 1:
        return True
    return Refusal(
        f"{month.label}还早，目前最多出到{(Month.of(today) + 1).label}",
        "请核对年份和月份；确实要提前出账，请用命令 bin/guanjia bill 并加上 --ahead",
    )


def extra_fen(quantity: Decimal, unit_price: Decimal) -> int:
    """Return quantity × price (yuan) of an extra charge in fen, rounded half up, once. Raises MoneyError."""
    return bounded(round_to_fen(quantity * unit_price, Rounding.HALF_UP))


def may_charge(*, is_extra: bool, amount_fen: int, has_left: bool) -> Verdict:
    """Return True, or why an item can't be charged for once at the desk."""
    if not is_extra:
        return Refusal("这个收费项目没有开放临时收费", "请换一个项目，或由财务在收费标准里开放")
    if amount_fen <= 0:
        return Refusal("金额不足一分", "请核对数量和单价")
    if has_left:
        return Refusal("付费人已不在本户登记里", "请刷新页面，重新选择付费人")
    return True


def may_cancel(*, paid_fen: int, is_cancelled: bool) -> Verdict:
    """Return True, or why a bill can't be taken back whole: money was taken for it, or it was before."""
    if is_cancelled:
        return Refusal("这笔费用已经撤销", "请刷新页面，看看是谁撤销的")
    if paid_fen:
        return Refusal(
            f"这笔费用已收 {yuan(paid_fen)} 元，不能撤销", "请先作废收据、退回已收的钱，再撤销"
        )
    return True


def may_reduce(kind: AdjustmentKind, *, amount_fen: int, open_fen: int) -> Verdict:
    """Return True, or why ``amount_fen`` can't be taken off a bill with ``open_fen`` still owed."""
    if kind in BY_GRANT:
        return Refusal("折扣和空置减免要有批准的减免", "请在这一户的“减免”里申请，批准后按规则减")
    if amount_fen <= 0:
        return Refusal("减少的金额必须大于零", "请填写要减少多少")
    if amount_fen > open_fen:
        return Refusal(
            f"最多只能减 {yuan(open_fen)} 元，这笔费用未缴的只有这些", "请刷新页面，核对后重填"
        )
    if kind == AdjustmentKind.ROUNDING and amount_fen > LARGEST_ROUNDING_FEN:
        return Refusal("抹零不能超过 0.99 元", "更大的减免请走减免审批")
    return True


def may_discount_issued(total_fen: int, *, expected_fen: int) -> Verdict:
    """Return True, or why a discount isn't taken off bills that were issued before it."""
    if not total_fen:
        return Refusal("没有可以补减的账单", "已收的不补减；刚补减过的，请刷新页面看账单")
    if total_fen != expected_fen:
        return Refusal(
            f"可补减的已变为 {yuan(total_fen)} 元，与页面上的 {yuan(expected_fen)} 元不同",
            "请刷新页面，核对后再补减",
        )
    return True


def rounding_fen(total_fen: int) -> int:
    """Return what 抹零 takes off a sum to leave whole yuan."""
    return total_fen % 100
