"""How far an invoice has come, and its fixed vocabularies."""

from types import MappingProxyType

from guanjia.core.labelled import Labelled


class InvoiceState(Labelled):
    """An invoice is asked for at the desk and recorded by finance once it is issued; issued, it is never voided."""

    REQUESTED = "requested", "待开票"
    RECORDED = "recorded", "已开票"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    REVERSED = "reversed", "已红冲"


TRANSITIONS = MappingProxyType(
    {
        InvoiceState.REQUESTED: frozenset(
            {InvoiceState.RECORDED, InvoiceState.REJECTED, InvoiceState.WITHDRAWN}
        ),
        InvoiceState.RECORDED: frozenset({InvoiceState.REVERSED}),
        InvoiceState.REJECTED: frozenset[InvoiceState](),
        InvoiceState.WITHDRAWN: frozenset[InvoiceState](),
        InvoiceState.REVERSED: frozenset[InvoiceState](),
    }
)
# While an invoice is in one of these, its receipts are taken: no second invoice, and no taking back.
STANDING = (InvoiceState.REQUESTED, InvoiceState.RECORDED)


class TitleKind(Labelled):
    """Whose name an invoice bears (抬头)."""

    PERSON = "person", "个人"
    ORGANISATION = "organisation", "单位"


class Colour(Labelled):
    """What the tax platform issued: the invoice itself, or what takes it back."""

    BLUE = "blue", "蓝字"
    RED = "red", "红字"
