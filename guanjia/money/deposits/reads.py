"""What the desk reads of deposits: the kinds to choose from, and what is held for a household."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.money.deposits.models import DepositKind, DepositMovement, HeldDeposit


def kinds_in_use(community: Community) -> QuerySet[DepositKind]:
    """Return the kinds that desks may take now, in the order in which they are offered."""
    rows = DepositKind.objects.filter(community=community, is_active=True)
    return rows.order_by("position", "pk")


def kinds_of(community: Community) -> QuerySet[Any]:
    """Return every kind, in use or not, each with how many are ``held`` now and what they come to in ``held_fen``."""
    held = HeldDeposit.objects.filter(
        community=OuterRef("community"), kind=OuterRef("pk"), balance_fen__gt=0
    )
    told = held.order_by().values("kind").annotate(n=Count("pk"), fen=Sum("balance_fen"))
    return (
        DepositKind.objects.filter(community=community)
        .annotate(
            held=Coalesce(Subquery(told.values("n")), 0),
            held_fen=Coalesce(Subquery(told.values("fen"), output_field=BigIntegerField()), 0),
        )
        .order_by("-is_active", "position", "pk")
    )


def deposits_of(community: Community, unit_ids: Sequence[int]) -> QuerySet[HeldDeposit]:
    """Return every deposit taken for these units, the newest first, with its unit and kind."""
    rows = HeldDeposit.objects.filter(community=community, unit__in=unit_ids)
    return rows.select_related("unit", "kind").order_by("-received_on", "-pk")


def movements_of(community: Community, held_ids: Sequence[int]) -> QuerySet[DepositMovement]:
    """Return what went in and out of these deposits, the newest first, with the entry and who made it."""
    rows = DepositMovement.objects.filter(community=community, held__in=held_ids)
    return rows.select_related("entry__by", "held__unit", "held__kind").order_by("-pk")
