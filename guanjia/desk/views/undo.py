"""Taking back the latest soft change."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from guanjia.accounts.access import standing_in
from guanjia.accounts.permits import StaffRequest, signed_in
from guanjia.core.addresses import inside
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
    return redirect(inside(request, then) or f"/{community}/")
