"""Small makers of visits and calls."""

from datetime import datetime
from itertools import count
from typing import Any

from guanjia.accounts.models import Community
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.calendar import business_date
from guanjia.estate.parties import phone_index
from guanjia.reception.models import PhoneNote, Visit
from guanjia.reception.states import CallState, Purpose, VisitState

_next = count(1001)


def make_visit(
    *, community: Community | None = None, at: datetime = MORNING, **fields: Any
) -> Visit:
    """Return an active visit of a clerk of its own."""
    community = community or make_community()
    if "owner" not in fields:
        fields["owner"] = make_user(community=community, role=Role.CLERK)
    defaults = {
        "community": community,
        "business_date": business_date(at),
        "number": next(_next),
        "purposes": [Purpose.PAYMENT],
        "state": VisitState.ACTIVE,
        "started_at": at,
        "since": at,
    }
    return Visit.objects.create(**{**defaults, **fields})


def make_call(
    *,
    community: Community | None = None,
    at: datetime = MORNING,
    phone: str = "",
    **fields: Any,
) -> PhoneNote:
    """Return a call that rings at a clerk of its own."""
    community = community or make_community()
    if "owner" not in fields:
        fields["owner"] = make_user(community=community, role=Role.CLERK)
    defaults = {
        "community": community,
        "business_date": business_date(at),
        "number": next(_next),
        "state": CallState.RINGING,
        "rang_at": at,
        "phone": phone or None,
        "phone_index": phone_index(phone) if phone else None,
    }
    return PhoneNote.objects.create(**{**defaults, **fields})
