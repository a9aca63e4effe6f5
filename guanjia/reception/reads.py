"""What the desk reads of the reception: who is here, who waits, who calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from guanjia.accounts.models import Community, User
from guanjia.core.sealing.fields import SealedTextField
from guanjia.estate.models import Tenure, on_day
from guanjia.reception.models import Draft, PhoneNote, Visit
from guanjia.reception.rules import RINGS_FOR
from guanjia.reception.states import CallState, VisitState

MOST_HELD = 6


def open_visits(community: Community, clerk: User, page: str) -> list[Visit]:
    """Return the clerk's active visit first, then the held ones: the clerk's own, the latest first, then the others'.

    Each with ``draft_content`` and ``draft_version`` of ``page``; one more than ``MOST_HELD`` at most. One statement.
    """
    rows = Visit.objects.filter(community=community).filter(
        Q(state=VisitState.HELD) | Q(state=VisitState.ACTIVE, owner=clerk)
    )
    rows = rows.select_related("owner", "unit", "tenure__party")
    rows = _with_draft(rows, page).alias(own=Q(owner=clerk))
    return list(rows.order_by("state", "-own", "-since", "-pk")[: MOST_HELD + 1])


def visits_in(
    community: Community,
    *,
    day: date | None = None,
    clerk: User | None = None,
    unit: str = "",
) -> QuerySet[Visit]:
    """Return the community's visits, the latest first; ``unit`` is a unit's key."""
    rows = Visit.objects.filter(community=community, **_asked(day, clerk, unit))
    return rows.select_related("owner", "unit", "tenure__party").order_by("-started_at", "-pk")


def calls_in(
    community: Community,
    *,
    day: date | None = None,
    clerk: User | None = None,
    unit: str = "",
) -> QuerySet[PhoneNote]:
    """Return the community's calls but for those that were no calls, the latest first."""
    rows = PhoneNote.objects.filter(community=community, **_asked(day, clerk, unit))
    rows = rows.exclude(state=CallState.DROPPED).select_related("owner", "unit", "called_back_by")
    return rows.order_by("-rang_at", "-pk")


def calls_due(community: Community, at: datetime) -> QuerySet[PhoneNote]:
    """Return whom to call back: missed and put-off calls, and who was promised one; the soonest first.

    One that still rings is not missed.
    """
    rows = PhoneNote.objects.filter(community=community).filter(
        Q(state=CallState.LATER)
        | Q(state=CallState.RINGING, rang_at__lte=at - RINGS_FOR)
        | Q(callback_by__isnull=False, called_back_at=None)
    )
    rows = rows.select_related("owner", "unit", "called_back_by")
    return rows.order_by(F("callback_by").asc(nulls_first=True), "rang_at")


def ringing(community: Community, clerk: User, at: datetime) -> QuerySet[PhoneNote]:
    """Return the call that rings at the clerk's desk, the latest first."""
    rows = PhoneNote.objects.filter(
        community=community, owner=clerk, state=CallState.RINGING, rang_at__gt=at - RINGS_FOR
    )
    return rows.order_by("-rang_at")


def draft_of(of: Visit | PhoneNote, page: str) -> Draft | None:
    """Return what is half typed on a page of the visit, or in the note."""
    key = {"visit": of} if isinstance(of, Visit) else {"note": of}
    return Draft.objects.filter(community=of.community_id, page=page, **key).first()


def page_of(visit: Visit) -> str:
    """Return the page the visit goes on at: where the latest draft is, where it was left, the unit's; may be ''."""
    rows = Draft.objects.filter(community=visit.community_id, visit=visit).order_by("-saved_at")
    latest = rows.values_list("page", flat=True).first()
    return str(latest or visit.page or (f"units/{visit.unit.key}/" if visit.unit else ""))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may be calling, told from the number alone: people with their units, and the last time it was noted."""

    tenures: Sequence[Tenure]
    before: PhoneNote | None

    @property
    def unit_number(self) -> str:
        """Return the likeliest unit's number, '' when the number tells none."""
        if self.tenures:
            return str(self.tenures[0].unit)
        return str(self.before.unit) if self.before and self.before.unit else ""


def caller_of(call: PhoneNote, day: date) -> Caller:
    """Guess who is calling, in two statements; nobody for a number withheld."""
    if call.phone_index is None:
        return Caller((), None)
    here = {"community": call.community_id}
    tenures = Tenure.objects.filter(on_day(day), party__phone_index=call.phone_index, **here)
    tenures = tenures.select_related("party", "unit").order_by("-is_debtor", "unit__key", "pk")
    before = PhoneNote.objects.filter(
        state=CallState.SAVED, phone_index=call.phone_index, **here
    ).exclude(pk=call.pk)
    last = before.select_related("unit").order_by("-rang_at").first()
    return Caller(list(tenures[:3]), last)


def _with_draft(visits: QuerySet[Visit], page: str) -> QuerySet[Visit]:
    rows = Draft.objects.filter(community=OuterRef("community"), visit=OuterRef("pk"), page=page)
    sealed = SealedTextField(purpose="draft.content")
    return visits.annotate(
        draft_content=Subquery(rows.values("content")[:1], output_field=sealed),
        draft_version=Subquery(rows.values("version")[:1]),
    )


def _asked(day: date | None, clerk: User | None, unit: str) -> dict[str, object]:
    asked = {"business_date": day, "owner": clerk, "unit__key": unit or None}
    return {field: value for field, value in asked.items() if value is not None}
