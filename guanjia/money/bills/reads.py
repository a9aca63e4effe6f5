"""What the desk reads of bills."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from guanjia.estate.models import Unit
from guanjia.money.bills.models import IS_OPEN, OPEN_FEN, Adjustment, Bill


@dataclass(frozen=True, slots=True)
class Owed:
    """What one debtor has open on a unit, in fen. ``debtor`` is '' where the register named nobody."""

    debtor: str
    open_fen: int
    overdue_fen: int
    since: date
    bills: int


def adjustments_of(bills: Sequence[Bill]) -> defaultdict[int, list[Adjustment]]:
    """Return what was taken off these bills of one community, by bill; no statement where nothing was."""
    found: defaultdict[int, list[Adjustment]] = defaultdict(list)
    if reduced := [bill for bill in bills if bill.reduced_fen]:
        rows = Adjustment.objects.filter(
            community=reduced[0].community_id, bill__in=[bill.pk for bill in reduced]
        )
        for row in rows.order_by("pk"):
            found[row.bill_id].append(row)
    return found


def owed_on(unit: Unit, day: date) -> list[Owed]:
    """Return who owes what on ``unit``, the largest sum first: shown before the title passes (OWN-N1)."""
    rows = Bill.objects.filter(IS_OPEN, community=unit.community_id, unit=unit).annotate(
        debtor_now=Coalesce("debtor__merged_into_id", "debtor_id"),
        debtor_name=Coalesce("debtor__merged_into__name", "debtor__name"),
    )
    sums = rows.values("debtor_now", "debtor_name").annotate(
        unpaid_fen=Sum(OPEN_FEN),
        overdue_fen=Sum(OPEN_FEN, filter=Q(due_on__lt=day), default=0),
        since=Min("period_first"),
        bills=Count("pk"),
    )
    return [
        Owed(
            debtor=row["debtor_name"] or "",
            open_fen=int(row["unpaid_fen"]),  # a sum of bigints is a numeric
            overdue_fen=int(row["overdue_fen"]),
            since=row["since"],
            bills=row["bills"],
        )
        for row in sums.order_by("-unpaid_fen", "debtor_now")
    ]
