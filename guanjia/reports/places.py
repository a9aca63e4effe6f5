"""What a figure stands under: an item, or a unit's building and the customer manager who answers for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from guanjia.accounts.models import Community
from guanjia.core.labelled import Labelled
from guanjia.estate.models import Unit, on_day
from guanjia.people.models import PatchManager
from guanjia.people.patches import with_patch
from guanjia.reports.reading import rows_of


class Group(Labelled):
    """What arrears and rates are told by."""

    ITEM = "item", "收费项目"
    BUILDING = "building", "楼栋"
    MANAGER = "manager", "客户经理"
    HOLDER = "holder", "现业主或原业主"
    UNIT = "unit", "房号"
    ALL = "all", "全部"


_HOLDERS: dict[bool, tuple[str, dict[str, Any]]] = {
    True: ("原业主", {"holder": "former"}),
    False: ("现业主", {"holder": "present"}),
}
NOBODY = "（无客户经理）"
NO_BUILDING = "（无楼栋）"


@dataclass(frozen=True, slots=True)
class Place:
    """What a unit stands under, each word named as its ``Group``."""

    unit: str
    building: str
    manager: str


def places_of(community: Community, day: date) -> dict[int, Place]:
    """Return the place of every unit on ``day``, in two statements."""
    managers = PatchManager.objects.filter(on_day(day), community=community)
    manager_of = dict(managers.values_list("patch_id", "staff__name"))
    units = with_patch(Unit.objects.filter(community=community))
    rows = units.values_list("pk", "number", "building__name", "patch_id")
    return {
        pk: Place(number, building or NO_BUILDING, manager_of.get(patch, NOBODY))
        for pk, number, building, patch in rows
    }


def names_of(
    community: Community, day: date, by: Group
) -> Callable[[Any], tuple[str, dict[str, Any]]]:
    """Return what names a key of the statement, and tells what to ask for the bills behind it."""
    match by:
        case Group.ITEM:
            items = _items(community)
            return lambda item: (items[item], {"item": item})
        case Group.HOLDER:
            return lambda former: _HOLDERS[former]
        case Group.ALL:
            return lambda _: ("全部", {})
    places = places_of(community, day)

    def name(unit: int) -> tuple[str, dict[str, Any]]:
        word = getattr(places[unit], by.value)
        return word, {by.value: word}

    return name


def _items(community: Community) -> dict[int, str]:
    rows = rows_of(
        "SELECT id, name FROM tariffs_chargeitem WHERE community_id = %(community)s", community
    )
    return {row["id"]: row["name"] for row in rows}
