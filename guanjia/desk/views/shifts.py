"""A shift on screen: the float, joining, the blind count, the handover, its sheet."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.accounts.views.answers import answer
from guanjia.core.addresses import inside
from guanjia.core.calendar import business_date
from guanjia.core.money import yuan
from guanjia.desk import cash_desk
from guanjia.desk.acting import attempt, press
from guanjia.desk.closing_forms import (
    BankingForm,
    HandoverForm,
    NotesForm,
    OpeningForm,
    draft_of,
    drafted,
)
from guanjia.desk.shifts import may_work, oversees, second_of, signed
from guanjia.money.closing import actions
from guanjia.money.closing.access import shift_for
from guanjia.money.closing.facts import facts_of
from guanjia.money.closing.handover_pdf import handover_sheet
from guanjia.money.closing.models import Shift
from guanjia.money.closing.paper import paper_of_name
from guanjia.money.closing.reads import (
    drawer_in_books,
    last_handover,
    left_in,
    open_shift_at,
    rules_of,
    shifts_of,
)
from guanjia.money.closing.states import ShiftState
from guanjia.money.payments.models import Desk
from guanjia.money.payments.reads import active_desks, desk_in_use

PER_PAGE = 30


@require_http_methods(["GET", "POST"])
@permits(Permission.PAYMENT_TAKE)
def mine(request: StaffRequest) -> HttpResponse:
    """Lead to the open shift of the desk chosen here; without one, open it with a counted float."""
    community, chosen = request.standing.community, cash_desk.current(request)
    desk = chosen and desk_in_use(community, chosen.pk)
    if not desk:
        desks = active_desks(community)
        return render(request, "desk/desks/choice.html", {"cash_desk": None, "desks": desks})
    if shift := open_shift_at(community, desk.pk):
        return redirect("desk:shift", community.code, shift.pk)
    desk.community = community
    left = left_in(community, [desk.pk])
    form = OpeningForm(_sent(request), notes=left.get(desk.pk))
    if form.is_valid() and (shift := _opened(request, form, desk)):
        messages.success(request, say("已开班，可以收款了"))
        return redirect("desk:shift", community.code, shift.pk)
    return answer(
        request,
        "desk/shifts/opening.html",
        form,
        desk=desk,
        last=last_handover(community, desk.pk),
        book=drawer_in_books(desk),
        today=business_date(timezone.now()),
    )


def _opened(request: StaffRequest, form: OpeningForm, desk: Desk) -> Shift | None:
    """Open the shift; a second name is asked for where one was typed."""
    typed, second = form.cleaned_data, None
    if typed["login"] and not (second := signed(request, form, Permission.SHIFT_APPROVE)):
        return None
    return attempt(
        request,
        form,
        actions.open_shift,
        desk=desk,
        notes=form.notes(),
        reason=typed["reason"],
        from_bank=typed["from_bank"],
        countersigned_by=second and second.user,
    )


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the shifts, newest first."""
    rows = Paginator(shifts_of(request.standing.community), PER_PAGE)
    page = rows.get_page(request.GET.get("page"))
    return render(request, "desk/shifts/index.html", {"page": page})


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Show a shift: what it took so far, or how it ended."""
    shift = shift_for(request.standing, shift_id)
    facts = facts_of(shift)
    in_shift = request.user.pk in {each.user_id for each in shift.people}  # type: ignore[attr-defined]  # prefetched
    return render(
        request,
        "desk/shifts/detail.html",
        {
            "facts": facts,
            "shift": shift,
            "may_work": request.standing.may(Permission.SHIFT_CLOSE)
            and (in_shift or oversees(request)),
            "may_join": request.standing.may(Permission.SHIFT_JOIN) and not in_shift,
            "in_shift": in_shift,
        },
    )


@require_POST
@permits(Permission.SHIFT_JOIN)
def join(request: StaffRequest, shift_id: int) -> HttpResponseRedirect:
    """Be in the shift by name, and go back to what was being done."""
    shift = shift_for(request.standing, shift_id)
    press(request, actions.join_shift, shift=shift)
    then = inside(request, request.POST.get("next", ""))
    return redirect(then) if then else _to(request, shift)


@require_POST
@permits(Permission.SHIFT_CLOSE)
def counting(request: StaffRequest, shift_id: int) -> HttpResponseRedirect:
    """Stop the desk and begin to count."""
    shift = shift_for(request.standing, shift_id)
    press(request, actions.start_counting, shift=shift, oversees=oversees(request))
    return _to(request, shift, "shift-count")


@require_POST
@permits(Permission.SHIFT_CLOSE)
def resumption(request: StaffRequest, shift_id: int) -> HttpResponseRedirect:
    """Go on taking money."""
    shift = shift_for(request.standing, shift_id)
    press(request, actions.resume_taking, shift=shift, oversees=oversees(request))
    return _to(request, shift)


@require_POST
@permits(Permission.SHIFT_CLOSE)
def recount(request: StaffRequest, shift_id: int) -> HttpResponseRedirect:
    """Count once more."""
    shift = shift_for(request.standing, shift_id)
    press(request, actions.count_again, shift=shift, oversees=oversees(request))
    return _to(request, shift, "shift-count")


@require_POST
@permits(Permission.SHIFT_CLOSE)
def draft(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Keep what was typed so far; a reload and another computer find it again."""
    shift = shift_for(request.standing, shift_id)
    if may_work(request, shift):
        actions.keep_draft(shift=shift, typed=drafted(request.POST.dict()))
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@permits(Permission.SHIFT_CLOSE)
def count(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Count the drawer without being told what should be in it."""
    shift = shift_for(request.standing, shift_id)
    if shift.state != ShiftState.COUNTING:
        return _to(request, shift, "shift-handover")
    form = NotesForm(_sent(request), initial=draft_of(shift))
    if form.is_valid():
        words = {"shift": shift, "notes": form.notes(), "oversees": oversees(request)}
        if attempt(request, form, actions.submit_count, **words):
            return _to(request, shift, "shift-handover")
    return answer(request, "desk/shifts/count.html", form, shift=shift)


@require_http_methods(["GET", "POST"])
@permits(Permission.SHIFT_CLOSE)
def handover(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Show the difference, and end the shift with a second name under it."""
    shift = shift_for(request.standing, shift_id)
    if shift.state != ShiftState.COUNTED:
        return _to(request, shift)
    facts = facts_of(shift)
    form = HandoverForm(_sent(request), facts=facts, initial=draft_of(shift))
    if form.is_valid() and (second := signed(request, form)):
        words = form.terms() | {"oversees": oversees(request), "second": second_of(second)}
        if attempt(request, form, actions.hand_over, shift=shift, **words):
            messages.success(request, say("已交班，请打印交接单并由两人签字"))
            return _to(request, shift)
    limit = rules_of(request.standing.community).tolerance_fen
    page = "desk/shifts/handover.html"
    return answer(request, page, form, shift=shift, facts=facts, tolerance_fen=limit)


@require_http_methods(["GET", "POST"])
@permits(Permission.PAYMENT_TAKE)
def banking(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Take cash out of the drawer to the bank during a shift."""
    shift = shift_for(request.standing, shift_id)
    if shift.state != ShiftState.OPEN:
        return _to(request, shift)
    form = BankingForm(_sent(request))
    if form.is_valid() and (second := signed(request, form)):
        words = {"notes": form.notes(), "witness": second.user, "key": form.pressed}
        words |= {name: form.cleaned_data[name] for name in ("carrier", "slip")}
        if deposit := attempt(request, form, actions.bank_cash, shift=shift, **words):
            told = say("已缴存 {yuan} 元").format(yuan=yuan(deposit.amount_fen))
            messages.success(request, told)
            return _to(request, shift)
    return answer(request, "desk/shifts/banking.html", form, shift=shift)


@require_safe
@permits(Permission.BILL_READ)
def sheet(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Return the handover sheet of an ended shift as PDF; ``?paper=a5`` for the small one."""
    shift = shift_for(request.standing, shift_id)
    if not shift.is_closed:
        return _to(request, shift)
    pdf = handover_sheet(
        facts_of(shift), paper=paper_of_name(request.GET.get("paper", "")), at=timezone.now()
    )
    name = f'inline; filename="shift-{shift.pk}.pdf"'
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": name})


def _sent(request: StaffRequest) -> Any:
    """Return what was sent, be it a form left empty; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def _to(request: StaffRequest, shift: Shift, route: str = "shift") -> HttpResponseRedirect:
    return redirect(f"desk:{route}", request.standing.community.code, shift.pk)
