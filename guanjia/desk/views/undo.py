"""Taking back the latest soft change."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from guanjia.accounts.access import standing_in
from guanjia.accounts.permits import StaffRequest, signed_in
from guanjia.core.refusal import Refused
from guanjia.desk.undo import undo


@require_POST
@signed_in
def create(request: StaffRequest, community: str) -> HttpResponseRedirect:
    """Take it back, and go to where the button stood."""
    request.standing = standing_in(request.user, community)
    try:
        undo(request, request.POST.get("token", ""), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused.refusal))
    else:
        messages.success(request, say("已撤销"))
    then = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(then, allowed_hosts={request.get_host()})
    return redirect(then if safe else f"/{community}/")
