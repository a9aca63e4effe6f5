"""Drawing the patches, naming their managers, making up their teams."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from guanjia.accounts.models import Community, User
from guanjia.core.database.insert import insert
from guanjia.core.refusal import Refusal, Refused
from guanjia.estate.models import Building, Unit
from guanjia.people.models import (
    Patch,
    PatchBuilding,
    PatchManager,
    PatchMember,
    PatchUnit,
    Staff,
)
from guanjia.people.states import Trade
from guanjia.records.actions import journal


@transaction.atomic
def add_patch(*, community: Community, name: str, by: User, at: datetime) -> Patch:
    """Add a patch."""
    patch = Patch(community=community, name=name)
    insert(patch, taken=Refusal(f"责任区“{name}”已经有了", "请直接选用"))
    journal(
        community=community, by=by, at=at, action="patch.add", subject=patch, after={"name": name}
    )
    return patch


@transaction.atomic
def cover_building(
    *, patch: Patch, building: Building, by: User, at: datetime, entrance: str = ""
) -> PatchBuilding:
    """Give a building, or one entrance of it, to a patch; another patch loses it."""
    rule, _ = PatchBuilding.objects.update_or_create(
        community=patch.community,
        building=building,
        entrance=entrance,
        defaults={"patch": patch},
    )
    journal(
        community=patch.community,
        by=by,
        at=at,
        action="patch.cover",
        subject=patch,
        after={"building": building.pk, "entrance": entrance},
    )
    return rule


@transaction.atomic
def cover_unit(*, patch: Patch, unit: Unit, by: User, at: datetime) -> PatchUnit:
    """Give one unit to a patch, whatever its building says."""
    rule, _ = PatchUnit.objects.update_or_create(
        community=patch.community, unit=unit, defaults={"patch": patch}
    )
    journal(
        community=patch.community,
        by=by,
        at=at,
        action="patch.cover",
        subject=patch,
        after={"unit": unit.pk},
    )
    return rule


@transaction.atomic
def uncover_building(*, rule: PatchBuilding, by: User, at: datetime) -> None:
    """Take a building, or one entrance of it, out of its patch."""
    patch, told = rule.patch, {"building": rule.building_id, "entrance": rule.entrance}
    rule.delete()
    journal(
        community=patch.community, by=by, at=at, action="patch.uncover", subject=patch, before=told
    )


@transaction.atomic
def uncover_unit(*, rule: PatchUnit, by: User, at: datetime) -> None:
    """Let a unit follow its building again."""
    patch, told = rule.patch, {"unit": rule.unit_id}
    rule.delete()
    journal(
        community=patch.community, by=by, at=at, action="patch.uncover", subject=patch, before=told
    )


@transaction.atomic
def assign_manager(*, patch: Patch, staff: Staff, on: date, by: User, at: datetime) -> PatchManager:
    """Name a patch's customer manager from ``on``; the one before stays until the day before.

    Raises Refused when somebody is already named from that day or later.
    """
    patch = _locked(patch)
    _must_work(staff, on)
    rows = PatchManager.objects.filter(community=patch.community_id, patch=patch)
    rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    if rows.filter(begins_on__gte=on).exists():
        raise Refused(Refusal("该日或之后已安排客户经理", "请另选起始日"))
    before = list(rows.values_list("staff_id", flat=True))
    rows.update(ends_on=on - timedelta(days=1))
    manager = PatchManager.objects.create(
        community=patch.community, patch=patch, staff=staff, begins_on=on
    )
    journal(
        community=patch.community,
        by=by,
        at=at,
        action="patch.manager",
        subject=patch,
        before={"staff": before},
        after={"staff": staff.pk, "begins_on": on},
    )
    return manager


@transaction.atomic
def join_team(
    *, patch: Patch, staff: Staff, trade: Trade, on: date, by: User, at: datetime
) -> PatchMember:
    """Put a guard, technician or cleaner into a patch's team from ``on`` (MODE-2). Raises Refused."""
    patch = _locked(patch)
    _must_work(staff, on)
    member, is_new = PatchMember.objects.get_or_create(
        community=patch.community,
        patch=patch,
        staff=staff,
        trade=trade,
        ends_on=None,
        defaults={"begins_on": on},
    )
    if not is_new:
        raise Refused(Refusal(f"{staff.name}已在这个责任区的团队里", "不需要重复加入"))
    journal(
        community=patch.community,
        by=by,
        at=at,
        action="patch.join",
        subject=patch,
        after={"staff": staff.pk, "trade": str(trade), "begins_on": on},
    )
    return member


@transaction.atomic
def leave_team(*, member: PatchMember, last_day: date, by: User, at: datetime) -> PatchMember:
    """End a person's time in a team; ``last_day`` still counts. Raises Refused."""
    patch = _locked(member.patch)
    member = PatchMember.objects.get(community=patch.community_id, pk=member.pk)
    if last_day < member.begins_on or (member.ends_on and member.ends_on < last_day):
        raise Refused(Refusal("截止日不在加入团队的期限之内", "请核对日期"))
    member.ends_on = last_day
    member.save(update_fields=["ends_on"])
    journal(
        community=patch.community,
        by=by,
        at=at,
        action="patch.leave",
        subject=patch,
        before={"staff": member.staff_id, "trade": member.trade},
        after={"ends_on": last_day},
    )
    return member


def _must_work(staff: Staff, on: date) -> None:
    if staff.left_on is not None and staff.left_on < on:
        raise Refused(Refusal(f"{staff.name}已离职", "请选择在职人员"))


def _locked(patch: Patch) -> Patch:
    rows = Patch.objects.select_for_update(of=("self",)).select_related("community")
    return rows.get(community=patch.community_id, pk=patch.pk)
