"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.payments.models import Desk, Receipt


def desk_for(standing: Standing, pk: int) -> Desk:
    """Return the desk in use with this id. Raises Http404."""
    return get_object_or_404(Desk, community=standing.community, pk=pk, is_active=True)


def any_desk_for(standing: Standing, pk: int) -> Desk:
    """Return the desk with this id, in use or not, its community loaded. Raises Http404."""
    rows = Desk.objects.select_related("community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def receipt_for(standing: Standing, desk_id: int, number: int) -> Receipt:
    """Return the receipt with this number in the desk's series, its payment loaded. Raises Http404."""
    rows = Receipt.objects.select_related("desk", "payment__unit", "payment__by")
    return get_object_or_404(rows, community=standing.community, desk=desk_id, number=number)
