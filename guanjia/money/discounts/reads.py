"""What the desk reads of discounts."""

from datetime import date

from django.db.models import Q, QuerySet

from guanjia.accounts.models import Community
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.discounts.models import DiscountGrant, DiscountRule
from guanjia.money.discounts.rules import DiscountKind
from guanjia.money.discounts.states import DiscountState


def rules_in(community: Community) -> QuerySet[DiscountRule]:
    """Return the community's rules, those in force and waiting first, the newest first among them."""
    rows = DiscountRule.objects.filter(community=community).prefetch_related("items__item")
    return rows.select_related("requested_by", "decided_by").order_by("ends_on", "-pk")


def rules_to_grant(community: Community, day: date) -> QuerySet[DiscountRule]:
    """Return the rules that can be granted for ``day`` or later."""
    rows = DiscountRule.objects.filter(community=community, state=DiscountState.APPROVED)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=day)).order_by("kind", "name")


def grants_in(community: Community, state: DiscountState | None = None) -> QuerySet[DiscountGrant]:
    """Return the community's grants, newest first."""
    rows = DiscountGrant.objects.filter(community=community)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("unit", "rule", "requested_by", "decided_by").order_by("-pk")


def grants_of(unit: Unit) -> QuerySet[DiscountGrant]:
    """Return the unit's grants, newest first."""
    return grants_in(unit.community).filter(unit=unit)


def no_longer_vacant(community: Community, day: date) -> QuerySet[DiscountGrant]:
    """Return the vacancies' grants that run on though their unit isn't vacant any more: somebody is to end them."""
    rows = grants_in(community, DiscountState.APPROVED).filter(rule__kind=DiscountKind.VACANCY)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=day)).exclude(unit__status=UnitStatus.VACANT)
