"""How far a shift has come, and a request to open a closed day again."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class ShiftState(Labelled):
    """A shift takes money, is counted blind, and ends with two names. Once the difference is seen, no more is taken."""

    OPEN = "open", "收款中"
    COUNTING = "counting", "盘点中"
    COUNTED = "counted", "已盘点，待签交"
    CLOSED = "closed", "已交班"


TRANSITIONS = MappingProxyType(
    {
        ShiftState.OPEN: frozenset({ShiftState.COUNTING}),
        ShiftState.COUNTING: frozenset({ShiftState.OPEN, ShiftState.COUNTED}),
        ShiftState.COUNTED: frozenset({ShiftState.COUNTING, ShiftState.CLOSED}),
        ShiftState.CLOSED: frozenset[ShiftState](),
    }
)


class RequestState(Labelled):
    """A closed day is asked for by one person and opened again by another."""

    ASKED = "asked", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "已驳回"


REQUEST_TRANSITIONS = MappingProxyType(
    {
        RequestState.ASKED: frozenset({RequestState.APPROVED, RequestState.REFUSED}),
        RequestState.APPROVED: frozenset[RequestState](),
        RequestState.REFUSED: frozenset[RequestState](),
    }
)
