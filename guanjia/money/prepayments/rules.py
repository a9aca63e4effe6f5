"""Whose prepayment may be used for what: pure checks before money is moved."""

from typing import Literal

from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal

DRAWN_MEANWHILE = Refusal("预存余额刚被别处用掉，已不够", "请刷新，看余额后再办")


def may_draw(*, asked_fen: int, balance_fen: int) -> Literal[True] | Refusal:
    """Return True, or why ``asked_fen`` can't be drawn from what is left."""
    if asked_fen > balance_fen:
        return Refusal(
            f"预存余额只有 {yuan(balance_fen)} 元，不够 {yuan(asked_fen)} 元",
            "请减少预存抵扣的金额，差额用别的方式收",
        )
    return True


def may_transfer(
    *, asked_fen: int, balance_fen: int, same_household: bool
) -> Literal[True] | Refusal:
    """Return True, or why money can't move from one unit's prepayment to another's."""
    if not same_household:
        return Refusal("两处房屋不在同一户", "预存只能在同一户的房屋之间转；不同户的请退款后另收")
    if asked_fen <= 0:
        return Refusal("没有填要转的金额", "请填大于零的金额")
    return may_draw(asked_fen=asked_fen, balance_fen=balance_fen)
