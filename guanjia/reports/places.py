"""Where a figure belongs: a unit's building and the customer manager who answers for it."""

from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.core.labelled import Labelled
from guanjia.estate.models import Unit, on_day
from guanjia.people.models import PatchManager
from guanjia.people.patches import with_patch


class Group(Labelled):
    """What arrears and rates are told by."""

    ITEM = "item", "收费项目"
    BUILDING = "building", "楼栋"
    MANAGER = "manager", "客户经理"
    HOLDER = "holder", "现业主或原业主"
    UNIT = "unit", "房号"
    ALL = "all", "全部"


NOBODY = "（无客户经理）"
NO_BUILDING = "（无楼栋）"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as reports name it."""

    number: str
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
