"""Receiving visitors: the strip, the register, starting, holding, resuming and finishing a visit."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from guanjia.accounts.access import staff_of
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.calendar import business_date
from guanjia.core.text import normalise
from guanjia.desk import cash_desk
from guanjia.desk.acting import press, submit
from guanjia.desk.changes import done_during, told
from guanjia.desk.finding import units_found
from guanjia.desk.received import begin, place_of
from guanjia.desk.reception import half_of, reception_of
from guanjia.desk.views.search import LONGEST
from guanjia.desk.visit_forms import CheckForm, ReceptionFilter, StartForm, people_of
from guanjia.estate.access import unit_for
from guanjia.reception import actions
from guanjia.reception.access import visit_for
from guanjia.reception.models import Visit
from guanjia.reception.reads import visits_in

PER_PAGE = 30
# Why a visitor waits, as offered.
WAITS = ("等业主回电", "去取资料", "等同事来")


@require_safe
@permits(Permission.VISIT_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the visits of a day, today's at first (接待登记)."""
    community, today = request.standing.community, business_date(reception_of(request).at)
    data = request.GET or {"day": today.isoformat()}
    form = ReceptionFilter(data, clerks=staff_of(community))
    page = Paginator(visits_in(community, **form.wanted()), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "tab": "visits",
        "may_receive": request.standing.may(Permission.VISIT_RECEIVE),
    }
    return render(request, "desk/visits/index.html", context)


@require_safe
@permits(Permission.VISIT_RECEIVE)
def strip(request: StaffRequest) -> HttpResponse:
    """Draw the strip again, as the page named sees it."""
    reception_of(request, request.GET.get("page", ""))
    return render(request, "desk/visits/_reception.html", {"again": True})


@require_safe
@permits(Permission.VISIT_RECEIVE)
def units(request: StaffRequest) -> JsonResponse:
    """Return the units that ``q`` may mean, each leading to who came from there."""
    address = reverse("desk:visit-new", args=[request.standing.community.code])
    text = normalise(request.GET.get("q", "")[:LONGEST])
    items = units_found(
        request.standing, text, lambda hit: f"{address}?{urlencode({'unit': hit.key})}"
    )
    return JsonResponse({"groups": [{"label": say("房屋"), "items": items}] if items else []})


@require_http_methods(["GET", "POST"])
@permits(Permission.VISIT_RECEIVE)
def new(request: StaffRequest) -> HttpResponse:
    """Ask which unit, then who came; start the visit. In a dialog over the page, or on a page of its own."""
    key = (request.POST or request.GET).get("unit", "")
    unit = unit_for(request.standing, key) if key else None
    if request.method == "GET" and unit is None and "walk-in" not in request.GET:
        return _draw(request, "find")
    people = people_of(unit, business_date(reception_of(request).at)) if unit else []
    form = StartForm(request.POST or None, unit=unit, people=people)
    desk = cash_desk.current(request)
    visit = submit_start(request, form, desk.name if desk else "")
    if visit is None:
        return _draw(request, "who", form=form, unit=unit, people=people)
    return _started(request, visit)


def submit_start(request: StaffRequest, form: StartForm, place: str) -> Visit | None:
    """Start the visit once the form is in order; None when it is not, or was refused."""
    if not form.is_bound or not form.is_valid():
        return None
    return begin(request, form, place=place, half=half_of(request))


def _draw(request: StaffRequest, step: str, **context: object) -> HttpResponse:
    template = "desk/visits/_new.html" if request.htmx else "desk/visits/new.html"  # type: ignore[attr-defined]  # set by its middleware
    form = context.get("form")
    wrong = isinstance(form, StartForm) and form.errors
    status = 422 if wrong else 200
    return render(request, template, {"step": step, **context}, status=status)


def _started(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Stay on the page where the visitor's unit is open already, so that nothing typed there is lost; else go there."""
    place = place_of(visit)
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect(place)
    if not visit.unit or request.htmx.current_url_abs_path != place:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(place)
    code = request.standing.community.code
    draft = {"url": reverse("desk:visit-draft", args=[code, visit.pk])}
    stay = trigger_client_event(HttpResponse(), "visit-started", draft, after="settle")
    return trigger_client_event(stay, "visits-changed", {})


@require_safe
@permits(Permission.VISIT_READ)
def detail(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Show a visit and everything that was done during it."""
    visit = visit_for(request.standing, visit_id)
    with_money = request.standing.may(Permission.BILL_READ)
    here = {"community": visit.community_id}
    context = {
        "visit": visit,
        "checks": visit.checks.filter(**here).select_related("by", "called__party").order_by("pk"),
        "waits": WAITS,
        "notes": visit.notes.filter(**here).order_by("pk"),
        "changes": [told(entry) for entry in done_during(visit, with_money=with_money)],
        "may_receive": request.standing.may(Permission.VISIT_RECEIVE),
    }
    return render(request, "desk/visits/detail.html", context)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def hold(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Let the visitor wait; what is half typed is kept."""
    visit = visit_for(request.standing, visit_id)
    waiting_for = request.POST.get("waiting_for", "").replace("\0", "")
    words = {"waiting_for": waiting_for, "half": half_of(request)}
    if press(request, actions.hold_visit, visit=visit, **words):
        messages.success(request, say("已挂起 %(visitor)s，按 F4 恢复") % {"visitor": visit.label})
    return redirect("desk:workbench", request.standing.community.code)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def resume(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Attend to the visitor again, where the visit was left."""
    visit = visit_for(request.standing, visit_id)
    before = visit.owner
    if not press(request, actions.resume_visit, visit=visit, half=half_of(request)):
        return redirect("desk:visits", request.standing.community.code)
    if before.pk != request.user.pk:
        words = {"clerk": before, "visitor": visit.label}
        messages.info(request, say("从%(clerk)s处接手 %(visitor)s，已记录") % words)
    return redirect(place_of(visit))


@require_POST
@permits(Permission.VISIT_RECEIVE)
def finish(request: StaffRequest, visit_id: int) -> HttpResponse:
    """End the visit."""
    visit = visit_for(request.standing, visit_id)
    if press(request, actions.finish_visit, visit=visit):
        messages.success(request, say("%(visitor)s 的接待已完成") % {"visitor": visit.label})
    return redirect("desk:workbench", request.standing.community.code)


@require_http_methods(["GET", "POST"])
@permits(Permission.VISIT_RECEIVE)
def check(request: StaffRequest, visit_id: int) -> HttpResponse:
    """Record how it was verified who the visitor is (REL-R1)."""
    visit = visit_for(request.standing, visit_id)
    people = people_of(visit.unit, business_date(reception_of(request).at)) if visit.unit else []
    form = CheckForm(request.POST or None, people=people)
    if form.is_valid():
        form.cleaned_data = form.words_of()
        if submit(request, form, actions.check_identity, visit=visit):
            messages.success(request, say("核验已记录"))
            return redirect(place_of(visit))
    may_reveal = request.standing.may(Permission.PERSONAL_REVEAL)
    return answer(request, "desk/visits/check.html", form, visit=visit, may_reveal=may_reveal)
