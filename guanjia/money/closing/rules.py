"""Who may open, count and end a shift, close a day and open it again: pure checks, each with its remedy."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Verdict
from guanjia.money.closing.states import TRANSITIONS, ShiftState

SHIFT_OPEN = Refusal("这个收银台已经开班", "请刷新，加入本班或等它交班")
DESK_OUT_OF_USE = Refusal("这个收银台已停用", "请换一个收银台，或请系统管理员重新启用")
NOTHING_TO_CLOSE = Refusal("没有要日结的营业日", "今天开过班、都交了班以后再来日结")
REQUEST_WAITS = Refusal("这一天已经有人申请重开", "请等主任或财务批准")
DECIDED = Refusal("这个申请已经有人处理", "请刷新，看结果")
MEANWHILE_CLOSED = Refusal("这一天刚由别人日结", "请刷新，看日结单")
_STAGES = {
    ShiftState.OPEN: "这一班已经在收款",
    ShiftState.COUNTING: "这一班正在盘点",
    ShiftState.COUNTED: "这一班已经盘点完，等签名交接",
    ShiftState.CLOSED: "这一班已经交了",
}


def may_become(state: ShiftState, wanted: ShiftState) -> Verdict:
    """Return True, or what the shift is at already."""
    if wanted in TRANSITIONS[state]:
        return True
    return Refusal(_STAGES[state], "请刷新，照页面上的下一步办")


def may_join(state: ShiftState) -> Verdict:
    """Return True, or why nobody joins the shift any more."""
    if state is ShiftState.OPEN:
        return True
    return Refusal(_STAGES[state], "请等它交完，再开新的一班")


def may_work_on(*, is_in_shift: bool, oversees: bool) -> Verdict:
    """Return True, or that only those in the shift count and end it; who oversees steps in for somebody who left."""
    if is_in_shift or oversees:
        return True
    return Refusal("这一班里没有您", "请由本班收银盘点；人不在的，请部门主管代办")


def may_open(
    *, is_first: bool, difference_fen: int, tolerance_fen: int, reason: str, countersigned: bool
) -> Verdict:
    """Return True, or what a float that differs from what was left behind still needs."""
    if is_first or not difference_fen:
        return True
    return _may_differ("点得", "账上", difference_fen, tolerance_fen, reason, countersigned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the end of a shift comes with; ``missing_copies`` are numbers of voided receipts without their copies."""

    difference_fen: int
    tolerance_fen: int
    slips_differ: bool
    reason: str
    missing_copies: Sequence[str]
    same_person: bool
    countersigned: bool


def may_end(ending: Ending) -> Verdict:
    """Return True, or what is missing: a reason, the voided receipts' copies, the second name."""
    if ending.same_person:
        return Refusal("接班（见证）人不能是交班人自己", "请另一位同事输入自己的工号和密码")
    if ending.slips_differ and not ending.reason:
        return Refusal(
            "小票合计与系统不同，没有写明原因", "请核对 POS 结算单和收款码流水，写明差在哪里"
        )
    if ending.missing_copies and not ending.reason:
        numbers = "、".join(ending.missing_copies)
        return Refusal(
            f"作废收据 {numbers} 的两联没有勾齐", "请找齐存根联和客户联并勾上，缺的写明原因"
        )
    if not ending.difference_fen:
        return True
    return _may_differ(
        "实点",
        "应有",
        ending.difference_fen,
        ending.tolerance_fen,
        ending.reason,
        ending.countersigned,
    )


def _may_differ(
    found: str, wanted: str, difference_fen: int, tolerance_fen: int, reason: str, signed: bool
) -> Verdict:
    much = "多" if difference_fen > 0 else "少"
    said = f"{found}比{wanted}{much} {yuan(abs(difference_fen))} 元"
    if not reason:
        return Refusal(f"{said}，没有写明原因", "请重点一遍；确实不同的，写明原因")
    if abs(difference_fen) > tolerance_fen and not signed:
        return Refusal(
            f"{said}，超过 {yuan(tolerance_fen)} 元",
            "请部门主管、财务或主任输入自己的工号和密码复核",
        )
    return True


def may_bank(*, in_drawer_fen: int, amount_fen: int, where: str) -> Verdict:
    """Return True, or why this cannot be taken out of a drawer."""
    if amount_fen <= 0:
        return Refusal("没有填缴存的张数", "请按面额填写拿去缴存的张数")
    if amount_fen > in_drawer_fen:
        return Refusal(
            f"{where}只有 {yuan(in_drawer_fen)} 元，不够缴存 {yuan(amount_fen)} 元",
            "请重新点数，减少缴存的张数",
        )
    return True


def may_close_day(
    *, day: date | None, today: date, open_shifts: Collection[str], same_person: bool
) -> Verdict:
    """Return True, or why the books of ``day`` stay open; ``open_shifts`` are said in words."""
    if day is None or day > today:
        return NOTHING_TO_CLOSE
    if open_shifts:
        return Refusal(f"还有没交的班：{'、'.join(open_shifts)}", "请先交班，再日结")
    if same_person:
        return Refusal("见证人不能是办理人自己", "请另一位同事输入自己的工号和密码")
    return True


def may_reopen(*, day: date, last_closed: date | None, asked: bool) -> Verdict:
    """Return True, or why ``day`` stays closed: later days' books rest on an earlier one's."""
    if last_closed is None or day > last_closed:
        return Refusal(f"{day} 没有日结", "请刷新")
    if day != last_closed:
        return Refusal(
            f"{day} 之后已有日结的营业日", "更早的差错请在今天更正：红冲收据，或在交班时写明差异"
        )
    return REQUEST_WAITS if asked else True


def may_approve(*, is_waiting: bool, same_person: bool) -> Verdict:
    """Return True, or why this person does not decide the request."""
    if not is_waiting:
        return DECIDED
    if same_person:
        return Refusal("自己申请的，不能自己批准", "请另一位主任或财务批准")
    return True
