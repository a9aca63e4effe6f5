"""The reception's fixed vocabularies, and how a visit and a call move."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class VisitState(Labelled):
    """How far a visit is: one clerk serves one visitor at a time, the others wait."""

    ACTIVE = "active", "接待中"
    HELD = "held", "挂起"
    FINISHED = "finished", "完成"


VISIT_TRANSITIONS = MappingProxyType(
    {
        VisitState.ACTIVE: frozenset({VisitState.HELD, VisitState.FINISHED}),
        VisitState.HELD: frozenset({VisitState.ACTIVE, VisitState.FINISHED}),
        VisitState.FINISHED: frozenset[VisitState](),
    }
)
OPEN = (VisitState.ACTIVE, VisitState.HELD)


class Purpose(Labelled):
    """What a visitor comes for; the values of the matters are the estate's own."""

    PAYMENT = "payment", "缴费"
    REQUEST = "request", "报事"
    RELEASE = "release", "放行"
    FIT_OUT = "fit_out", "装修"
    ACCESS_CARD = "access_card", "门禁卡"
    MOVE_IN = "move_in", "入住更名"
    ENQUIRY = "enquiry", "咨询"
    OTHER = "other", "其他"


class Check(Labelled):
    """How it was verified who the visitor is (REL-R1, CARD-R1)."""

    NONE = "none", "未核验"
    DOCUMENT = "document", "证件原件"
    OWNER_FILE = "owner_file", "业主档案"
    PHONE = "phone", "电话业主"
    POWER_OF_ATTORNEY = "power_of_attorney", "委托书"


class CallState(Labelled):
    """How far a call is; one that nobody answers stays where it began, and is to be called back."""

    RINGING = "ringing", "未接"
    LATER = "later", "稍后回拨"
    ANSWERED = "answered", "通话中"
    SAVED = "saved", "已记录"
    DROPPED = "dropped", "不记录"


CALL_TRANSITIONS = MappingProxyType(
    {
        CallState.RINGING: frozenset({CallState.ANSWERED, CallState.LATER, CallState.DROPPED}),
        CallState.LATER: frozenset({CallState.ANSWERED, CallState.DROPPED}),
        CallState.ANSWERED: frozenset({CallState.SAVED, CallState.DROPPED}),
        CallState.SAVED: frozenset[CallState](),
        CallState.DROPPED: frozenset[CallState](),
    }
)


class Step(Labelled):
    """The six steps of a call, in the order of the handbook (POST-B2)."""

    GREET = "greet", "报单位、问候"
    NAME = "name", "问清对方姓名"
    PURPOSE = "purpose", "问来意"
    CONFIRM = "confirm", "复述确认"
    CLOSE = "close", "礼貌道别"
    HANG_UP = "hang_up", "等对方先挂"


class Callback(Labelled):
    """By when the caller wants to be called back."""

    NONE = "none", "不用回电"
    QUARTER = "quarter", "15 分钟内"
    TODAY = "today", "今天下班前"
    TOMORROW = "tomorrow", "明天上午"
    AT = "at", "指定时间"
