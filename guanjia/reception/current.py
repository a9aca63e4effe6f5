"""The visit under way while a request is answered: the journal's rows belong to it."""

from collections.abc import Callable
from functools import cache

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from guanjia.core.database.written import written_once
from guanjia.reception.models import Visit
from guanjia.reception.states import VisitState
from guanjia.records.during import during


class DuringVisit:
    """Lets what a request journals belong to the clerk's active visit; only then is it looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request during the visit."""
        with during(cache(lambda: active_visit_id(request))):
            return self.get_response(request)


def active_visit_id(request: HttpRequest) -> int | None:
    """Return the id of the visit that whoever asks attends to in the address's community, in one statement."""
    match = request.resolver_match
    code = match.kwargs.get("community") if match else None
    if not code or not request.user.is_authenticated:
        return None
    return next((visit.pk for visit in _attended(code, request.user.pk)), None)


@written_once
def _attended(code: str, owner: int) -> QuerySet[Visit]:
    rows = Visit.objects.filter(community__code=code, owner=owner, state=VisitState.ACTIVE)
    return rows.only("pk").order_by("pk")[:1]
