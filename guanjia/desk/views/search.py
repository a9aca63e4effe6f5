"""The omnibox's answers."""

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.views.decorators.http import require_safe

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest, permits
from guanjia.estate.search import Hit, Match, find

LONGEST = 60


@require_safe
@permits(Permission.HOUSEHOLD_READ)
def index(request: StaffRequest) -> JsonResponse:
    """Return the units that ``q`` may mean, in the shape `omnibox.js` expects."""
    hits = find(request.standing, request.GET.get("q", "")[:LONGEST])
    items = [_item(hit, request.standing.community.code) for hit in hits]
    return JsonResponse({"groups": [{"label": say("房屋"), "items": items}] if items else []})


def _item(hit: Hit, community: str) -> dict[str, str]:
    found_otherwise = hit.match is not Match.UNIT
    return {
        "title": hit.number,
        "detail": " · ".join(filter(None, ["、".join(hit.names), hit.detail])),
        "tag": hit.match.label if found_otherwise else "",
        "tone": "warn" if hit.match is Match.FORMER else "",
        "url": reverse("desk:household", args=[community, hit.key]),
    }
