"""What the tab of a household's prepayments tells: whose money is left where, what went in and out, what is asked back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.models import Community
from guanjia.desk.household import Household
from guanjia.estate.models import Unit
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.models import Receipt
from guanjia.money.prepayments.models import Movement, Prepayment
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.reads import refunds_of

MOVES_SHOWN = 30
_IN = {
    EntryKind.PAYMENT: _("存入"),
    EntryKind.REVERSAL: _("冲回"),
    EntryKind.TRANSFER: _("转入"),
    EntryKind.OPENING: _("期初"),
}
_OUT = {
    EntryKind.PAYMENT: _("抵扣费用"),
    EntryKind.REVERSAL: _("冲退"),
    EntryKind.TRANSFER: _("转出"),
    EntryKind.REFUND: _("退款"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One movement with what it was; ``receipt`` is that of the payment, if it was one."""

    movement: Any
    what: object

    @property
    def number(self) -> str:
        """The receipt's number as printed; "" without one."""
        row = self.movement
        return f"{row.receipt_prefix}{row.receipt_number:07}" if row.receipt_number else ""


@dataclass(frozen=True, slots=True)
class Prepaid:
    """The prepayments of a household's units, in the order in which they are used for bills."""

    rows: list[Prepayment]
    moves: list[Move]
    refunds: list[Refund]
    order: list[Unit]

    @property
    def total_fen(self) -> int:
        """All that is left."""
        return sum(row.balance_fen for row in self.rows)

    @property
    def held_fen(self) -> int:
        """What of it is asked back."""
        return sum(row.held_fen for row in self.rows)


def prepaid_of(household: Household) -> Prepaid:
    """Read the prepayments of the household's units in three statements."""
    community = household.unit.community
    units = [household.unit, *household.kin.sisters]
    rows = Prepayment.objects.filter(community=community, unit__in=[unit.pk for unit in units])
    place = {unit.pk: n for n, unit in enumerate(units)}
    found = sorted(
        rows.select_related("unit", "party"), key=lambda row: (place[row.unit_id], -row.balance_fen)
    )
    ids = [row.pk for row in found]
    return Prepaid(
        rows=found,
        moves=[_told(row) for row in _moves(community, ids)[:MOVES_SHOWN]],
        refunds=list(refunds_of(community, ids)),
        order=units,
    )


def _moves(community: Community, prepayments: Sequence[int]) -> QuerySet[Any]:
    of_payment = Coalesce(OuterRef("entry__reverses_id"), OuterRef("entry_id"))
    receipts = Receipt.objects.filter(community=OuterRef("community"), payment__entry=of_payment)
    rows = Movement.objects.filter(community=community, prepayment__in=prepayments)
    return (
        rows.select_related("entry__by", "prepayment__unit")
        .annotate(
            receipt_number=Subquery(receipts.values("number")[:1]),
            receipt_desk=Subquery(receipts.values("desk")[:1]),
            receipt_prefix=Subquery(receipts.values("desk__prefix")[:1]),
        )
        .order_by("-pk")
    )


def _told(movement: Any) -> Move:
    kind = EntryKind(movement.entry.kind)
    return Move(movement, (_IN if movement.amount_fen > 0 else _OUT)[kind])
