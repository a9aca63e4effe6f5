"""The patches as the team pages show them: who stands for each, and where the two lines cross."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.estate.models import by_number
from guanjia.people.models import (
    Department,
    Patch,
    PatchBuilding,
    PatchManager,
    PatchMember,
    PatchUnit,
    Staff,
)
from guanjia.people.patches import Team, team_of, teams_of, unit_counts
from guanjia.people.states import REPORTS_TO, DepartmentKind, Trade

_TRADES = {trade.value: place for place, trade in enumerate(Trade)}


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One line of the list: a patch's team, the places it covers, how many units it comes to."""

    team: Team
    places: tuple[PatchBuilding, ...]
    exceptions: tuple[PatchUnit, ...]
    units: int

    @property
    def trades(self) -> list[tuple[Trade, tuple[Staff, ...]]]:
        """Return the three trades, each with its people; none where one is lacking."""
        return [(trade, self.team.members.get(trade, ())) for trade in Trade]


@dataclass(frozen=True, slots=True)
class Column:
    """A reporting line (行政线): a trade and the departments whose heads supervise it."""

    trade: Trade
    departments: tuple[Department, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Both reporting lines: columns are departments, rows are customer managers' patches (MODE-1)."""

    directors: tuple[Staff, ...]
    columns: tuple[Column, ...]
    rows: tuple[PatchRow, ...]


@dataclass(frozen=True, slots=True)
class PatchFile:
    """Everything about one patch: today's team, what it covers, who was there when."""

    team: Team
    places: tuple[PatchBuilding, ...]
    exceptions: tuple[PatchUnit, ...]
    managers: tuple[PatchManager, ...]
    members: tuple[PatchMember, ...]


def patch_rows(community: Community, day: date) -> tuple[PatchRow, ...]:
    """Return the patches of ``community`` by name, in six statements."""
    here, counts = {"community": community}, unit_counts(community)
    places: defaultdict[int, list[PatchBuilding]] = defaultdict(list)
    rules = PatchBuilding.objects.filter(**here).select_related("building")
    for rule in rules.order_by(by_number("building__key"), "entrance"):
        places[rule.patch_id].append(rule)
    exceptions: defaultdict[int, list[PatchUnit]] = defaultdict(list)
    for own in PatchUnit.objects.filter(**here).select_related("unit").order_by("unit__key"):
        exceptions[own.patch_id].append(own)
    return tuple(
        PatchRow(
            team=team,
            places=tuple(places[team.patch.pk]),
            exceptions=tuple(exceptions[team.patch.pk]),
            units=counts.get(team.patch.pk, 0),
        )
        for team in teams_of(community, day)
    )


def matrix_of(community: Community, rows: tuple[PatchRow, ...]) -> Matrix:
    """Return where the departments' lines cross those of the customer managers."""
    found: defaultdict[str, list[Department]] = defaultdict(list)
    departments = Department.objects.filter(community=community).select_related("head")
    for department in departments.order_by("name"):
        found[department.kind].append(department)
    return Matrix(
        directors=tuple(d.head for d in found[DepartmentKind.MANAGEMENT] if d.head),
        columns=tuple(Column(trade, tuple(found[kind])) for trade, kind in REPORTS_TO.items()),
        rows=rows,
    )


def patch_file(patch: Patch, day: date) -> PatchFile:
    """Read one patch."""
    here = {"community": patch.community_id, "patch": patch}
    places = PatchBuilding.objects.filter(**here).select_related("building")
    exceptions = PatchUnit.objects.filter(**here).select_related("unit")
    managers = PatchManager.objects.filter(**here).select_related("staff")
    members = PatchMember.objects.filter(**here).select_related("staff__department")
    return PatchFile(
        team=team_of(patch, day),
        places=tuple(places.order_by(by_number("building__key"), "entrance")),
        exceptions=tuple(exceptions.order_by(by_number("unit__key"))),
        managers=tuple(managers.order_by("-begins_on")),
        members=tuple(
            sorted(members, key=lambda m: (m.ends_on is not None, _TRADES[m.trade], m.pk))
        ),
    )
