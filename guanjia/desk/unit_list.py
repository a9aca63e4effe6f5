"""The list of units: each with its people of today and what is overdue."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.estate.states import TITLE_HOLDERS, Capacity


@dataclass(slots=True)
class UnitRow:
    """One line. ``phone`` is masked: the debtor's, or the first owner's that is known."""

    unit: Any  # with what ``with_arrears`` adds
    owners: list[str] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)
    phone: str = ""


def rows_of(units: Sequence[Unit], day: date) -> list[UnitRow]:
    """Return a line for each of one community's ``units``, their people read in one statement."""
    people: defaultdict[int, list[Tenure]] = defaultdict(list)
    if units:
        wanted = (*TITLE_HOLDERS, Capacity.TENANT)
        tenures = Tenure.objects.filter(
            on_day(day), community=units[0].community_id, unit__in=units, capacity__in=wanted
        )
        for tenure in tenures.select_related("party").order_by("-is_debtor", "pk"):
            people[tenure.unit_id].append(tenure)
    return [_row(unit, people[unit.pk]) for unit in units]


def _row(unit: Unit, tenures: list[Tenure]) -> UnitRow:
    row = UnitRow(unit)
    for tenure in tenures:
        tenant = Capacity(tenure.capacity) is Capacity.TENANT
        (row.tenants if tenant else row.owners).append(tenure.party.name)
        row.phone = row.phone or ("" if tenant else tenure.party.masked_phone)
    return row
