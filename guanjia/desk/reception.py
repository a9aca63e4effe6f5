"""Who stands at the desk, as the strip around every page tells it."""

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, Count, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from guanjia.accounts.models import Community
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.core.calendar import business_date
from guanjia.desk.arrears import unpaid_now
from guanjia.estate.models import Unit
from guanjia.reception.actions import Half, forget_draft
from guanjia.reception.models import PhoneNote, Visit
from guanjia.reception.reads import MOST_HELD, Caller, caller_of, calls_due, open_visits, ringing
from guanjia.reception.states import VisitState
from guanjia.records.during import visit_id

_KEPT = "_reception"
_LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Counts:
    """The day's figures: visits begun, visitors waiting, calls to return, what the visitor owes (fen)."""

    today: int
    waiting: int
    callbacks: int
    ringing_id: int | None
    unpaid_fen: int | None


@dataclass(frozen=True, slots=True)
class Ringing:
    """The call that rings, who it may be, and what they owe (fen; None where not to be seen)."""

    call: PhoneNote
    caller: Caller
    unpaid_fen: int | None


class Reception:
    """The clerk's visits, seen from ``page``; read when first asked for, in two statements at most.

    ``page`` is an address inside the community. A household's page tells what is owed itself, so there the
    strip makes do with one.
    """

    def __init__(self, request: StaffRequest, page: str) -> None:
        self.page = page
        self.at = timezone.now()
        self._community, self._clerk = request.standing.community, request.standing.user
        self._sees_money = request.standing.may(Permission.BILL_READ)

    @cached_property
    def _open(self) -> list[Visit]:
        return open_visits(self._community, self._clerk, self.page)

    @property
    def active(self) -> Visit | None:
        """The visit that the clerk attends to."""
        return next((visit for visit in self._open if visit.is_active), None)

    @property
    def held(self) -> list[Visit]:
        """Those that wait; F4 resumes the first."""
        return [visit for visit in self._open if not visit.is_active][:MOST_HELD]

    @property
    def waited_for(self) -> Visit | None:
        """The clerk's own visitor who waits, if any: whom to apologise to before answering (FEE-N3)."""
        return self.active or next((v for v in self.held if v.owner_id == self._clerk.pk), None)

    @property
    def more(self) -> bool:
        """Whether more wait than the strip shows."""
        return len(self._open) > MOST_HELD + (self.active is not None)

    @property
    def unit_key(self) -> str:
        """The key of the unit whose page this is, '' elsewhere."""
        place = self.page.split("/")
        return place[1] if place[0] == "units" and len(place) > 2 else ""  # noqa: PLR2004 - units/<key>/

    @property
    def is_household(self) -> bool:
        """Whether this is a household's page, which says itself what is unpaid."""
        return self.unit_key not in ("", "new")

    @property
    def draft(self) -> dict[str, Any]:
        """What was half typed on this page during the active visit."""
        content = self.active and getattr(self.active, "draft_content", None)
        return read_json(content) if content else {}

    @cached_property
    def counts(self) -> Counts:
        """The figures at the strip's end, in one statement."""
        here, day = {"community": self._community}, business_date(self.at)
        unit = self.active.unit if self.active and self._sees_money else None
        row = (
            Community.objects.filter(pk=self._community.pk)
            .annotate(
                today=_count(Visit.objects.filter(business_date=day, **here)),
                waiting=_count(Visit.objects.filter(state=VisitState.HELD, **here)),
                callbacks=_count(calls_due(self._community, self.at)),
                ringing=ringing(self._community, self._clerk, self.at).values("pk")[:1],
                unpaid=unpaid_now(unit, day) if unit else Value(None, BigIntegerField()),
            )
            .values_list("today", "waiting", "callbacks", "ringing", "unpaid")
            .get()
        )
        today, waiting, callbacks, ringing_id, unpaid = row
        owed = int(unpaid or 0) if unit else None
        return Counts(today, waiting, callbacks, ringing_id, owed)

    @cached_property
    def ringing(self) -> Ringing | None:
        """The call that rings at this desk now."""
        call = ringing(self._community, self._clerk, self.at).first()
        if call is None:
            return None
        day = business_date(self.at)
        caller = caller_of(call, day)
        unit = caller.tenures[0].unit if caller.tenures and self._sees_money else None
        owed = Community.objects.filter(pk=self._community.pk)
        row = owed.values_list(unpaid_now(unit, day)).get() if unit else None
        return Ringing(call, caller, int(row[0] or 0) if row else None)


def reception_of(request: StaffRequest, page: str | None = None) -> Reception:
    """Return the reception as ``page`` sees it, the page asked for unless it says so; read once for a request."""
    if not hasattr(request, _KEPT):
        home = f"/{request.standing.community.code}/"
        asked = escape_uri_path(request.path).removeprefix(home)
        told = asked if page is None else page.replace("\0", "")[:_LONGEST_PAGE]
        setattr(request, _KEPT, Reception(request, told))
    kept: Reception = getattr(request, _KEPT)
    return kept


def page_of_unit(unit: Unit) -> str:
    """Return the address of the unit's page inside the community, as drafts are kept under it."""
    code = unit.community.code
    return reverse("desk:household", args=[code, unit.key]).removeprefix(f"/{code}/")


def half_of(request: StaffRequest) -> Half | None:
    """Return what the page sends of what is half typed, None for nothing or what is not ours."""
    sent = read_json(request.POST.get("draft", ""))
    with suppress(KeyError, TypeError, ValueError):
        content = json.dumps(sent["content"], ensure_ascii=False)
        return Half(page=str(sent["page"]), version=int(sent["version"]), content=content)
    return None


def read_json(text: str) -> dict[str, Any]:
    """Read a JSON object; {} for anything else, and for the one character no text may hold."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) and "\\u0000" not in text else {}


def done_with(unit: Unit) -> None:
    """Forget what was half typed on the page of ``unit`` during the visit under way: it is paid."""
    if visit := visit_id():
        forget_draft(community=unit.community, visit_id=visit, page=page_of_unit(unit))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("community").annotate(n=Count("pk")).values("n")
    return Coalesce(counted, 0)
