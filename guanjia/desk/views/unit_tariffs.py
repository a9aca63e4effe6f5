"""Setting and ending the tariffs of a unit, from the household page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.acting import submit
from guanjia.desk.setting_forms import AssignForm, EndForm
from guanjia.desk.views.household import tariffs_page
from guanjia.estate.access import unit_for
from guanjia.money.tariffs.access import unit_tariff_for
from guanjia.money.tariffs.actions import assign_tariff, end_tariff


@require_POST
@permits(Permission.TARIFF_WRITE)
def create(request: StaffRequest, key: str) -> HttpResponse:
    """Let the unit pay a tariff from a day on."""
    unit = unit_for(request.standing, key)
    form = AssignForm(request.POST, community=unit.community)
    if submit(request, form, assign_tariff, unit=unit):
        messages.success(request, say("已设置收费标准"))
        return redirect("desk:household-tariffs", unit.community.code, key)
    return tariffs_page(request, unit, form=form)


@require_POST
@permits(Permission.TARIFF_WRITE)
def end(request: StaffRequest, key: str, assigned_id: int) -> HttpResponse:
    """Set the last day that the unit pays a tariff."""
    unit = unit_for(request.standing, key)
    assigned = unit_tariff_for(unit, assigned_id)
    form = EndForm(request.POST, assigned=assigned)
    submit(request, form, end_tariff, assigned=assigned)
    if form.errors:
        return tariffs_page(request, unit, end=form)
    messages.success(request, say("已填写截止日"))
    return redirect("desk:household-tariffs", unit.community.code, key)
