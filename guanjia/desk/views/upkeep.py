"""The books audited, the backups tried, and what was lost acknowledged."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST, require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.refusal import Refused
from guanjia.desk.acting import reason_of
from guanjia.desk.upkeep import house, notices_for
from guanjia.money.payments.witnessing import acknowledge_losses


@require_safe
@permits(Permission.UPKEEP_READ)
def index(request: StaffRequest) -> HttpResponse:
    """Show what the witness, the nightly audits and the drills have found."""
    return _page(request)


@require_POST
@permits(Permission.LOSS_ACKNOWLEDGE)
def acknowledge(request: StaffRequest) -> HttpResponse:
    """Answer for receipts that the books have lost, with a reason, so that money can be taken again."""
    try:
        count = acknowledge_losses(
            community=request.standing.community,
            reason=reason_of(request),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        return _page(request, refusal=str(refused.refusal))
    messages.success(request, say("已确认 %s 张丢失的收据，可以继续收款；号码不会重用。") % count)
    return redirect("desk:upkeep", request.standing.community.code)


def _page(request: StaffRequest, *, refusal: str = "") -> HttpResponse:
    standing = request.standing
    context = house(standing.community) | {
        "notices": notices_for(standing, timezone.now()),
        "may_acknowledge": standing.may(Permission.LOSS_ACKNOWLEDGE),
        "refusal": refusal,
        "reason": reason_of(request),
    }
    status = 422 if refusal else 200
    return render(request, "desk/upkeep/index.html", context, status=status)
