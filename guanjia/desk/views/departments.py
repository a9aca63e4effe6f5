"""Departments, staff and posts: the reporting line. A post carries a role, so that giving one is an administrator's."""

from datetime import date

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt, press, reason_of, submit
from guanjia.desk.team_forms import AppointForm, DepartmentForm, HeadForm, HireForm, PostForm
from guanjia.estate.models import on_day
from guanjia.people import actions
from guanjia.people.access import appointment_for, department_for, staff_for
from guanjia.people.models import Appointment, Department, PatchManager, PatchMember, Post, Staff
from guanjia.people.states import DepartmentKind

_KINDS = {kind.value: place for place, kind in enumerate(DepartmentKind)}


@require_safe
@permits(Permission.TEAM_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the departments with their heads, posts and staff."""
    here = {"community": request.standing.community}
    held = Appointment.objects.filter(on_day(_today()), **here).select_related("post")
    staff = Staff.objects.filter(**here, left_on=None).order_by("staff_no")
    staff = staff.prefetch_related(Prefetch("appointments", held, to_attr="posts_held"))
    departments = Department.objects.filter(**here).select_related("head", "parent")
    departments = departments.order_by("name").prefetch_related(
        Prefetch("staff", staff, to_attr="people"),
        Prefetch("posts", Post.objects.filter(**here).order_by("name")),
    )
    context = {
        "departments": sorted(departments, key=lambda d: _KINDS[d.kind]),
        "may_write": request.standing.may(Permission.TEAM_WRITE),
        "may_appoint": request.standing.may(Permission.STAFF_MANAGE),
    }
    return render(request, "desk/team/departments.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.TEAM_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Add a department."""
    community = request.standing.community
    form = DepartmentForm(request.POST or None, community=community)
    if submit(request, form, actions.add_department, community=community):
        return _saved(request)
    return _edit(request, form, say("新增部门"))


@require_http_methods(["GET", "POST"])
@permits(Permission.TEAM_WRITE)
def head(request: StaffRequest, department_id: int) -> HttpResponse:
    """Name who supervises the department's staff (MODE-3)."""
    department = department_for(request.standing, department_id)
    form = HeadForm(
        request.POST or None, community=department.community, initial={"head": department.head_id}
    )
    if submit(request, form, actions.name_head, department=department):
        return _saved(request)
    return _edit(request, form, say("%(name)s的主管") % {"name": department.name})


@require_http_methods(["GET", "POST"])
@permits(Permission.STAFF_MANAGE)
def new_post(request: StaffRequest) -> HttpResponse:
    """Add a post with the role that goes with it."""
    form = PostForm(request.POST or None, community=request.standing.community)
    if submit(request, form, actions.add_post):
        return _saved(request)
    return _edit(request, form, say("新增岗位"))


@require_http_methods(["GET", "POST"])
@permits(Permission.STAFF_MANAGE)
def new_staff(request: StaffRequest) -> HttpResponse:
    """Put a person on the staff."""
    community = request.standing.community
    form = HireForm(request.POST or None, community=community, initial={"joined_on": _today()})
    if form.is_valid():
        words = {"department": form.cleaned_data["department"], "person": form.hire()}
        if staff := attempt(request, form, actions.hire, **words):
            return redirect("desk:staff", community.code, staff.pk)
    return _edit(request, form, say("登记员工"))


@require_safe
@permits(Permission.TEAM_READ)
def staff(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Show one person's posts and patches."""
    return _person(request, staff_for(request.standing, staff_id))


@require_POST
@permits(Permission.STAFF_MANAGE)
def appointments(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Give a post from today on."""
    person = staff_for(request.standing, staff_id)
    form = AppointForm(request.POST, community=person.community)
    if submit(request, form, actions.assign_post, staff=person):
        return redirect("desk:staff", person.community.code, person.pk)
    return _person(request, person, form)


@require_POST
@permits(Permission.STAFF_MANAGE)
def appointment_end(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Take a person off a post today."""
    appointment = appointment_for(request.standing, appointment_id)
    press(request, actions.end_appointment, appointment=appointment)
    return redirect("desk:staff", request.standing.community.code, appointment.staff_id)


@require_POST
@permits(Permission.STAFF_MANAGE)
def leaving(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Let a person leave today: posts, patches and roles end with it."""
    person = staff_for(request.standing, staff_id)
    press(request, actions.leave, staff=person, reason=reason_of(request))
    return redirect("desk:staff", person.community.code, person.pk)


def _person(request: StaffRequest, person: Staff, form: AppointForm | None = None) -> HttpResponse:
    here = {"community": person.community_id, "staff": person}
    held = Appointment.objects.filter(**here).select_related("post__department")
    context = {
        "person": person,
        "day": _today(),
        "appointments": held.order_by("-begins_on"),
        "managed": PatchManager.objects.filter(**here).select_related("patch"),
        "joined": PatchMember.objects.filter(**here).select_related("patch"),
        "form": form or AppointForm(community=person.community),
        "may_appoint": request.standing.may(Permission.STAFF_MANAGE) and not person.left_on,
    }
    return render(request, "desk/team/staff.html", context, status=422 if form else 200)


def _edit(request: StaffRequest, form: object, title: str) -> HttpResponse:
    context = {"title": title, "back": "desk:departments"}
    return answer(request, "desk/team/edit.html", form, **context)  # type: ignore[arg-type]  # any form


def _saved(request: StaffRequest) -> HttpResponse:
    messages.success(request, say("已保存"))
    return redirect("desk:departments", request.standing.community.code)


def _today() -> date:
    return business_date(timezone.now())
