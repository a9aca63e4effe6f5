"""The household page and its tabs."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import business_date
from guanjia.desk import cash_desk
from guanjia.desk.cash_desk import CashDesk
from guanjia.desk.cash_panel import CashPanel, cash_panel
from guanjia.desk.changes import changes_of, told
from guanjia.desk.charge_forms import ExtraForm
from guanjia.desk.charges import Due, charges_of, due_of
from guanjia.desk.deposits import wished_of
from guanjia.desk.discounts import grant_form
from guanjia.desk.held import held_for
from guanjia.desk.household import Household, household_of, payer_of
from guanjia.desk.papers import with_paper
from guanjia.desk.prepayments import prepaid_of
from guanjia.desk.reception import page_of_unit, reception_of
from guanjia.desk.setting_forms import AssignForm, EndForm
from guanjia.desk.shifts import drawer_note
from guanjia.desk.unit_tariffs import tariffs_of
from guanjia.estate.access import unit_for
from guanjia.estate.household import sister_units
from guanjia.estate.models import Unit
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.reads import kinds_in_use
from guanjia.money.discounts.actions import request_grant
from guanjia.money.discounts.reads import grants_of
from guanjia.money.payments.forms import PaymentForm, WishForm, bill_ids
from guanjia.money.payments.reads import active_desks, receipts_of
from guanjia.money.refunds.reads import refunds_of_deposits

RECENT = 6
PER_PAGE = 30


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def charges(request: StaffRequest, key: str) -> HttpResponse:
    """Show what is unpaid and, to cashiers, the cash desk; those who see no money get the unit file."""
    unit = unit_for(request.standing, key)
    if not request.standing.may(Permission.BILL_READ):
        return redirect("desk:household-file", request.standing.community.code, key)
    return cash_page(request, PaymentForm(unit=unit))


def cash_page(
    request: StaffRequest, form: PaymentForm, *, extra: ExtraForm | None = None
) -> HttpResponse:
    """Draw the page around ``form``; what was sent and refused, that or ``extra``, comes back as it was typed."""
    reception = reception_of(request, page_of_unit(form.unit))
    household = _household(form.unit)
    unpaid = charges_of(form.unit, household.kin.sisters, household.day, standing=request.standing)
    desk = cash_desk.current(request)
    panel = cash_panel(household, form, reception.draft) if desk else None
    return _tab(
        request,
        household,
        "charges",
        charges=unpaid,
        due=_due(unpaid.ticked(_ticked(request, form)), form, panel),
        extra=extra,
        form=form,
        key=uuid4(),
        payer=payer_of(form, household),
        panel=panel,
        cash_desk=desk,
        drawer_note=drawer_note(request, desk, household.day),
        receipts=receipts_of(form.unit.community, household.unit_ids)[:RECENT],
        **_to_choose(request, desk),
    )


def _to_choose(request: StaffRequest, desk: CashDesk | None) -> dict[str, Any]:
    """Tell whether the person takes money, and at which desks they may while they have chosen none."""
    taking = request.standing.may(Permission.PAYMENT_TAKE)
    desks = active_desks(request.standing.community) if taking and not desk else ()
    return {"takes_money": taking, "cash_desks": desks}


def _due(bills: Sequence[Bill], form: PaymentForm, panel: CashPanel | None) -> Due:
    return due_of(bills, form.unit, **wished_of(form, panel.deposits.kinds if panel else ()))


def _ticked(request: StaffRequest, form: PaymentForm) -> Collection[int] | None:
    """Return the bills to tick: those named in the address or sent along, else those of the form."""
    named = request.GET.getlist("bill") or request.POST.getlist("ticked")
    return bill_ids(named) if named else form.ticked


@require_safe
@permits(Permission.BILL_READ)
def due(request: StaffRequest, key: str) -> HttpResponse:
    """Say what the ticked bills come to, and what of it is to be paid now."""
    unit = unit_for(request.standing, key)
    unpaid = charges_of(unit, sister_units(unit), business_date(timezone.now()))
    ticked = unpaid.ticked(bill_ids(request.GET.getlist("bill")))
    wished = wished_of(WishForm(request.GET), kinds_in_use(unit.community))
    context = {"due": due_of(ticked, unit, **wished), "oob": True}
    return render(request, "desk/household/_due.html", context)


@require_safe
@permits(Permission.BILL_READ)
def receipts(request: StaffRequest, key: str) -> HttpResponse:
    """List what the household has paid."""
    household = _household(unit_for(request.standing, key))
    rows = receipts_of(household.unit.community, household.unit_ids)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return _tab(request, household, "receipts", page=page)


@require_safe
@permits(Permission.TARIFF_READ)
def tariffs(request: StaffRequest, key: str) -> HttpResponse:
    """Show which tariffs the unit pays, paid and is to pay."""
    return tariffs_page(request, unit_for(request.standing, key))


def tariffs_page(
    request: StaffRequest, unit: Unit, *, form: AssignForm | None = None, end: EndForm | None = None
) -> HttpResponse:
    """Draw the tab; a form that was sent and refused comes back as it was typed."""
    household = _household(unit)
    starting = {"begins_on": household.day}
    return _tab(
        request,
        household,
        "tariffs",
        rows=tariffs_of(unit, household.day, end),
        form=form or AssignForm(community=unit.community, initial=starting),
        may_set=request.standing.may(Permission.TARIFF_WRITE),
    )


@require_safe
@permits(Permission.BILL_READ)
def discounts(request: StaffRequest, key: str) -> HttpResponse:
    """Show what is taken off the unit's charges, and what is asked for."""
    return _discounts_page(request, _household(unit_for(request.standing, key)))


@require_http_methods(["GET", "POST"])
@permits(Permission.DISCOUNT_REQUEST)
def new_discount(request: StaffRequest, key: str) -> HttpResponse:
    """Ask for a rule's discount for the unit."""
    household = _household(unit_for(request.standing, key))
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = grant_form(household, *sent)
    if form.is_valid():
        words = {"unit": household.unit, "rule": form.cleaned_data["rule"]}
        words |= {"asking": form.asking(), "key": form.pressed}
        if made := with_paper(request, form, request_grant, **words):
            messages.success(request, say("已申请减免，等主管或主任批准"))
            return redirect("desk:discount", request.standing.community.code, made.pk)
    return _discounts_page(request, household, form=form)


def _discounts_page(request: StaffRequest, household: Household, **dialog: Any) -> HttpResponse:
    return _tab(
        request,
        household,
        "discounts",
        grants=grants_of(household.unit),
        may_ask=request.standing.may(Permission.DISCOUNT_REQUEST),
        **dialog,
    )


def prepayments_page(request: StaffRequest, unit: Unit, **dialog: Any) -> HttpResponse:
    """Draw the tab of prepayments; ``dialog`` is the prepayment asked about with its form, as it was typed."""
    household = _household(unit)
    return _tab(
        request,
        household,
        "prepayments",
        prepaid=prepaid_of(household),
        may_ask=request.standing.may(Permission.REFUND_REQUEST),
        may_transfer=request.standing.may(Permission.PREPAYMENT_TRANSFER),
        **dialog,
    )


def deposits_page(request: StaffRequest, unit: Unit, **dialog: Any) -> HttpResponse:
    """Draw the tab of deposits; ``dialog`` is the deposit asked about with its form, as it was typed."""
    household = _household(unit)
    held = held_for(household)
    return _tab(
        request,
        household,
        "deposits",
        held=held,
        refunds=refunds_of_deposits(unit.community, [row.pk for row in held.rows]),
        may_ask=request.standing.may(Permission.REFUND_REQUEST),
        **dialog,
    )


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def file(request: StaffRequest, key: str) -> HttpResponse:
    """Show the unit file: its papers and what is missing."""
    return _tab(request, _household(unit_for(request.standing, key)), "file")


@require_safe
@permits(Permission.JOURNAL_READ)
def changes(request: StaffRequest, key: str) -> HttpResponse:
    """Show what was changed on the unit, by whom and why."""
    household = _household(unit_for(request.standing, key))
    with_money = request.standing.may(Permission.BILL_READ)
    rows = changes_of(household.unit, with_money=with_money)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return _tab(request, household, "changes", page=page, changes=[told(entry) for entry in page])


def _household(unit: Unit) -> Household:
    return household_of(unit, business_date(timezone.now()))


def _tab(request: StaffRequest, household: Household, tab: str, **more: Any) -> HttpResponse:
    """Draw a tab inside what all of them show; a form sent in comes back with 422."""
    context = {
        "household": household,
        "tab": tab,
        "household_tabs": _tabs(request, household.unit),
        "may_reveal": request.standing.may(Permission.PERSONAL_REVEAL),
        "may_write": request.standing.may(Permission.HOUSEHOLD_WRITE),
        **more,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, f"desk/household/{tab}.html", context, status=status)


def _tabs(request: StaffRequest, unit: Unit) -> list[tuple[str, str, str]]:
    """Return the name, label and address of each tab the person may open."""
    tabs = (
        ("charges", say("收费"), "desk:household", Permission.BILL_READ),
        ("receipts", say("往来"), "desk:household-receipts", Permission.BILL_READ),
        ("prepayments", say("预存"), "desk:household-prepayments", Permission.BILL_READ),
        ("deposits", say("押金"), "desk:household-deposits", Permission.BILL_READ),
        ("tariffs", say("收费设置"), "desk:household-tariffs", Permission.TARIFF_READ),
        ("discounts", say("减免"), "desk:household-discounts", Permission.BILL_READ),
        ("file", say("档案"), "desk:household-file", Permission.HOUSEHOLD_READ),
        ("changes", say("变更"), "desk:household-changes", Permission.JOURNAL_READ),
    )
    code = request.standing.community.code
    return [
        (name, label, reverse(route, args=[code, unit.key]))
        for name, label, route, permission in tabs
        if request.standing.may(permission)
    ]
