"""Units: the list, adding and correcting one, its status, who shares its account."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.lists import declare, look_at
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt, press, submit
from guanjia.desk.arrears import with_arrears
from guanjia.desk.unit_forms import (
    HouseholdForm,
    NewUnitForm,
    StatusForm,
    UnitChangeForm,
    UnitFilter,
    UnitForm,
)
from guanjia.desk.unit_list import rows_of
from guanjia.estate import actions
from guanjia.estate.access import unit_for
from guanjia.estate.household import sister_units
from guanjia.estate.models import Building, Unit
from guanjia.estate.states import UnitStatus

PER_PAGE = 40
LIST = declare("units", kind=_("类型"), area=_("建筑面积"), tenants=_("租户"), phone=_("电话"))


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List units with their people, and with what is overdue where that may be seen."""
    form, day = UnitFilter(request.GET, standing=request.standing), business_date(timezone.now())
    page = Paginator(with_arrears(form.units(), day), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "look": look_at(request, LIST),
        "page": page,
        "rows": rows_of(list(page.object_list), day),
        "filtered": any(form.cleaned_data.values()),
        "may_write": request.standing.may(Permission.HOUSEHOLD_WRITE),
        "may_see_money": request.standing.may(Permission.BILL_READ),
    }
    return render(request, "desk/unit/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """Add a unit."""
    community = request.standing.community
    form = NewUnitForm(request.POST or None, community=community)

    def add(*, by: User, at: datetime) -> Unit:
        building = _building(community, form, by=by, at=at)
        details = form.details()
        return actions.add_unit(
            community=community, details=details, building=building, by=by, at=at
        )

    if form.is_valid() and (unit := attempt(request, form, add)):
        messages.success(request, say("已登记 %(number)s") % {"number": unit.number})
        return redirect("desk:residents", community.code, unit.key)
    return answer(request, "desk/unit/new.html", form)


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def edit(request: StaffRequest, key: str) -> HttpResponse:
    """Correct what a unit is."""
    unit = unit_for(request.standing, key)
    if request.method != "POST":
        return _edit(request, unit)
    form = UnitChangeForm(request.POST, community=unit.community)

    def change(*, by: User, at: datetime) -> Unit:
        return actions.change_unit(
            unit=unit,
            details=form.details(),
            building=_building(unit.community, form, by=by, at=at),
            reason=form.cleaned_data["reason"],
            by=by,
            at=at,
        )

    if form.is_valid() and (changed := attempt(request, form, change)):
        return _saved(request, changed)
    return _edit(request, unit, form=form)


@require_POST
@permits(Permission.HOUSEHOLD_WRITE)
def status(request: StaffRequest, key: str) -> HttpResponse:
    """Move a unit's status along."""
    unit = unit_for(request.standing, key)
    form = StatusForm(request.POST, unit=unit)
    if submit(request, form, actions.change_unit_status, unit=unit):
        return _saved(request, unit)
    return _edit(request, unit, status_form=form)


@require_POST
@permits(Permission.HOUSEHOLD_WRITE)
def household(request: StaffRequest, key: str) -> HttpResponse:
    """Let other units share this one's account."""
    unit = unit_for(request.standing, key)
    form = HouseholdForm(request.POST, unit=unit)
    if submit(request, form, actions.link_household, main=unit):
        return _saved(request, unit)
    return _edit(request, unit, household_form=form)


@require_POST
@permits(Permission.HOUSEHOLD_WRITE)
def household_exit(request: StaffRequest, key: str) -> HttpResponse:
    """Take a unit out of its household."""
    unit = unit_for(request.standing, key)
    press(request, actions.leave_household, unit=unit)
    return redirect("desk:unit-edit", request.standing.community.code, unit.key)


def _building(community: Community, form: UnitForm, *, by: User, at: datetime) -> Building | None:
    """Return the building chosen, or the new one typed."""
    if name := form.cleaned_data["new_building"]:
        return actions.add_building(community=community, name=name, by=by, at=at)
    building: Building | None = form.cleaned_data["building"]
    return building


def _change_form(unit: Unit) -> UnitChangeForm:
    names = ("number", "kind", "building", "entrance", "floor", "layout", "customer_tier")
    areas = {"gross_area": unit.gross_area, "internal_area": unit.internal_area}
    initial = {name: getattr(unit, name) for name in names} | areas
    return UnitChangeForm(community=unit.community, initial=initial)


def _edit(request: StaffRequest, unit: Unit, **forms: object) -> HttpResponse:
    """Draw the page with the forms as they stand, one of them perhaps as it was refused."""
    unsold = UnitStatus(unit.status) is UnitStatus.UNSOLD
    context = {
        "unit": unit,
        "sisters": sister_units(unit),
        "form": _change_form(unit),
        "status_form": None if unsold else StatusForm(unit=unit),
        "household_form": HouseholdForm(unit=unit),
        **forms,
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "desk/unit/edit.html", context, status=code)


def _saved(request: StaffRequest, unit: Unit) -> HttpResponse:
    messages.success(request, say("%(number)s 的资料已更新") % {"number": unit.number})
    return redirect("desk:unit-edit", request.standing.community.code, unit.key)
