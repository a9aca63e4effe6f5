"""The omnibox's address."""

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.desk.finding import answers

LONGEST = 60


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def index(request: StaffRequest) -> JsonResponse:
    """Return what ``q`` may mean."""
    return JsonResponse({"groups": answers(request.standing, request.GET.get("q", "")[:LONGEST])})
