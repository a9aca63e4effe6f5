"""Deposits: what is held for a household, and one line more at the cash desk."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.deposits import fresh_row
from guanjia.desk.views.household import deposits_page
from guanjia.estate.access import unit_for


@require_safe
@permits(Permission.BILL_READ)
def index(request: StaffRequest, key: str) -> HttpResponse:
    """Show what is held for the household, and what went in and out."""
    return deposits_page(request, unit_for(request.standing, key))


@require_safe
@permits(Permission.PAYMENT_TAKE)
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Answer with a line to type a deposit in; with nothing where no more fit on a receipt."""
    unit = unit_for(request.standing, key)
    deposits = fresh_row(unit.community, request.GET)
    if deposits is None:
        return HttpResponse(status=204)
    return render(request, "desk/household/_deposits.html", {"deposits": deposits, "fresh": True})
