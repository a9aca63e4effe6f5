"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.discounts.models import DiscountGrant, DiscountRule

_PEOPLE = ("community", "requested_by", "decided_by", "closed_by", "attachment")


def rule_for(standing: Standing, pk: int) -> DiscountRule:
    """Return the rule with this id, who acted on it loaded. Raises Http404."""
    rows = DiscountRule.objects.select_related(*_PEOPLE).prefetch_related("items__item")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def grant_for(standing: Standing, pk: int) -> DiscountGrant:
    """Return the grant with this id, its unit, its rule and who acted on it loaded. Raises Http404."""
    rows = DiscountGrant.objects.select_related(*_PEOPLE, "unit", "rule")
    return get_object_or_404(rows, community=standing.community, pk=pk)
