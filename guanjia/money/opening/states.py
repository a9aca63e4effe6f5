"""How far the opening balances have come: posted, signed by whoever made them, sealed by a second name."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class OpeningState(Labelled):
    """Told by the rows that stand beside an opening: its signatures, its withdrawal."""

    POSTED = "posted", "已入账，待制表人签字"
    PREPARED = "prepared", "制表人已签，待复核"
    SEALED = "sealed", "已复核封账"
    WITHDRAWN = "withdrawn", "已撤回"


TRANSITIONS = MappingProxyType(
    {
        OpeningState.POSTED: frozenset({OpeningState.PREPARED, OpeningState.WITHDRAWN}),
        OpeningState.PREPARED: frozenset({OpeningState.SEALED, OpeningState.WITHDRAWN}),
        OpeningState.SEALED: frozenset[OpeningState](),
        OpeningState.WITHDRAWN: frozenset[OpeningState](),
    }
)


class Part(Labelled):
    """Whose name stands where under the trial balance."""

    PREPARED = "prepared", "制表"
    REVIEWED = "reviewed", "复核"


# What each signature leads to.
SIGNED = MappingProxyType(
    {Part.PREPARED: OpeningState.PREPARED, Part.REVIEWED: OpeningState.SEALED}
)


def state_of(*, withdrawn: bool, parts: frozenset[str]) -> OpeningState:
    """Return the state that these rows tell."""
    if withdrawn:
        return OpeningState.WITHDRAWN
    if Part.REVIEWED in parts:
        return OpeningState.SEALED
    return OpeningState.PREPARED if Part.PREPARED in parts else OpeningState.POSTED
