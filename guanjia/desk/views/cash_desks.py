"""Choosing the cash desk that this browser works at."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk import cash_desk
from guanjia.desk.forms import DeskForm
from guanjia.money.payments.access import desk_for


@require_POST
@permits(Permission.PAYMENT_TAKE)
def choose(request: StaffRequest) -> HttpResponseRedirect:
    """Work at the desk from now on, and go back to where the choice was made."""
    form = DeskForm(request.POST)
    if form.is_valid():
        cash_desk.choose(request, desk_for(request.standing, form.cleaned_data["desk"]))
        then = form.cleaned_data["next"]
        if url_has_allowed_host_and_scheme(then, allowed_hosts={request.get_host()}):
            return redirect(then)
    return redirect("desk:workbench", request.standing.community.code)
