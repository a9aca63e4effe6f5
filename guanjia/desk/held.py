"""What the tab of a household's deposits tells: what is held for whom, on which receipt, and what went in and out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from guanjia.desk.household import Household
from guanjia.money.deposits.reads import deposits_of, movements_of
from guanjia.money.payments.models import Receipt

MOVES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Held:
    """A household's deposits: ``rows`` and ``moves`` bear the number and the desk of their payment's receipt, if any."""

    rows: Sequence[Any]
    moves: Sequence[Any]

    @property
    def total_fen(self) -> int:
        """All that is held."""
        return sum(row.balance_fen for row in self.rows)


def held_for(household: Household) -> Held:
    """Read the deposits of the household's units in two statements, those still held first."""
    community = household.unit.community
    rows = list(_with_receipt(deposits_of(community, household.unit_ids), OuterRef("entry")))
    of_payment = Coalesce(OuterRef("entry__reverses_id"), OuterRef("entry_id"))
    moves = _with_receipt(movements_of(community, [row.pk for row in rows]), of_payment)
    return Held(
        rows=sorted(rows, key=lambda row: row.balance_fen == 0), moves=list(moves[:MOVES_SHOWN])
    )


def _with_receipt(rows: QuerySet[Any], entry: Any) -> QuerySet[Any]:
    receipts = Receipt.objects.filter(community=OuterRef("community"), payment__entry=entry)
    told: QuerySet[Any] = rows.annotate(
        receipt_number=Subquery(receipts.values("number")[:1]),
        receipt_desk=Subquery(receipts.values("desk")[:1]),
        receipt_prefix=Subquery(receipts.values("desk__prefix")[:1]),
    )
    return told
