"""What the household page tells of a unit: its people and what each may do, its sister units, its file."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from guanjia.core.database.written import written_once
from guanjia.estate.models import Party, Tenure, Unit, UnitDocument, Vehicle, on_day
from guanjia.estate.rules import Completeness, Fact, Permit, completeness, permits
from guanjia.estate.states import TITLE_HOLDERS, Capacity, UnitKind, UnitStatus

_NO_HOUSEHOLD = 0  # no row's id
_ORDER = {capacity: place for place, capacity in enumerate(Capacity)}


@dataclass(frozen=True, slots=True)
class Resident:
    """One card: who, what they are to the unit, what they may do today."""

    party: Party
    tenure: Tenure
    permits: tuple[Permit, ...]

    @property
    def title(self) -> str:
        """Return the word beside the name: 配偶 rather than 家属 where it is known."""
        return self.tenure.relation or Capacity(self.tenure.capacity).label


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A unit's people and papers on one day."""

    residents: tuple[Resident, ...]
    documents: tuple[UnitDocument, ...]
    completeness: Completeness

    @property
    def debtor(self) -> Resident | None:
        """Return who owes the unit's charges that day."""
        return next((r for r in self.residents if r.tenure.is_debtor), None)


@dataclass(frozen=True, slots=True)
class Kin:
    """What shares a unit's household: its sister units, the main one first, and the plates of all their cars."""

    sisters: list[Unit]
    plates: list[str]


def unit_file(unit: Unit, day: date) -> UnitFile:
    """Read the people and papers of ``unit`` in two statements.

    Agents whose term is over stay visible, so that nobody takes an old power of attorney for a good one.
    """
    documents = tuple(_documents(unit.community_id, unit.pk))
    tenures = sorted(
        _tenures(unit.community_id, unit.pk, day),
        key=lambda t: (not t.is_debtor, _ORDER[Capacity(t.capacity)], t.pk),
    )
    papers: defaultdict[int | None, set[str]] = defaultdict(set)
    for document in documents:
        papers[document.party_id].add(document.kind)
    residents = tuple(Resident(t.party, t, permits(t, papers[t.party_id], day)) for t in tenures)
    score = completeness(
        UnitKind(unit.kind), UnitStatus(unit.status), _on_file(unit, tenures, documents)
    )
    return UnitFile(residents, documents, score)


def kin_of(unit: Unit) -> Kin:
    """Read what shares the household of ``unit``, in one statement."""
    units = _household_units(unit.community_id, unit.pk, unit.household_id or _NO_HOUSEHOLD)
    return Kin(
        sisters=[each for each in units if each.pk != unit.pk],
        plates=sorted({plate for each in units for plate in each.plates}),
    )


def sister_units(unit: Unit) -> list[Unit]:
    """Return the other units of the same household, the main one first."""
    return kin_of(unit).sisters if unit.household_id else []


@written_once
def _documents(community: int, unit: int) -> QuerySet[UnitDocument]:
    return UnitDocument.objects.filter(community=community, unit=unit).order_by("received_on")


@written_once
def _tenures(community: int, unit: int, day: date) -> QuerySet[Tenure]:
    rows = Tenure.objects.filter(community=community, unit=unit).select_related("party")
    return rows.filter(on_day(day) | Q(capacity=Capacity.AGENT))


@written_once
def _household_units(community: int, unit: int, household: int) -> QuerySet[Any]:
    rows = Unit.objects.filter(Q(pk=unit) | Q(household=household), community=community)
    plates = Vehicle.objects.filter(community=community, unit=OuterRef("pk"))
    told: QuerySet[Any] = rows.annotate(plates=ArraySubquery(plates.values("plate")))
    return told.order_by("-leads_household", "key")


def _on_file(unit: Unit, tenures: list[Tenure], documents: tuple[UnitDocument, ...]) -> set[str]:
    owners = [t.party for t in tenures if t.capacity in TITLE_HOLDERS]
    known: set[str] = {document.kind for document in documents}
    if unit.gross_area or unit.internal_area:
        known.add(Fact.AREA)
    if owners:
        known.add(Fact.OWNER)
    if any(owner.phone for owner in owners):
        known.add(Fact.PHONE)
    if any(owner.id_number for owner in owners):
        known.add(Fact.ID_NUMBER)
    return known
