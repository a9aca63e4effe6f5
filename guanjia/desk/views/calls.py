"""Calls: ringing, answered while the visit is held, noted in six steps, called back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from guanjia.accounts.access import staff_of
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt, press, submit
from guanjia.desk.forms import RevealForm
from guanjia.desk.reception import half_of, read_json, reception_of
from guanjia.desk.views.visits import PER_PAGE
from guanjia.desk.views.workbench import workbench_page
from guanjia.desk.visit_forms import NoteForm, OutcomeForm, ReceptionFilter
from guanjia.reception import actions
from guanjia.reception.access import call_for
from guanjia.reception.models import PhoneNote
from guanjia.reception.reads import caller_of, calls_due, calls_in, draft_of
from guanjia.reception.rules import CALL_LIMIT, script
from guanjia.reception.states import Callback, CallState
from guanjia.records.actions import reveal

LONGEST_NUMBER = 30


@require_safe
@permits(Permission.VISIT_RECEIVE)
def incoming(request: StaffRequest) -> HttpResponse:
    """Open the workbench with a ringing call, for a switchboard that opens an address with the caller's number.

    Nothing is kept by the address alone: the page says at once that it rings, with its own token.
    """
    number = request.GET.get("from", "").replace("\0", "")[:LONGEST_NUMBER]
    return workbench_page(request, {"calling": True, "calling_from": number})


@require_POST
@permits(Permission.VISIT_RECEIVE)
def rings(request: StaffRequest) -> HttpResponse:
    """Take down that a call rings and draw the strip with it."""
    number = request.POST.get("from", "").replace("\0", "")[:LONGEST_NUMBER]
    press(request, actions.note_ringing, community=request.standing.community, phone=number)
    reception_of(request, "")
    return render(request, "desk/visits/_reception.html", {"again": True})


@require_safe
@permits(Permission.VISIT_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the calls of a day, today's at first."""
    community, today = request.standing.community, business_date(timezone.now())
    data = request.GET or {"day": today.isoformat()}
    form = ReceptionFilter(data, clerks=staff_of(community))
    return _listed(request, "calls", calls_in(community, **form.wanted()), form=form)


@require_safe
@permits(Permission.VISIT_READ)
def due(request: StaffRequest) -> HttpResponse:
    """List whom to call back: missed calls, calls put off, and who was promised one."""
    return _listed(request, "due", calls_due(request.standing.community, timezone.now()))


def _listed(
    request: StaffRequest, tab: str, rows: QuerySet[PhoneNote], **more: object
) -> HttpResponse:
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tab": tab, **_rights(request), **more}
    return render(request, "desk/calls/index.html", context)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def answer_new(request: StaffRequest) -> HttpResponse:
    """Answer a call that no switchboard announced (F8)."""
    return _answered(request, None)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def answer(request: StaffRequest, call_id: int) -> HttpResponse:
    """Answer the ringing call, or call a waiting one back."""
    return _answered(request, call_for(request.standing, call_id))


def _answered(request: StaffRequest, call: PhoneNote | None) -> HttpResponse:
    here = {"community": request.standing.community, "half": half_of(request)}
    answered = press(request, actions.answer_call, call=call, **here)
    code = request.standing.community.code
    return redirect("desk:call", code, answered.pk) if answered else redirect("desk:calls", code)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def later(request: StaffRequest, call_id: int) -> HttpResponse:
    """Leave the ringing call for later (⇧F8) and stay on the page."""
    press(request, actions.put_off_call, call=call_for(request.standing, call_id))
    reception_of(request, request.POST.get("page", ""))
    return render(request, "desk/visits/_reception.html", {"again": True})


@require_POST
@permits(Permission.VISIT_RECEIVE)
def drop(request: StaffRequest, call_id: int) -> HttpResponse:
    """Take a call off the list."""
    if press(request, actions.drop_call, call=call_for(request.standing, call_id)):
        messages.success(request, say("不记录这个来电"))
    return redirect("desk:workbench", request.standing.community.code)


@require_safe
@permits(Permission.VISIT_READ)
def detail(request: StaffRequest, call_id: int) -> HttpResponse:
    """Show the pane of a call under way to who answered it, to others what was noted."""
    call = call_for(request.standing, call_id)
    mine = call.state == CallState.ANSWERED and call.owner_id == request.user.pk
    if mine and request.standing.may(Permission.VISIT_RECEIVE):
        return _pane(request, call)
    context = {"call": call, "outcome": OutcomeForm(), **_rights(request)}
    return render(request, "desk/calls/detail.html", context)


@require_POST
@permits(Permission.VISIT_RECEIVE)
def note(request: StaffRequest, call_id: int) -> HttpResponse:
    """Keep what was noted; what is refused comes back with all that was typed."""
    call = call_for(request.standing, call_id)
    if call.answered_at is None:
        messages.error(request, say("这个来电还没有接听，请先按“回拨”"))
        return redirect("desk:call", request.standing.community.code, call.pk)
    form = _form(request, call)
    if form.is_valid() and _save(request, form, call):
        told = say("来电 %(number)s 号已记录，按 F4 恢复接待") % {"number": call.number}
        messages.success(request, told)
        return redirect("desk:call", request.standing.community.code, call.pk)
    return _pane(request, call, form)


def _save(request: StaffRequest, form: NoteForm, call: PhoneNote) -> PhoneNote | None:
    return attempt(request, form, actions.save_note, call=call, noted=form.noted())


@require_POST
@permits(Permission.VISIT_RECEIVE)
def callback(request: StaffRequest, call_id: int) -> HttpResponse:
    """Record that the caller was called back."""
    call, form = call_for(request.standing, call_id), OutcomeForm(request.POST)
    if submit(request, form, actions.call_back, call=call):
        messages.success(request, say("回电已记录"))
        return redirect("desk:calls-due", request.standing.community.code)
    context = {"call": call, "outcome": form, **_rights(request)}
    return render(request, "desk/calls/detail.html", context, status=422)


@require_POST
@permits(Permission.PERSONAL_REVEAL)
def reveals(request: StaffRequest, call_id: int) -> HttpResponse:
    """Return the number in full once a reason is given (D7)."""
    call = call_for(request.standing, call_id)
    form = RevealForm({**request.POST.dict(), "field": "phone"})
    if not form.is_valid():
        context = {"form": form, "call": call}
        again = render(request, "desk/calls/_reveal_form.html", context, status=422)
        return retarget(reswap(again, "outerHTML"), f"#reveal-call-form-{call.pk}")
    words = {"field": "phone", "reason": form.cleaned_data["reason"]}
    number = reveal(subject=call, by=request.user, at=timezone.now(), **words)
    return render(request, "desk/household/_revealed.html", {"number": number})


def _form(request: StaffRequest, call: PhoneNote) -> NoteForm:
    caller = caller_of(call, business_date(timezone.now()))
    words = {"community": call.community, "caller": caller, "masked": call.masked_phone}
    return NoteForm(request.POST if request.method == "POST" else None, **words)


def _pane(request: StaffRequest, call: PhoneNote, form: NoteForm | None = None) -> HttpResponse:
    caller, place = caller_of(call, business_date(timezone.now())), f"calls/{call.pk}/"
    half = draft_of(call, place)
    context = {
        "call": call,
        "caller": caller,
        "form": form or _form(request, call),
        "script": script(community=call.community.name, clerk=request.user.name),
        "limit": int(CALL_LIMIT.total_seconds()),
        "callbacks": list(Callback),
        "half": half,
        "draft": read_json(half.content) if half and form is None else None,
        "page": place,
    }
    return render(request, "desk/calls/pane.html", context, status=422 if form else 200)


def _rights(request: StaffRequest) -> dict[str, bool]:
    return {
        "may_receive": request.standing.may(Permission.VISIT_RECEIVE),
        "may_reveal": request.standing.may(Permission.PERSONAL_REVEAL),
    }
