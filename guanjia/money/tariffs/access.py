"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.estate.models import Unit
from guanjia.money.tariffs.models import ChargeItem, Tariff, UnitTariff


def item_for(standing: Standing, pk: int) -> ChargeItem:
    """Return the charge item with this id, its community loaded. Raises Http404."""
    rows = ChargeItem.objects.select_related("community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def tariff_for(standing: Standing, pk: int) -> Tariff:
    """Return the tariff with this id, its item and community loaded. Raises Http404."""
    rows = Tariff.objects.select_related("item", "community")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def unit_tariff_for(unit: Unit, pk: int) -> UnitTariff:
    """Return what ``unit`` pays or paid under this id, its community loaded. Raises Http404."""
    rows = UnitTariff.objects.select_related("community")
    return get_object_or_404(rows, community=unit.community_id, unit=unit, pk=pk)
