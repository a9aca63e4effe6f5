"""How far a refund has come, and its fixed vocabularies."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class RefundState(Labelled):
    """A refund is asked for by one person, approved by another and paid by a third; until it is paid it can be withdrawn."""

    REQUESTED = "requested", "待批准"
    APPROVED = "approved", "已批准，待付款"
    PAID = "paid", "已退款"
    REFUSED = "refused", "已驳回"
    WITHDRAWN = "withdrawn", "已撤回"


TRANSITIONS = MappingProxyType(
    {
        RefundState.REQUESTED: frozenset(
            {RefundState.APPROVED, RefundState.REFUSED, RefundState.WITHDRAWN}
        ),
        RefundState.APPROVED: frozenset({RefundState.PAID, RefundState.WITHDRAWN}),
        RefundState.PAID: frozenset[RefundState](),
        RefundState.REFUSED: frozenset[RefundState](),
        RefundState.WITHDRAWN: frozenset[RefundState](),
    }
)
# While a refund is in one of these its money is held: nobody can use it for something else.
HOLDING = (RefundState.REQUESTED, RefundState.APPROVED)


class Evidence(Labelled):
    """What proves that the office has the money."""

    RECEIPT = "receipt", "原收据已收回"
    LOSS = "loss", "收据遗失声明"
