"""Departments, staff and posts (the reporting line); patches with a manager and a team (the service line)."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from guanjia.accounts.models import CommunityModel, User
from guanjia.accounts.permissions import ROLE_LABELS
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.sealing.fields import SealedTextField
from guanjia.estate.models import Building, Unit, at_one_time, same
from guanjia.people.states import DepartmentKind, Trade


def period_holds(name: str) -> models.CheckConstraint:
    """Return the constraint that a period does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")), name=name
    )


class Department(CommunityModel):
    """A department (部门); its head is the functional supervisor of its staff (MODE-3)."""

    kind = models.CharField("类别", max_length=20, choices=DepartmentKind.choices())
    name = models.CharField("部门", max_length=40)
    parent = CommunityForeignKey("self", null=True, blank=True, db_index=False)
    head = CommunityForeignKey("Staff", null=True, blank=True, related_name="heads", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="people_department_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Staff(CommunityModel):
    """A member of staff in one community; ``user`` when they sign in."""

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    department = CommunityForeignKey(Department, related_name="staff", db_index=False)
    staff_no = models.CharField("工号", max_length=20)
    name = models.CharField("姓名", max_length=60)
    phone = SealedTextField("电话", purpose="staff.phone", null=True, blank=True)
    joined_on = models.DateField("入职日期")
    left_on = models.DateField("离职日期", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "staff_no"], name="people_staff_no"),
            models.UniqueConstraint(
                fields=["community", "user"],
                condition=Q(user__isnull=False),
                name="people_staff_user",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="people_staff_period",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Post(CommunityModel):
    """A post (岗位) and the role that whoever holds it is granted."""

    department = CommunityForeignKey(Department, related_name="posts", db_index=False)
    name = models.CharField("岗位", max_length=40)
    role = models.CharField(
        "权限角色",
        max_length=20,
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="people_post_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Appointment(CommunityModel):
    """A person's time in a post; the last day included, null while it lasts."""

    staff = CommunityForeignKey(Staff, related_name="appointments", db_index=False)
    post = CommunityForeignKey(Post, related_name="appointments", db_index=False)
    begins_on = models.DateField("起始日")
    ends_on = models.DateField("截止日", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "staff", "post"],
                condition=Q(ends_on=None),
                name="people_appointment_once",
            ),
            period_holds("people_appointment_period"),
        ]

    def __str__(self) -> str:
        return f"{self.begins_on}–{self.ends_on or ''}"


class Patch(CommunityModel):
    """A patch (责任区): the units that one customer manager answers for (MODE-2)."""

    name = models.CharField("责任区", max_length=40)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="people_patch_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PatchBuilding(CommunityModel):
    """A building, or one entrance of it, that belongs to a patch; the entrance goes before the building."""

    patch = CommunityForeignKey(Patch, related_name="buildings", db_index=False)
    building = CommunityForeignKey(Building, related_name="+", db_index=False)
    entrance = models.CharField("单元", max_length=20, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "building", "entrance"], name="people_patch_building"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building}{self.entrance}"


class PatchUnit(CommunityModel):
    """A unit that belongs to a patch whatever its building says."""

    patch = CommunityForeignKey(Patch, related_name="units", db_index=False)
    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "unit"], name="people_patch_unit"),
        ]

    def __str__(self) -> str:
        return str(self.unit)


class PatchManager(CommunityModel):
    """The customer manager (客户经理) of a patch; the database keeps one at a time (MODE-4)."""

    patch = CommunityForeignKey(Patch, related_name="managers", db_index=False)
    staff = CommunityForeignKey(Staff, related_name="+", db_index=False)
    begins_on = models.DateField("起始日")
    ends_on = models.DateField("截止日", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="people_patch_one_manager",
                expressions=[same("community"), same("patch"), at_one_time()],
            ),
            period_holds("people_patch_manager_period"),
        ]

    def __str__(self) -> str:
        return f"{self.begins_on}–{self.ends_on or ''}"


class PatchMember(CommunityModel):
    """A member of a patch's team."""

    patch = CommunityForeignKey(Patch, related_name="members", db_index=False)
    staff = CommunityForeignKey(Staff, related_name="+", db_index=False)
    trade = models.CharField("工种", max_length=20, choices=Trade.choices())
    begins_on = models.DateField("起始日")
    ends_on = models.DateField("截止日", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "patch", "staff", "trade"],
                condition=Q(ends_on=None),
                name="people_patch_member_once",
            ),
            period_holds("people_patch_member_period"),
        ]

    def __str__(self) -> str:
        return self.get_trade_display()
