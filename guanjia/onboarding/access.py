"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.bills.models import Opening
from guanjia.onboarding.models import Import
from guanjia.onboarding.states import ImportKind


def import_for(standing: Standing, pk: int) -> Import:
    """Return the import of a register with this id. Raises Http404."""
    return _file(standing, pk, ImportKind.REGISTER)


def opening_file_for(standing: Standing, pk: int) -> Import:
    """Return the workbook of opening balances with this id. Raises Http404."""
    return _file(standing, pk, ImportKind.OPENING)


def opening_for(standing: Standing, pk: int) -> Opening:
    """Return the opening with this id. Raises Http404."""
    rows = Opening.objects.select_related("community__company", "by")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def _file(standing: Standing, pk: int, kind: ImportKind) -> Import:
    rows = Import.objects.select_related("community", "by")
    return get_object_or_404(rows, community=standing.community, kind=kind, pk=pk)
