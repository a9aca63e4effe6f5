"""What may be done at the reception and when; no database."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from guanjia.core.calendar import SHANGHAI
from guanjia.core.refusal import Refusal
from guanjia.reception.states import (
    CALL_TRANSITIONS,
    VISIT_TRANSITIONS,
    Callback,
    CallState,
    Check,
    Step,
    VisitState,
)

# While a visitor waits a call is brought to its end within this time (FEE-N3; office practice).
CALL_LIMIT = timedelta(minutes=3)
# A call that rang this long ago and was not answered is a missed one.
RINGS_FOR = timedelta(minutes=2)
# A visit left open this long is over; what was typed in it is not kept for ever.
LEFT_AFTER = timedelta(days=3)
LONGEST_DRAFT = 16_000  # characters

_QUARTER, _CLOSES, _NOON = timedelta(minutes=15), time(18), time(12)
_PAGE = re.compile(r"(?:(?!\.\.?/)[\w.~%-]+/){1,8}", re.ASCII)
_LONGEST_PAGE = 200


def may_move(now: VisitState, to: VisitState, *, clerk: str) -> Refusal | None:
    """Return why a visit may not go from ``now`` to ``to``; ``clerk`` is who attends to it."""
    if to in VISIT_TRANSITIONS[now]:
        return None
    if now is VisitState.FINISHED:
        return Refusal("这次接待已经完成", "请按 F2 新开一次接待")
    if to is VisitState.ACTIVE:
        return Refusal(f"{clerk}正在接待这位客户", f"请{clerk}先挂起，再在这里恢复")
    return Refusal("这次接待已经挂起", "按 F4 恢复后再办")


def may_call_move(now: CallState, to: CallState) -> Refusal | None:
    """Return why a call may not go from ``now`` to ``to``."""
    if to in CALL_TRANSITIONS[now]:
        return None
    if now is CallState.ANSWERED:
        return Refusal("这个来电已有人接听", "请在接待登记的“来电”里查看")
    return Refusal(f"这个来电已是“{now.label}”", "请在接待登记的“来电”里查看；要再记一次，请按 F8")


def may_check(
    how: Check, *, is_registered: bool, is_agent: bool, number_on_file: bool
) -> Refusal | None:
    """Return why the visitor's identity cannot be verified in this way.

    Sources: REL-R1 (family by the file or the owner's phone; an agent by a power of attorney), and the rule that
    only the number on file is dialled.
    """
    if how is Check.OWNER_FILE and not is_registered:
        return Refusal("档案里没有这位来访者", "请看证件原件，或电话业主核实")
    if how is Check.PHONE and not number_on_file:
        return Refusal(
            "没有选定要拨打的业主，或档案里没有他的电话",
            "请选一位有登记电话的业主，或改用其他核验方式",
        )
    if how is Check.POWER_OF_ATTORNEY and not is_agent:
        return Refusal("这位来访者没有登记有效的委托书", "请先在住户登记里按委托书登记代办人")
    return None


def is_page(path: str) -> bool:
    """Whether ``path`` can be an address inside a community, such as ``units/3-2-1201/``."""
    return len(path) <= _LONGEST_PAGE and _PAGE.fullmatch(path) is not None


def callback_by(
    wanted: Callback, *, at: datetime, named: datetime | None
) -> datetime | Refusal | None:
    """Return the instant until which a call back is promised, None for none; ``named`` is the one typed in."""
    local = at.astimezone(SHANGHAI)
    match wanted:
        case Callback.NONE:
            return None
        case Callback.QUARTER:
            return at + _QUARTER
        case Callback.TODAY:
            due = datetime.combine(local.date(), _CLOSES, SHANGHAI)
            late = Refusal("今天 18:00 已过", "请选“明天上午”，或指定时间")
            return due if due > at else late
        case Callback.TOMORROW:
            return datetime.combine(local.date() + timedelta(days=1), _NOON, SHANGHAI)
        case _:
            if named is None:
                return Refusal("还没有填回电时间", "请填写日期和时间")
            return named if named > at else Refusal("回电时间已经过去", "请填以后的时间")


@dataclass(frozen=True, slots=True)
class Script:
    """A step of the call with what is to be said."""

    step: Step
    words: str


def script(*, community: str, clerk: str) -> tuple[Script, ...]:
    """Return the six steps in order with the words for each (POST-B2)."""
    words = {
        Step.GREET: f"您好，{community}物业客服中心，我姓{clerk[:1]}，请问有什么可以帮您？",
        Step.NAME: "请问您怎么称呼？住在哪一户？",
        Step.PURPOSE: "请您说一下是什么事情，我记下来。",
        Step.CONFIRM: "我跟您确认一下",
        Step.CLOSE: "我会尽快处理并给您回复，感谢您的来电，再见。",
        Step.HANG_UP: "请对方先挂断，再轻放听筒。",
    }
    return tuple(Script(step, words[step]) for step in Step)


def steps_done(ticked: Collection[str], *, name: str, about: str) -> list[Step]:
    """Return the steps that were taken, in order: those ticked, and those whose field was filled in."""
    filled = {Step.NAME: name, Step.PURPOSE: about}
    return [step for step in Step if step in ticked or filled.get(step)]
