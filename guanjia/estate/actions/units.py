"""Adding buildings and units, moving a unit's status, tying units into a household."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.database.insert import insert, save
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean
from guanjia.core.unit_number import unit_key
from guanjia.estate.models import Building, Household, Unit
from guanjia.estate.rules import building_key, may_change_status
from guanjia.estate.states import UnitKind, UnitStatus
from guanjia.records.actions import journal


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """What a unit is, as typed. Areas in m²."""

    number: str
    kind: UnitKind = UnitKind.DWELLING
    entrance: str = ""
    floor: int | None = None
    gross_area: Decimal | None = None
    internal_area: Decimal | None = None
    layout: str = ""
    customer_tier: str = ""  # '' goes by the kind
    status: UnitStatus = UnitStatus.UNSOLD


@transaction.atomic
def add_building(*, community: Community, name: str, by: User, at: datetime) -> Building:
    """Add a building. Raises UnitNumberError for an unreadable name, Refused for one that exists."""
    name = clean(name, limit=40)
    building = Building(community=community, name=name, key=building_key(name))
    insert(building, taken=Refusal(f"楼栋“{name}”已经有了", "请直接选用"))
    journal(
        community=community,
        by=by,
        at=at,
        action="building.add",
        subject=building,
        after={"name": name, "key": building.key},
    )
    return building


@transaction.atomic
def add_unit(
    *,
    community: Community,
    details: UnitDetails,
    by: User,
    at: datetime,
    building: Building | None = None,
) -> Unit:
    """Add a unit; its number tells it apart in any spelling (D8).

    Raises UnitNumberError for an unreadable number, Refused for one that exists.
    """
    number = clean(details.number, limit=60)
    unit = Unit(
        community=community,
        building=building,
        kind=details.kind,
        number=number,
        key=unit_key(number),
        entrance=details.entrance,
        floor=details.floor,
        gross_area=details.gross_area,
        internal_area=details.internal_area,
        layout=details.layout,
        customer_tier=details.customer_tier,
        status=details.status,
    )
    insert(unit, taken=Refusal(f"房号“{number}”已经有了", "写法不同也算同一个房号，请直接选用"))
    journal(
        community=community,
        by=by,
        at=at,
        action="unit.add",
        subject=unit,
        after={"number": number, "key": unit.key, "kind": str(unit.kind)},
    )
    return unit


@transaction.atomic
def change_unit(
    *,
    unit: Unit,
    details: UnitDetails,
    building: Building | None,
    by: User,
    at: datetime,
    reason: str = "",
) -> Unit:
    """Correct what a unit is; bills already issued keep the area they were computed from.

    The status in ``details`` is not looked at: it moves by its own verbs. Raises UnitNumberError for
    an unreadable number, Refused for one that another unit has.
    """
    unit = _locked(unit)
    before = _told(unit)
    unit.number = clean(details.number, limit=60)
    unit.key = unit_key(unit.number)
    unit.kind, unit.building = details.kind, building
    unit.entrance, unit.floor, unit.layout = details.entrance, details.floor, details.layout
    unit.gross_area, unit.internal_area = details.gross_area, details.internal_area
    unit.customer_tier = details.customer_tier
    taken = Refusal(f"房号“{unit.number}”已经有了", "写法不同也算同一个房号，请核对")
    save(unit, taken=taken)
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="unit.change",
        subject=unit,
        before=before,
        after=_told(unit),
        reason=reason,
    )
    return unit


@transaction.atomic
def change_unit_status(
    *, unit: Unit, to: UnitStatus, by: User, at: datetime, reason: str = ""
) -> Unit:
    """Move a unit along its states, such as from occupied to let. Raises Refused.

    The first handover has its own verb, since the debtor changes with it.
    """
    unit = _locked(unit)
    now = UnitStatus(unit.status)
    if now is UnitStatus.UNSOLD:
        raise Refused(Refusal("该房屋尚未交付", "首次交付请办理交付手续"))
    refusal = may_change_status(now, to)
    if refusal is not None:
        raise Refused(refusal)
    unit.status = to
    unit.save(update_fields=["status"])
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="unit.status",
        subject=unit,
        before={"status": str(now)},
        after={"status": str(to)},
        reason=reason,
    )
    return unit


@transaction.atomic
def link_household(
    *, main: Unit, others: Sequence[Unit], by: User, at: datetime, name: str = ""
) -> Household:
    """Let ``others`` share the account of ``main``, which leads it; the household is made when missing.

    Raises Refused for a unit that leads a household of its own.
    """
    community = main.community
    ids = [main.pk, *(unit.pk for unit in others)]
    rows = Unit.objects.select_for_update().filter(community=community, pk__in=ids)
    units = {unit.pk: unit for unit in rows.order_by("pk")}
    main = units[main.pk]
    leader = next((u for pk, u in units.items() if pk != main.pk and u.leads_household), None)
    if leader is not None:
        raise Refused(Refusal(f"{leader.number}是另一户的主房屋", "请以那一户的主房屋来合户"))
    household = main.household if main.household_id and main.leads_household else None
    if household is None:
        household = Household.objects.create(community=community, name=name or main.number)
    Unit.objects.filter(community=community, pk__in=ids).update(household=household)
    Unit.objects.filter(community=community, pk=main.pk).update(leads_household=True)
    journal(
        community=community,
        by=by,
        at=at,
        action="household.link",
        subject=household,
        after={"main": main.pk, "units": sorted(ids)},
    )
    return household


@transaction.atomic
def leave_household(*, unit: Unit, by: User, at: datetime, reason: str = "") -> Unit:
    """Take a unit out of its household. Raises Refused for the main unit: the others lean on it."""
    unit = _locked(unit)
    if unit.household is None:
        raise Refused(Refusal(f"{unit.number}没有与其他房屋合户", "不需要办理"))
    if unit.leads_household:
        raise Refused(Refusal(f"{unit.number}是户内主房屋", "请把其他房屋逐个移出"))
    household, unit.household = unit.household, None
    unit.save(update_fields=["household"])
    journal(
        community=unit.community,
        by=by,
        at=at,
        action="household.leave",
        subject=household,
        before={"unit": unit.pk},
        reason=reason,
    )
    return unit


def _locked(unit: Unit) -> Unit:
    rows = Unit.objects.select_for_update(of=("self",)).select_related("community", "household")
    return rows.get(community=unit.community_id, pk=unit.pk)


def _told(unit: Unit) -> dict[str, Any]:
    return {
        "number": unit.number,
        "kind": str(unit.kind),
        "building": unit.building_id,
        "entrance": unit.entrance,
        "floor": unit.floor,
        "gross_area": unit.gross_area,
        "internal_area": unit.internal_area,
        "layout": unit.layout,
        "customer_tier": unit.customer_tier,
    }
