"""What the desk reads of prepayments."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.money.prepayments.models import Prepayment


@dataclass(frozen=True, slots=True)
class Balance:
    """What one person has left at one unit and free to use, in fen."""

    prepayment_id: int
    unit_id: int
    party_id: int | None
    fen: int


def balances_of(
    community: Community, unit_ids: Collection[int], party_id: int | None
) -> list[Balance]:
    """Return what ``party_id`` has left at these units, the first unit's first, in one statement.

    People merged since count as the one they were merged into; what refunds hold does not count.
    """
    rows = prepaid_by(community, unit_ids).filter(owner=party_id, balance_fen__gt=F("held_fen"))
    found = rows.values_list("pk", "unit_id", "owner", F("balance_fen") - F("held_fen"))
    order = {unit: place for place, unit in enumerate(unit_ids)}
    return sorted((Balance(*row) for row in found), key=lambda balance: order[balance.unit_id])


def prepaid_by(community: Community, unit_ids: Collection[int]) -> QuerySet[Any]:
    """Return the units' prepayments, each with its ``owner`` as people are known today."""
    rows = Prepayment.objects.filter(community=community, unit__in=unit_ids)
    return rows.annotate(owner=Coalesce(F("party__merged_into_id"), F("party_id")))
