"""Which patch a unit belongs to, who stands for it, and where the matrix has holes (MODE-1 to MODE-4)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.estate.models import Unit, by_number, on_day
from guanjia.people.models import (
    Patch,
    PatchBuilding,
    PatchManager,
    PatchMember,
    PatchUnit,
    Staff,
)
from guanjia.people.states import Trade


@dataclass(frozen=True, slots=True)
class Team:
    """Who stands for a patch on one day."""

    patch: Patch
    manager: Staff | None
    members: dict[Trade, tuple[Staff, ...]]

    @property
    def lacking(self) -> tuple[Trade, ...]:
        """Return the trades that nobody in the team has (MODE-2)."""
        return tuple(trade for trade in Trade if not self.members.get(trade))


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing before every unit has its manager and every patch its three trades."""

    units: tuple[Unit, ...]  # without a patch
    unmanaged: tuple[Patch, ...]
    lacking: dict[Patch, tuple[Trade, ...]]


def with_patch(units: QuerySet[Unit]) -> QuerySet[Any]:
    """Add ``patch_id`` to units, null where none is found.

    A rule for the unit goes before one for its entrance, that before its building's; a unit without any,
    such as a parking space, follows the main unit of its household.
    """
    main = Unit.objects.filter(
        community=OuterRef("community"), household=OuterRef("household"), leads_household=True
    )
    followed = main.annotate(patch_id=_own_patch()).values("patch_id")
    return units.annotate(patch_id=Coalesce(_own_patch(), Subquery(followed)))


def patch_of(unit: Unit) -> Patch | None:
    """Return the one patch that ``unit`` belongs to."""
    here = with_patch(Unit.objects.filter(community=unit.community_id, pk=unit.pk))
    return Patch.objects.filter(community=unit.community_id, pk__in=here.values("patch_id")).first()


def team_of(patch: Patch, day: date) -> Team:
    """Return who stands for ``patch`` on ``day``."""
    return _teams([patch], day)[0]


def teams_of(community: Community, day: date) -> list[Team]:
    """Return who stands for each patch on ``day``, in three statements."""
    return _teams(list(Patch.objects.filter(community=community).order_by("pk")), day)


def unit_counts(community: Community) -> dict[int | None, int]:
    """Return how many units each patch has, and under None how many have no patch."""
    rows = with_patch(Unit.objects.filter(community=community)).order_by().values("patch_id")
    return {row["patch_id"]: row["units"] for row in rows.annotate(units=Count("pk"))}


def gaps(community: Community, day: date) -> Gaps:
    """Report units without a patch, and patches without a manager or a trade on ``day``."""
    units = with_patch(Unit.objects.filter(community=community)).filter(patch_id=None)
    teams = teams_of(community, day)
    return Gaps(
        units=tuple(units.order_by(by_number())),
        unmanaged=tuple(team.patch for team in teams if team.manager is None),
        lacking={team.patch: team.lacking for team in teams if team.lacking},
    )


def _own_patch() -> Coalesce:
    by_unit = PatchUnit.objects.filter(community=OuterRef("community"), unit=OuterRef("pk"))
    by_place = PatchBuilding.objects.filter(
        community=OuterRef("community"),
        building=OuterRef("building"),
        entrance__in=["", OuterRef("entrance")],
    ).order_by("-entrance")
    return Coalesce(Subquery(by_unit.values("patch_id")), Subquery(by_place.values("patch_id")[:1]))


def _teams(patches: list[Patch], day: date) -> list[Team]:
    if not patches:
        return []
    here = {"community": patches[0].community_id, "patch__in": patches}
    managers = PatchManager.objects.filter(on_day(day), **here).select_related("staff")
    manager_of = {row.patch_id: row.staff for row in managers}
    members: defaultdict[int, defaultdict[Trade, list[Staff]]]
    members = defaultdict(lambda: defaultdict(list))
    rows = PatchMember.objects.filter(on_day(day), **here).select_related("staff")
    for row in rows.order_by("staff__staff_no"):
        members[row.patch_id][Trade(row.trade)].append(row.staff)
    return [
        Team(
            patch,
            manager_of.get(patch.pk),
            {trade: tuple(staff) for trade, staff in members[patch.pk].items()},
        )
        for patch in patches
    ]
