"""What the desk reads of deposits: the kinds to choose from, and what is held for a household."""

from collections.abc import Sequence

from django.db.models import QuerySet

from guanjia.accounts.models import Community
from guanjia.money.deposits.models import DepositKind, DepositMovement, HeldDeposit


def kinds_in_use(community: Community) -> QuerySet[DepositKind]:
    """Return the kinds that desks may take now, in the order in which they are offered."""
    rows = DepositKind.objects.filter(community=community, is_active=True)
    return rows.order_by("position", "pk")


def deposits_of(community: Community, unit_ids: Sequence[int]) -> QuerySet[HeldDeposit]:
    """Return every deposit taken for these units, the newest first, with its unit and kind."""
    rows = HeldDeposit.objects.filter(community=community, unit__in=unit_ids)
    return rows.select_related("unit", "kind").order_by("-received_on", "-pk")


def movements_of(community: Community, held_ids: Sequence[int]) -> QuerySet[DepositMovement]:
    """Return what went in and out of these deposits, the newest first, with the entry and who made it."""
    rows = DepositMovement.objects.filter(community=community, held__in=held_ids)
    return rows.select_related("entry__by", "held__unit", "held__kind").order_by("-pk")
