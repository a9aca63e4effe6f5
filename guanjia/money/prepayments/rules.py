"""Whose prepayment may be used for what: pure checks before money is moved."""

from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict

DRAWN_MEANWHILE = Refusal("预存余额刚被别处用掉，已不够", "请刷新，看余额后再办")


def may_draw(*, asked_fen: int, balance_fen: int, held_fen: int = 0) -> Verdict:
    """Return True, or why ``asked_fen`` can't be drawn from what is left and not held by refunds."""
    if held_fen and balance_fen - held_fen < asked_fen <= balance_fen:
        return Refusal(
            f"预存余额 {yuan(balance_fen)} 元里有 {yuan(held_fen)} 元正在办退款，不够 {yuan(asked_fen)} 元",
            "请减少金额；不退了的，先撤回那笔退款申请",
        )
    if asked_fen > balance_fen:
        return Refusal(
            f"预存余额只有 {yuan(balance_fen)} 元，不够 {yuan(asked_fen)} 元",
            "请减少预存抵扣的金额，差额用别的方式收",
        )
    return True


def may_transfer(
    *, asked_fen: int, balance_fen: int, held_fen: int, same_unit: bool, related: bool
) -> Verdict:
    """Return True, or why money can't move from one unit's prepayment to another's.

    ``related`` says that both units are of one household, or that who left the money answers for the other's bills.
    """
    if same_unit:
        return Refusal("转入的就是这处房屋", "请填另一处房屋的房号")
    if not related:
        return Refusal(
            "两处房屋不在同一户，缴费责任人也不同",
            "预存只能转到同一户或同一缴费人的房屋；别人的房屋请退款后另收",
        )
    if asked_fen <= 0:
        return Refusal("没有填要转的金额", "请填大于零的金额")
    return may_draw(asked_fen=asked_fen, balance_fen=balance_fen, held_fen=held_fen)
