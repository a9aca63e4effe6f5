"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.deposits.models import DepositKind


def kind_for(standing: Standing, pk: int) -> DepositKind:
    """Return the kind of deposit with this id, its community loaded. Raises Http404."""
    rows = DepositKind.objects.select_related("community")
    return get_object_or_404(rows, community=standing.community, pk=pk)
