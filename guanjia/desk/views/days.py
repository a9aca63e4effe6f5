"""Closing the business day, its books, and opening it again by two people."""

from datetime import date

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
from guanjia.core.calendar import business_date
from guanjia.desk.acting import attempt, press, submit
from guanjia.desk.closing_forms import AskForm, DayForm, RulesForm
from guanjia.desk.days import due_day
from guanjia.desk.shifts import signed
from guanjia.money.closing import actions
from guanjia.money.closing.access import close_for, request_for
from guanjia.money.closing.day_pdf import day_sheet
from guanjia.money.closing.days import books_of
from guanjia.money.closing.paper import paper_of_name
from guanjia.money.closing.reads import closes_of, requests_waiting, rules_of

PER_PAGE = 30


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest) -> HttpResponse:
    """List the closed days, and what is due."""
    community, today = request.standing.community, business_date(timezone.now())
    page = Paginator(closes_of(community), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "day": due_day(community, today),
        "today": today,
        "requests": requests_waiting(community),
        "may_close": request.standing.may(Permission.DAY_CLOSE),
        "may_reopen": request.standing.may(Permission.DAY_REOPEN),
    }
    return render(request, "desk/days/index.html", context)


@require_http_methods(["GET", "POST"])
@permits(Permission.DAY_CLOSE)
def closing(request: StaffRequest) -> HttpResponse:
    """Close the day that is due: the cash to the bank, a witness, the books shut."""
    community, today = request.standing.community, business_date(timezone.now())
    day = due_day(community, today)
    sent = request.POST if request.method == "POST" else None
    form = DayForm(sent, drawers={d.desk: d.suggested for d in day.drawers})
    if form.is_valid() and day.due and (second := signed(request, form)):
        words = {"taken": form.taken(), "witness": second.user, "day": day.due.day}
        words |= {name: form.cleaned_data[name] for name in ("carrier", "slip")}
        if close := attempt(request, form, actions.close_day, community=community, **words):
            messages.success(request, say("已日结，请打印日结单"))
            return redirect("desk:day", community.code, close.closed_day.business_date)
    books = books_of(community, day.due.day) if day.due else None
    return answer(request, "desk/days/closing.html", form, day=day, books=books, today=today)


@require_safe
@permits(Permission.BILL_READ)
def detail(request: StaffRequest, day: date) -> HttpResponse:
    """Show the books of a day; every figure leads to its receipts."""
    context = {
        "books": books_of(request.standing.community, day),
        "today": business_date(timezone.now()),
        "may_ask": request.standing.may(Permission.DAY_CLOSE),
        "form": AskForm(),
    }
    return render(request, "desk/days/detail.html", context)


@require_safe
@permits(Permission.BILL_READ)
def sheet(request: StaffRequest, close_id: int) -> HttpResponse:
    """Return a day's sheet as PDF."""
    close = close_for(request.standing, close_id)
    books = books_of(request.standing.community, close.closed_day.business_date)
    paper = paper_of_name(request.GET.get("paper", ""))
    pdf = day_sheet(books, close, paper=paper, at=timezone.now())
    name = f'inline; filename="day-{books.day}.pdf"'
    return HttpResponse(pdf, "application/pdf", headers={"Content-Disposition": name})


@require_POST
@permits(Permission.DAY_CLOSE)
def ask(request: StaffRequest, close_id: int) -> HttpResponse:
    """Ask that the day be opened again."""
    close = close_for(request.standing, close_id)
    day, form = close.closed_day.business_date, AskForm(request.POST)
    if submit(request, form, actions.ask_reopening, closed_day=close.closed_day):
        messages.success(request, say("已申请重开，等主任或财务批准"))
        return redirect("desk:day", request.standing.community.code, day)
    books, today = books_of(request.standing.community, day), business_date(timezone.now())
    return answer(request, "desk/days/detail.html", form, books=books, may_ask=True, today=today)


@require_POST
@permits(Permission.DAY_REOPEN)
def approval(request: StaffRequest, request_id: int) -> HttpResponseRedirect:
    """Open the day again."""
    press(request, actions.approve_reopening, request=request_for(request.standing, request_id))
    return redirect("desk:days", request.standing.community.code)


@require_POST
@permits(Permission.DAY_REOPEN)
def refusal(request: StaffRequest, request_id: int) -> HttpResponseRedirect:
    """Leave the day closed."""
    press(request, actions.refuse_reopening, request=request_for(request.standing, request_id))
    return redirect("desk:days", request.standing.community.code)


@require_http_methods(["GET", "POST"])
@permits(Permission.DAY_REOPEN)
def rules(request: StaffRequest) -> HttpResponse:
    """Set what drawers are held to."""
    community = request.standing.community
    form = RulesForm(request.POST or None, rules=rules_of(community))
    if submit(request, form, actions.set_drawer_rules, community=community):
        messages.success(request, say("已保存"))
        return redirect("desk:days", community.code)
    return answer(request, "desk/days/rules.html", form)
