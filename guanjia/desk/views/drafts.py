"""Saving what is half typed, as it is typed."""

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.views.decorators.http import require_POST

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.core.calendar import SHANGHAI
from guanjia.core.refusal import Refused
from guanjia.desk.reception import half_of
from guanjia.reception.access import call_for, visit_for
from guanjia.reception.actions import save_draft
from guanjia.reception.models import PhoneNote, Visit
from guanjia.reception.reads import draft_of

CONFLICT, UNREADABLE = 409, 422


@require_POST
@permits(Permission.VISIT_RECEIVE)
def of_visit(request: StaffRequest, visit_id: int) -> JsonResponse:
    """Keep a page of the visit."""
    return _kept(request, visit_for(request.standing, visit_id))


@require_POST
@permits(Permission.VISIT_RECEIVE)
def of_call(request: StaffRequest, call_id: int) -> JsonResponse:
    """Keep the phone note."""
    return _kept(request, call_for(request.standing, call_id))


def _kept(request: StaffRequest, of: Visit | PhoneNote) -> JsonResponse:
    """Answer with the new version and when it was saved, or who else changed it and their version."""
    half = half_of(request)
    if half is None:
        return JsonResponse({"told": say("草稿读不懂，没有保存")}, status=UNREADABLE)
    try:
        over = "over" in request.POST
        draft = save_draft(of=of, half=half, over=over, by=request.user, at=timezone.now())
    except Refused as refused:
        theirs = draft_of(of, half.page)
        version = theirs.version if theirs else 0
        return JsonResponse({"told": str(refused.refusal), "version": version}, status=CONFLICT)
    saved = f"{draft.saved_at.astimezone(SHANGHAI):%H:%M:%S}"
    return JsonResponse({"version": draft.version, "saved": saved})
