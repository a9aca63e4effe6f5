"""What may be done with a deposit held: pure checks before money is moved."""

from collections.abc import Mapping, Sequence

from guanjia.core.labelled import Labelled
from guanjia.core.money import LIMIT_FEN, yuan
from guanjia.core.refusal import Refusal, Verdict

DRAWN_MEANWHILE = Refusal("押金余额刚被别处退掉或扣掉，已不够", "请刷新，看余额后再办")


class MovementKind(Labelled):
    """Why money went into a deposit or out of it."""

    TAKEN = "taken", "收取"
    OPENING = "opening", "期初"
    REFUNDED = "refunded", "退还"
    DEDUCTED = "deducted", "扣款"
    REVERSED = "reversed", "冲回"


# Those that begin a deposit, and those by which it is used up.
BEGINS = frozenset({MovementKind.TAKEN, MovementKind.OPENING})
DRAWS = frozenset({MovementKind.REFUNDED, MovementKind.DEDUCTED})


def may_be_kind(usual_fen: int | None) -> Verdict:
    """Return True, or why a kind of deposit can't have this usual amount (fen; None for none)."""
    if usual_fen is not None and not 0 < usual_fen <= LIMIT_FEN:
        return Refusal("通常金额不大于零，或超过上限", "请填大于零的金额；没有通常金额就不填")
    return True


def may_hold(amounts_fen: Sequence[int], *, kinds_in_use: bool) -> Verdict:
    """Return True, or why deposits of these amounts can't be taken."""
    if not kinds_in_use:
        return Refusal("押金的种类已停用", "请刷新页面，另选一种")
    if any(not 0 < fen <= LIMIT_FEN for fen in amounts_fen):
        return Refusal("押金的金额不大于零，或超过上限", "请填大于零的金额，并核对小数点")
    return True


def may_draw_deposit(draws: Mapping[MovementKind, int], *, free_fen: int) -> Verdict:
    """Return True, or why these sums (fen, by what becomes of them) can't be drawn from what is held."""
    if not draws or not draws.keys() <= DRAWS or min(draws.values()) <= 0:
        return Refusal("没有填要退或要扣的金额", "请填大于零的金额")
    if sum(draws.values()) > free_fen:
        return Refusal(
            f"这笔押金能退能扣的只有 {yuan(free_fen)} 元，不够 {yuan(sum(draws.values()))} 元",
            "请减少退款或扣款的金额",
        )
    return True
