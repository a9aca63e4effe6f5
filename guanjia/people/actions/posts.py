"""Departments, staff and posts; a post held is a role granted, and taken back when it is left."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from guanjia.accounts.actions import grant_role, revoke_role
from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.core.calendar import business_date
from guanjia.core.database.insert import insert
from guanjia.core.identity import check_phone, mask_name, mask_phone
from guanjia.core.refusal import Refusal, Refused
from guanjia.people.models import Appointment, Department, PatchManager, PatchMember, Post, Staff
from guanjia.people.states import DepartmentKind
from guanjia.records.actions import journal


@dataclass(frozen=True, slots=True)
class Hire:
    """A person who begins to work in the community; ``user`` when they sign in."""

    staff_no: str
    name: str
    joined_on: date
    phone: str = ""
    user: User | None = None


@transaction.atomic
def add_department(
    *,
    community: Community,
    kind: DepartmentKind,
    name: str,
    by: User,
    at: datetime,
    parent: Department | None = None,
) -> Department:
    """Add a department under ``parent`` in the reporting line."""
    department = Department(community=community, kind=kind, name=name, parent=parent)
    insert(department, taken=Refusal(f"部门“{name}”已经有了", "请直接选用"))
    journal(
        community=community,
        by=by,
        at=at,
        action="department.add",
        subject=department,
        after={"kind": str(kind), "name": name},
    )
    return department


@transaction.atomic
def name_head(*, department: Department, head: Staff, by: User, at: datetime) -> Department:
    """Name who supervises a department's staff, wherever they are deployed (MODE-3)."""
    before, department.head = department.head_id, head
    department.save(update_fields=["head"])
    journal(
        community=department.community,
        by=by,
        at=at,
        action="department.head",
        subject=department,
        before={"head": before},
        after={"head": head.pk},
    )
    return department


@transaction.atomic
def add_post(*, department: Department, name: str, role: Role, by: User, at: datetime) -> Post:
    """Add a post to a department; whoever holds it gets ``role``."""
    post = Post(community=department.community, department=department, name=name, role=role)
    insert(post, taken=Refusal(f"岗位“{name}”已经有了", "请直接选用"))
    journal(
        community=department.community,
        by=by,
        at=at,
        action="post.add",
        subject=post,
        after={"name": name, "role": str(role)},
    )
    return post


@transaction.atomic
def hire(*, department: Department, person: Hire, by: User, at: datetime) -> Staff:
    """Put a person on the staff of a department."""
    phone = check_phone(person.phone).number
    staff = Staff(
        community=department.community,
        department=department,
        staff_no=person.staff_no,
        name=person.name,
        joined_on=person.joined_on,
        phone=phone or None,
        user=person.user,
    )
    insert(staff, taken=Refusal("工号或账号已登记在另一人名下", "请核对工号"))
    journal(
        community=department.community,
        by=by,
        at=at,
        action="staff.hire",
        subject=staff,
        after={
            "staff_no": staff.staff_no,
            "name": mask_name(staff.name),
            "phone": mask_phone(phone),
        },
    )
    return staff


@transaction.atomic
def assign_post(*, staff: Staff, post: Post, by: User, at: datetime) -> Appointment:
    """Give a post from today on, and its role with it. Raises Refused."""
    staff = _locked(staff)
    if staff.left_on is not None:
        raise Refused(Refusal(f"{staff.name}已离职", "请选择在职人员，或重新登记入职"))
    here = Appointment.objects.filter(community=staff.community_id, staff=staff, post=post)
    if here.filter(ends_on=None).exists():
        raise Refused(Refusal(f"{staff.name}已在“{post.name}”岗位", "不需要重复任命"))
    appointment = Appointment.objects.create(
        community=staff.community, staff=staff, post=post, begins_on=business_date(at)
    )
    if staff.user is not None:
        grant_role(user=staff.user, community=staff.community, role=Role(post.role), by=by, at=at)
    journal(
        community=staff.community,
        by=by,
        at=at,
        action="post.assign",
        subject=staff,
        after={"post": post.pk, "role": post.role},
    )
    return appointment


@transaction.atomic
def end_appointment(
    *, appointment: Appointment, by: User, at: datetime, reason: str = ""
) -> Appointment:
    """Take a person off a post today; the role goes unless another post of theirs carries it too."""
    staff = _locked(appointment.staff)
    rows = Appointment.objects.filter(community=staff.community_id)
    appointment = rows.select_related("post").get(pk=appointment.pk)
    if appointment.ends_on is not None:
        raise Refused(Refusal("这次任命已经结束", "不需要再办理"))
    appointment.ends_on = business_date(at)
    appointment.save(update_fields=["ends_on"])
    _withdraw_roles(staff, by=by, at=at)
    journal(
        community=staff.community,
        by=by,
        at=at,
        action="post.end",
        subject=staff,
        before={"post": appointment.post_id, "role": appointment.post.role},
        reason=reason,
    )
    return appointment


@transaction.atomic
def leave(*, staff: Staff, by: User, at: datetime, reason: str = "") -> Staff:
    """Let a person leave today: every post, patch and role in this community ends. Raises Refused."""
    staff = _locked(staff)
    if staff.left_on is not None:
        raise Refused(Refusal(f"{staff.name}已离职", "不需要再办理"))
    today = business_date(at)
    staff.left_on = today
    staff.save(update_fields=["left_on"])
    for model in (Appointment, PatchManager, PatchMember):
        rows = model.objects.filter(community=staff.community_id, staff=staff)
        # What was to begin later never does.
        rows.filter(begins_on__gt=today).delete()
        rows.filter(Q(ends_on=None) | Q(ends_on__gt=today)).update(ends_on=today)
    _withdraw_roles(staff, by=by, at=at)
    journal(
        community=staff.community,
        by=by,
        at=at,
        action="staff.leave",
        subject=staff,
        after={"left_on": today},
        reason=reason,
    )
    return staff


def _withdraw_roles(staff: Staff, *, by: User, at: datetime) -> None:
    """Take back the roles that came with posts which the person no longer holds."""
    if staff.user is None:
        return
    held = Appointment.objects.filter(community=staff.community_id, staff=staff)
    kept = held.filter(ends_on=None).values_list("post__role", flat=True)
    if staff.left_on is None:
        given = set(held.values_list("post__role", flat=True)) - set(kept)
    else:
        given = set(Role)
    grants = Grant.objects.filter(
        community=staff.community_id, user=staff.user, role__in=given, revoked_at=None
    )
    for grant in grants.select_related("user"):
        revoke_role(grant=grant, community=staff.community, by=by, at=at)


def _locked(staff: Staff) -> Staff:
    rows = Staff.objects.select_for_update(of=("self",)).select_related("community", "user")
    return rows.get(community=staff.community_id, pk=staff.pk)
