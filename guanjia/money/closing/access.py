"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.closing.models import DayClose, ReopeningRequest, Shift
from guanjia.money.closing.reads import closes_of, shifts_of


def shift_for(standing: Standing, pk: int) -> Shift:
    """Return the shift with its desk, its people and how it ended. Raises Http404."""
    rows = shifts_of(standing.community).select_related("community__company")
    return get_object_or_404(rows, pk=pk)


def close_for(standing: Standing, pk: int) -> DayClose:
    """Return the sheet of a closed day, standing or taken back. Raises Http404."""
    rows = closes_of(standing.community).select_related("community__company")
    return get_object_or_404(rows, pk=pk)


def request_for(standing: Standing, pk: int) -> ReopeningRequest:
    """Return a request to open a day again, decided or not. Raises Http404."""
    return get_object_or_404(ReopeningRequest, community=standing.community, pk=pk)
