"""How far a discount's rule, or a unit's grant of it, has come."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class DiscountState(Labelled):
    """A rule, and a grant of it to a unit, is asked for by one person and approved by another; it ends on a day."""

    REQUESTED = "requested", "待批准"
    APPROVED = "approved", "已批准"
    ENDED = "ended", "已终止"
    REFUSED = "refused", "已驳回"
    WITHDRAWN = "withdrawn", "已撤回"


TRANSITIONS = MappingProxyType(
    {
        DiscountState.REQUESTED: frozenset(
            {DiscountState.APPROVED, DiscountState.REFUSED, DiscountState.WITHDRAWN}
        ),
        DiscountState.APPROVED: frozenset({DiscountState.ENDED}),
        DiscountState.ENDED: frozenset[DiscountState](),
        DiscountState.REFUSED: frozenset[DiscountState](),
        DiscountState.WITHDRAWN: frozenset[DiscountState](),
    }
)
# What takes something off charges; one that ended still does, up to its last day.
COUNTING = (DiscountState.APPROVED, DiscountState.ENDED)
# What stands in the way of another of its like.
STANDING = (DiscountState.REQUESTED, *COUNTING)
