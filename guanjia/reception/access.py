"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.reception.models import PhoneNote, Visit


def visit_for(standing: Standing, pk: int) -> Visit:
    """Return the visit with this id. Raises Http404."""
    rows = Visit.objects.select_related("community", "owner", "unit", "tenure__party")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def call_for(standing: Standing, pk: int) -> PhoneNote:
    """Return the call with this id. Raises Http404."""
    rows = PhoneNote.objects.select_related("community", "owner", "unit", "called_back_by")
    rows = rows.select_related("visit__unit", "visit__tenure__party")
    return get_object_or_404(rows, community=standing.community, pk=pk)
