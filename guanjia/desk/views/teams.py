"""Patches (责任区): who stands for which units, and where the matrix has holes (MODE-1 to MODE-4)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.lists import declare, look_at
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date, unannounced_year
from guanjia.desk.acting import press, submit
from guanjia.desk.team_forms import (
    ExceptionForm,
    LastDayForm,
    ManagerForm,
    MemberForm,
    PatchForm,
    PlaceForm,
)
from guanjia.desk.teams import matrix_of, patch_file, patch_rows
from guanjia.desk.undo import offer
from guanjia.people import actions
from guanjia.people.access import building_rule_for, member_for, patch_for, unit_rule_for
from guanjia.people.models import Patch
from guanjia.people.patches import gaps as gaps_of

MOST_UNITS = 60
LIST = declare("teams", crew=_("三个工种"), places=_("楼栋"))


@require_safe
@permits(Permission.TEAM_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the patches with their managers, teams and places."""
    day = _today()
    context = {
        "look": look_at(request, LIST),
        "rows": patch_rows(request.standing.community, day),
        "gaps": gaps_of(request.standing.community, day),
        "unannounced": unannounced_year(day),
        "may_write": request.standing.may(Permission.TEAM_WRITE),
    }
    return render(request, "desk/team/index.html", context)


@require_safe
@permits(Permission.TEAM_READ)
def gaps(request: StaffRequest) -> HttpResponse:
    """Report units without a patch, patches without a manager or a trade, and draw both lines."""
    community, day = request.standing.community, _today()
    found = gaps_of(community, day)
    context = {
        "day": day,
        "gaps": found,
        "units": found.units[:MOST_UNITS],
        "matrix": matrix_of(community, patch_rows(community, day)),
        "may_open": request.standing.may(Permission.HOUSEHOLD_READ),
    }
    return render(request, "desk/team/gaps.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.TEAM_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Add a patch."""
    community = request.standing.community
    form = PatchForm(request.POST or None, community=community)
    if patch := submit(request, form, actions.add_patch, community=community):
        return redirect("desk:patch", community.code, patch.pk)
    title = say("新增责任区")
    return answer(request, "desk/team/edit.html", form, title=title, back="desk:teams")


@require_safe
@permits(Permission.TEAM_READ)
def detail(request: StaffRequest, patch_id: int) -> HttpResponse:
    """Show one patch: its people by period, its buildings, its single units."""
    return _page(request, patch_for(request.standing, patch_id))


@require_POST
@permits(Permission.TEAM_WRITE)
def managers(request: StaffRequest, patch_id: int) -> HttpResponse:
    """Name the customer manager from a day on."""
    patch = patch_for(request.standing, patch_id)
    form = ManagerForm(request.POST, community=patch.community)
    if submit(request, form, actions.assign_manager, patch=patch):
        return _saved(request, patch)
    return _page(request, patch, manager_form=form)


@require_POST
@permits(Permission.TEAM_WRITE)
def members(request: StaffRequest, patch_id: int) -> HttpResponse:
    """Put somebody into the team from a day on."""
    patch = patch_for(request.standing, patch_id)
    form = MemberForm(request.POST, community=patch.community)
    if submit(request, form, actions.join_team, patch=patch):
        return _saved(request, patch)
    return _page(request, patch, member_form=form)


@require_http_methods(["GET", "POST"])
@permits(Permission.TEAM_WRITE)
def member_end(request: StaffRequest, member_id: int) -> HttpResponse:
    """End somebody's time in a team."""
    member = member_for(request.standing, member_id)
    form = LastDayForm(request.POST or None, initial={"last_day": _today()})
    if submit(request, form, actions.leave_team, member=member):
        return _saved(request, member.patch)
    title = say("%(name)s 离开 %(patch)s 的团队")
    title %= {"name": member.staff.name, "patch": member.patch.name}
    context: dict[str, Any] = {"title": title, "back": "desk:patch", "back_to": member.patch_id}
    return answer(request, "desk/team/edit.html", form, **context)


@require_POST
@permits(Permission.TEAM_WRITE)
def places(request: StaffRequest, patch_id: int) -> HttpResponse:
    """Give a building, or one entrance of it, to the patch."""
    patch = patch_for(request.standing, patch_id)
    form = PlaceForm(request.POST, community=patch.community)
    if submit(request, form, actions.cover_building, patch=patch):
        return _saved(request, patch)
    return _page(request, patch, place_form=form)


@require_POST
@permits(Permission.TEAM_WRITE)
def place_removal(request: StaffRequest, rule_id: int) -> HttpResponse:
    """Take a building out of its patch."""
    rule = building_rule_for(request.standing, rule_id)
    press(request, actions.uncover_building, rule=rule)
    words = say("已把%(place)s移出%(patch)s") % {"place": rule.building, "patch": rule.patch.name}
    place = {"building": rule.building_id, "entrance": rule.entrance}
    offer(request, words, "place", patch=rule.patch_id, **place)
    return redirect("desk:patch", request.standing.community.code, rule.patch_id)


@require_POST
@permits(Permission.TEAM_WRITE)
def exceptions(request: StaffRequest, patch_id: int) -> HttpResponse:
    """Give one unit to the patch, whatever its building says."""
    patch = patch_for(request.standing, patch_id)
    form = ExceptionForm(request.POST, community=patch.community)
    if submit(request, form, actions.cover_unit, patch=patch):
        return _saved(request, patch)
    return _page(request, patch, exception_form=form)


@require_POST
@permits(Permission.TEAM_WRITE)
def exception_removal(request: StaffRequest, rule_id: int) -> HttpResponse:
    """Let a unit follow its building again."""
    rule = unit_rule_for(request.standing, rule_id)
    press(request, actions.uncover_unit, rule=rule)
    return _saved(request, rule.patch)


def _page(request: StaffRequest, patch: Patch, **forms: object) -> HttpResponse:
    """Draw the patch around the form that was sent, if any."""
    here, day = {"community": patch.community}, _today()
    context = {
        "patch": patch,
        "day": day,
        "file": patch_file(patch, day),
        "may_write": request.standing.may(Permission.TEAM_WRITE),
        "may_open": request.standing.may(Permission.HOUSEHOLD_READ),
        "manager_form": ManagerForm(**here, initial={"on": day}),
        "member_form": MemberForm(**here, initial={"on": day}),
        "place_form": PlaceForm(**here),
        "exception_form": ExceptionForm(**here),
        **forms,
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "desk/team/patch.html", context, status=code)


def _saved(request: StaffRequest, patch: Patch) -> HttpResponse:
    messages.success(request, say("%(patch)s 已更新") % {"patch": patch.name})
    return redirect("desk:patch", request.standing.community.code, patch.pk)


def _today() -> date:
    return business_date(timezone.now())
