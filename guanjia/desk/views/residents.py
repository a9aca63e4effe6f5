"""Who is what to a unit: the register of a unit's people, and how the title passes."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt, submit
from guanjia.desk.resident_forms import EndForm, PersonForm, ResidentForm, TitleForm
from guanjia.desk.residents import residents_of
from guanjia.desk.undo import offer
from guanjia.estate import actions
from guanjia.estate.access import tenure_for, unit_for
from guanjia.estate.models import Party, Tenure, Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.bills.reads import owed_on


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def index(request: StaffRequest, key: str) -> HttpResponse:
    """Show everybody who is, will be or was something to the unit."""
    unit = unit_for(request.standing, key)
    context = {
        "unit": unit,
        "unsold": UnitStatus(unit.status) is UnitStatus.UNSOLD,
        "residents": residents_of(unit, _today()),
        "may_write": request.standing.may(Permission.HOUSEHOLD_WRITE),
        "may_reveal": request.standing.may(Permission.PERSONAL_REVEAL),
    }
    return render(request, "desk/resident/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Put a person on the unit; somebody on file is taken from there."""
    unit, day = unit_for(request.standing, key), _today()
    form = ResidentForm(
        request.POST or None,
        community=unit.community,
        has_debtor=residents_of(unit, day).has_debtor,
        initial={"begins_on": day},
    )

    def begin(*, by: User, at: datetime) -> Tenure:
        party = _on_file(form, by=by, at=at)
        return actions.begin_tenure(unit=unit, party=party, terms=form.terms(), by=by, at=at)

    if form.is_valid() and (tenure := attempt(request, form, begin)):
        return _done(request, unit, form, say("已登记：%(name)s") % {"name": tenure.party.name})
    return answer(request, "desk/resident/new.html", form, unit=unit)


@require_http_methods(["POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def alike(request: StaffRequest) -> HttpResponse:
    """Say who on file may be the person that is being typed in, and what looks wrong."""
    form = PersonForm(request.POST, community=request.standing.community)
    return render(request, "desk/resident/_alike.html", {"form": form, "asked": True})


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def transfer(request: StaffRequest, key: str) -> HttpResponse:
    """Pass the title to a new owner (更名); what is owed until then stays with the former one."""
    unit = unit_for(request.standing, key)
    if UnitStatus(unit.status) is UnitStatus.UNSOLD:
        return redirect("desk:unit-handover", unit.community.code, unit.key)
    return _pass_title(request, unit, "transfer")


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def handover(request: StaffRequest, key: str) -> HttpResponse:
    """Hand a unit over from the developer to its first owner."""
    return _pass_title(request, unit_for(request.standing, key), "handover")


@require_http_methods(["GET", "POST"])
@permits(Permission.HOUSEHOLD_WRITE)
def end(request: StaffRequest, tenure_id: int) -> HttpResponse:
    """End what somebody is to a unit."""
    tenure = tenure_for(request.standing, tenure_id)
    form = EndForm(request.POST or None, initial={"last_day": _today()})
    if ended := submit(request, form, actions.end_tenure, tenure=tenure):
        text = say("%(name)s 的登记到 %(day)s 为止")
        text %= {"name": tenure.party.name, "day": ended.ends_on}
        ends = {"ended": ended.ends_on, "before": tenure.ends_on}
        offer(request, text, "tenure", tenure=tenure.pk, **ends)
        return redirect("desk:residents", tenure.community.code, tenure.unit.key)
    context = {"unit": tenure.unit, "tenure": tenure}
    return answer(request, "desk/resident/end.html", form, **context)


def _pass_title(request: StaffRequest, unit: Unit, way: str) -> HttpResponse:
    day = _today()
    form = TitleForm(request.POST or None, community=unit.community, initial={"on": day})
    action = actions.hand_over_unit if way == "handover" else actions.transfer_ownership

    def give(*, by: User, at: datetime) -> Tenure:
        to = _on_file(form, by=by, at=at)
        return action(unit=unit, to=to, on=form.cleaned_data["on"], by=by, at=at)

    if form.is_valid() and (tenure := attempt(request, form, give)):
        return _done(request, unit, form, say("新业主：%(name)s") % {"name": tenure.party.name})
    owed = owed_on(unit, day) if request.standing.may(Permission.BILL_READ) else None
    residents = residents_of(unit, day)
    context: dict[str, Any] = {"unit": unit, "way": way, "owed": owed, "residents": residents}
    return answer(request, "desk/resident/title.html", form, **context)


def _on_file(form: PersonForm, *, by: User, at: datetime) -> Party:
    """Return the party that the form names; somebody new is registered first."""
    who = form.who
    if isinstance(who, Party):
        return who
    return actions.register_party(community=form.community, particulars=who, by=by, at=at)


def _done(request: StaffRequest, unit: Unit, form: object, text: str) -> HttpResponse:
    """Go back to the unit's people; say what was done and what looked wrong."""
    messages.success(request, text)
    for warning in getattr(form, "warnings", ()):
        messages.warning(request, warning)
    return redirect("desk:residents", request.standing.community.code, unit.key)


def _today() -> date:
    return business_date(timezone.now())
