"""Opening a closed day again: one person asks, another one approves."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.money.closing.actions.drawers import hold_closing
from guanjia.money.closing.models import ReopeningRequest
from guanjia.money.closing.reads import last_closed
from guanjia.money.closing.rules import may_approve, may_reopen
from guanjia.money.closing.states import RequestState
from guanjia.money.ledger.models import ClosedDay, Reopening
from guanjia.records.actions import journal


@transaction.atomic
def ask_reopening(
    *, closed_day: ClosedDay, reason: str, by: User, at: datetime
) -> ReopeningRequest:
    """Ask that the day be opened again. Raises Refused for any but the latest closed one, or asked twice."""
    community = closed_day.community
    hold_closing(community)
    waiting = ReopeningRequest.objects.filter(
        community=community, closed_day=closed_day, state=RequestState.ASKED
    )
    must(
        may_reopen(
            day=closed_day.business_date,
            last_closed=last_closed(community),
            asked=waiting.exists(),
        )
    )
    request = ReopeningRequest.objects.create(
        community=community,
        closed_day=closed_day,
        reason=clean(reason, limit=200),
        asked_at=at,
        asked_by=by,
    )
    journal(
        community=community,
        by=by,
        at=at,
        action="day.reopen.ask",
        subject=request,
        after={"day": closed_day.business_date},
        reason=request.reason,
    )
    return request


@transaction.atomic
def approve_reopening(*, request: ReopeningRequest, by: User, at: datetime) -> Reopening:
    """Open the day again; it takes entries until it is closed once more.

    Raises Refused where it was decided, asked by the same person, or a later day has been closed since.
    """
    request = _decide(request, RequestState.APPROVED, by=by, at=at)
    community, closed_day = request.community, request.closed_day
    must(may_reopen(day=closed_day.business_date, last_closed=last_closed(community), asked=False))
    reopening = Reopening.objects.create(
        community=community,
        closed_day=closed_day,
        reason=request.reason,
        asked_by=request.asked_by,
        approved_by=by,
    )
    journal(
        community=community,
        by=by,
        at=at,
        action="day.reopen",
        subject=reopening,
        after={"day": closed_day.business_date, "asked_by": request.asked_by_id},
        reason=request.reason,
    )
    return reopening


@transaction.atomic
def refuse_reopening(*, request: ReopeningRequest, by: User, at: datetime) -> None:
    """Leave the day closed; who asked may take the request back the same way. Raises Refused once decided."""
    request = _decide(request, RequestState.REFUSED, by=by, at=at)
    journal(community=request.community, by=by, at=at, action="day.reopen.refuse", subject=request)


def _decide(
    request: ReopeningRequest, state: RequestState, *, by: User, at: datetime
) -> ReopeningRequest:
    hold_closing(request.community_id)
    rows = ReopeningRequest.objects.select_related("community", "closed_day", "asked_by")
    request = rows.get(community=request.community_id, pk=request.pk)
    must(
        may_approve(
            is_waiting=request.state == RequestState.ASKED,
            same_person=state == RequestState.APPROVED and request.asked_by_id == by.pk,
        )
    )
    ReopeningRequest.objects.filter(community=request.community_id, pk=request.pk).update(
        state=state, decided_by=by, decided_at=at
    )
    return request
