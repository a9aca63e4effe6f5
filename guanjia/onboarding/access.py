"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.onboarding.models import Import


def import_for(standing: Standing, pk: int) -> Import:
    """Return the import with this id. Raises Http404."""
    rows = Import.objects.select_related("community", "by")
    return get_object_or_404(rows, community=standing.community, pk=pk)
