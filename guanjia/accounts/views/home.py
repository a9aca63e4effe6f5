"""The way in: to one's community, or to a choice of them."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guanjia.accounts.access import standings_of
from guanjia.accounts.models import User
from guanjia.accounts.permits import StaffRequest, open_to_anyone, signed_in


@require_safe
@signed_in
def _choose(request: StaffRequest) -> HttpResponseBase:
    standings = standings_of(request.user)
    if len(standings) == 1:
        return redirect(f"/{standings[0].community.code}/")
    return render(request, "accounts/home/index.html", {"standings": standings})


@open_to_anyone
def home(request: StaffRequest) -> HttpResponseBase:
    """Lead to the first-run wizard while there is nobody, and else to the person's communities."""
    if not User.objects.exists():
        return redirect("accounts:setup")
    return _choose(request)
