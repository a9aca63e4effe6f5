"""The reports, and the rows behind their figures."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date
from guanjia.reports import forms
from guanjia.reports.ageing import ageing as read_ageing
from guanjia.reports.balance import account_lines, trial_balance
from guanjia.reports.bill_rows import bill_rows
from guanjia.reports.deposits import deposit_rows as read_deposit_rows
from guanjia.reports.deposits import deposits as read_deposits
from guanjia.reports.rates import rates as read_rates
from guanjia.reports.takings import taking_rows as read_taking_rows
from guanjia.reports.takings import takings as read_takings
from guanjia.reports.views.answering import answer

_methods = require_http_methods(["GET", "POST"])


@require_safe
@permits(Permission.LEDGER_READ)
def index(request: StaffRequest) -> HttpResponse:
    """Lead to the reports."""
    return render(request, "reports/index.html")


@_methods
@permits(Permission.LEDGER_READ)
def takings(request: StaffRequest) -> HttpResponseBase:
    """Show what came in, by method, item, cashier, desk or day."""
    form, community = forms.TakingsForm(request.GET), request.standing.community
    read = lambda: read_takings(community, form.span, form.by_what)  # noqa: E731
    return answer(request, form, read, rows="reports:taking-rows")


@_methods
@permits(Permission.LEDGER_READ)
def taking_rows(request: StaffRequest) -> HttpResponseBase:
    """Show the receipts behind a figure."""
    form, community = forms.TakingRowsForm(request.GET), request.standing.community
    return answer(request, form, lambda: read_taking_rows(community, form.span, form.chosen))


@_methods
@permits(Permission.LEDGER_READ)
def balance(request: StaffRequest) -> HttpResponseBase:
    """Show the trial balance."""
    form, community = forms.MonthSpanForm(request.GET), request.standing.community
    read = lambda: trial_balance(community, form.span)  # noqa: E731
    return answer(request, form, read, rows="reports:account")


@_methods
@permits(Permission.LEDGER_READ)
def account(request: StaffRequest) -> HttpResponseBase:
    """Show an account's lines."""
    form, community = forms.AccountForm(request.GET), request.standing.community
    return answer(request, form, lambda: account_lines(community, form.span, form.chosen))


@_methods
@permits(Permission.LEDGER_READ)
def deposits(request: StaffRequest) -> HttpResponseBase:
    """Show the register of deposits."""
    form, community = forms.MonthSpanForm(request.GET), request.standing.community
    read = lambda: read_deposits(community, form.span)  # noqa: E731
    return answer(request, form, read, rows="reports:deposit-rows")


@_methods
@permits(Permission.LEDGER_READ)
def deposit_rows(request: StaffRequest) -> HttpResponseBase:
    """Show each deposit behind a figure."""
    form, community = forms.DepositRowsForm(request.GET), request.standing.community
    return answer(request, form, lambda: read_deposit_rows(community, form.span, form.chosen))


@_methods
@permits(Permission.LEDGER_READ)
def ageing(request: StaffRequest) -> HttpResponseBase:
    """Show what is owed by how long it has been due."""
    form, community = forms.AgeingForm(request.GET), request.standing.community
    today = business_date(timezone.now())
    form.full_clean()
    read = lambda: read_ageing(community, today, form.group)  # noqa: E731
    return answer(request, form, read, rows="reports:bill-rows")


@_methods
@permits(Permission.LEDGER_READ)
def rates(request: StaffRequest) -> HttpResponseBase:
    """Show the collection rates."""
    form, community = forms.RatesForm(request.GET), request.standing.community
    read = lambda: read_rates(community, form.span, form.group)  # noqa: E731
    return answer(request, form, read, rows="reports:bill-rows")


@_methods
@permits(Permission.LEDGER_READ)
def bills(request: StaffRequest) -> HttpResponseBase:
    """Show the bills behind a figure."""
    form, community = forms.BillRowsForm(request.GET), request.standing.community
    return answer(request, form, lambda: bill_rows(community, form.chosen))
