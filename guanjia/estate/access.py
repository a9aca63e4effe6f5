"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.core.database.written import written_once
from guanjia.estate.models import Party, Tenure, Unit


def unit_for(standing: Standing, key: str) -> Unit:
    """Return the unit with this canonical key. Raises Http404."""
    if "\0" in key:  # PostgreSQL takes no such text
        raise Http404
    for unit in _unit(standing.community.pk, key):
        unit.community = standing.community
        return unit
    raise Http404


@written_once
def _unit(community: int, key: str) -> QuerySet[Unit]:
    rows = Unit.objects.select_related("building", "household")
    return rows.filter(community=community, key=key)


def party_for(standing: Standing, pk: int) -> Party:
    """Return the party with this id, or the one that it was merged into. Raises Http404."""
    rows = Party.objects.select_related("community", "merged_into")
    party = get_object_or_404(rows, community=standing.community, pk=pk)
    return party.merged_into or party


def merged_party_for(standing: Standing, pk: int) -> Party:
    """Return the party with this id, which is merged into another. Raises Http404."""
    rows = Party.objects.filter(merged_into__isnull=False).select_related("community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def tenure_for(standing: Standing, pk: int) -> Tenure:
    """Return the tenure with this id. Raises Http404."""
    rows = Tenure.objects.select_related("community", "unit__community", "party")
    return get_object_or_404(rows, community=standing.community, pk=pk)
