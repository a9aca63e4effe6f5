"""Receiving visitors: starting, holding, resuming and finishing a visit, and verifying who it is.

Locks: the visit asked for first, then the clerk's own active one. A journal row belongs to the visit it is of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.insert import save
from guanjia.core.identity import mask_name, mask_phone
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean
from guanjia.estate.models import Tenure, Unit
from guanjia.estate.rules import holds_on
from guanjia.estate.states import TITLE_HOLDERS, Capacity
from guanjia.reception.actions.drafts import Half, write
from guanjia.reception.models import Draft, IdentityCheck, Visit
from guanjia.reception.rules import LEFT_AFTER, LONGEST_DRAFT, is_page, may_check, may_move
from guanjia.reception.states import OPEN, Check, Purpose, VisitState
from guanjia.records.actions import journal, next_number
from guanjia.records.during import during

_TAKEN = Refusal("您刚在另一处开始了一次接待", "请按 F4 挂起那一次，或继续办理")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came: one of a unit's people by ``tenure``, or anybody by a typed name; both may be unknown."""

    unit: Unit | None = None
    tenure: Tenure | None = None
    name: str = ""
    capacity: str = ""


@transaction.atomic
def start_visit(
    *,
    community: Community,
    visitor: Visitor,
    purposes: Sequence[Purpose],
    by: User,
    at: datetime,
    place: str = "",
    finishing: bool = False,
    half: Half | None = None,
) -> Visit:
    """Begin to attend to a visitor. The clerk's visit so far is held, with ``half`` typed in it, or finished."""
    if before := _active_of(community, by):
        _finish(before, by=by, at=at) if finishing else _hold(before, "", half, by=by, at=at)
    tenure = visitor.tenure
    day = business_date(at)
    visit = Visit(
        community=community,
        business_date=day,
        number=next_number(community=community, kind="visit", prefix=day.isoformat()),
        unit=tenure.unit if tenure else visitor.unit,
        tenure=tenure,
        visitor_name="" if tenure or not visitor.name else clean(visitor.name, limit=60),
        capacity=tenure.capacity if tenure else visitor.capacity,
        purposes=[purpose for purpose in Purpose if purpose in purposes],
        place=place,
        owner=by,
        state=VisitState.ACTIVE,
        started_at=at,
        since=at,
    )
    save(visit, taken=_TAKEN)
    _tell(visit, "visit.start", by=by, at=at, after=_masked(visit))
    return visit


@transaction.atomic
def hold_visit(
    *, visit: Visit, by: User, at: datetime, waiting_for: str = "", half: Half | None = None
) -> Visit:
    """Let a visitor wait; what is half typed is kept with the visit. Holding a held one changes nothing."""
    visit = _locked(visit)
    if visit.state == VisitState.HELD:
        return visit
    _must_move(visit, VisitState.HELD)
    if visit.owner_id != by.pk:
        raise Refused(Refusal(f"{visit.owner}正在接待这位客户", f"请{visit.owner}挂起"))
    _hold(visit, waiting_for, half, by=by, at=at)
    return visit


@transaction.atomic
def resume_visit(*, visit: Visit, by: User, at: datetime, half: Half | None = None) -> Visit:
    """Attend to a waiting visitor again, at any desk; the clerk's visit so far is held, with ``half``.

    Another clerk takes the visit over, which the journal records.
    """
    visit = _locked(visit)
    if visit.is_active and visit.owner_id == by.pk:
        return visit
    _must_move(visit, VisitState.ACTIVE)
    if before := _active_of(visit.community, by):
        _hold(before, "", half, by=by, at=at)
    told = {"state": str(visit.state), "clerk": str(visit.owner)}
    visit.owner, visit.state, visit.since, visit.waiting_for = by, VisitState.ACTIVE, at, ""
    save(visit, taken=_TAKEN)
    after = {"state": str(visit.state), "clerk": str(by)}
    _tell(visit, "visit.resume", by=by, at=at, before=told, after=after)
    return visit


@transaction.atomic
def finish_visit(*, visit: Visit, by: User, at: datetime) -> Visit:
    """End a visit; its drafts go. Any clerk may end one that waits. Ending it twice changes nothing."""
    visit = _locked(visit)
    if not visit.is_open:
        return visit
    if visit.is_active and visit.owner_id != by.pk:
        raise Refused(Refusal(f"{visit.owner}正在接待这位客户", f"请{visit.owner}来结束"))
    _finish(visit, by=by, at=at)
    return visit


@transaction.atomic
def finish_left_visits(*, at: datetime) -> int:
    """End visits left open for days, so that what was typed in them does not stay; returns how many."""
    left = Visit.objects.filter(state__in=OPEN, since__lt=at - LEFT_AFTER)
    rows = list(left.select_for_update(skip_locked=True, of=("self",)).select_related("community"))
    for visit in rows:
        _finish(visit, by=None, at=at, reason="多日未结束，自动完成")
    return len(rows)


@transaction.atomic
def check_identity(
    *,
    visit: Visit,
    how: Check,
    by: User,
    at: datetime,
    called: Tenure | None = None,
    words: str = "",
) -> IdentityCheck:
    """Record how it was verified who the visitor is (REL-R1).

    By phone: ``called`` is the title holder whose number on file was dialled. Raises Refused for what the file
    does not support.
    """
    visit = _locked(visit)
    if not visit.is_open:
        _must_move(visit, VisitState.ACTIVE)
    on_file = called if how is Check.PHONE and called and called.unit_id == visit.unit_id else None
    if on_file and not (on_file.party.phone and on_file.capacity in TITLE_HOLDERS):
        on_file = None
    day, tenure = business_date(at), visit.tenure
    refusal = may_check(
        how,
        is_registered=tenure is not None and holds_on(tenure, day),
        is_agent=bool(tenure and tenure.capacity == Capacity.AGENT and holds_on(tenure, day)),
        number_on_file=on_file is not None,
    )
    if refusal is not None:
        raise Refused(refusal)
    number = mask_phone((on_file and on_file.party.phone) or "")
    check = IdentityCheck.objects.create(
        community=visit.community,
        visit=visit,
        at=at,
        by=by,
        how=how,
        called=on_file,
        called_number=number,
        words=words and clean(words),
    )
    before = {"how": visit.checked_how}
    visit.checked_how, visit.checked_at = how, None if how is Check.NONE else at
    visit.save(update_fields=["checked_how", "checked_at"])
    after = {"how": str(how), "phone": number}
    _tell(visit, "visit.check", by=by, at=at, before=before, after=after)
    return check


def _active_of(community: Community, clerk: User) -> Visit | None:
    """Return the clerk's active visit, locked."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("owner", "community")
    return rows.filter(community=community, owner=clerk, state=VisitState.ACTIVE).first()


def _locked(visit: Visit) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",))
    rows = rows.select_related("owner", "community", "unit", "tenure__party")
    return rows.get(community=visit.community_id, pk=visit.pk)


def _must_move(visit: Visit, to: VisitState) -> None:
    refusal = may_move(VisitState(visit.state), to, clerk=str(visit.owner))
    if refusal is not None:
        raise Refused(refusal)


def _hold(visit: Visit, waiting_for: str, half: Half | None, *, by: User, at: datetime) -> None:
    visit.state, visit.since, visit.waiting_for = VisitState.HELD, at, waiting_for[:60]
    if half and is_page(half.page):
        visit.page = half.page
        _keep(visit, half, by=by, at=at)
    visit.save(update_fields=["state", "since", "waiting_for", "page"])
    _tell(visit, "visit.hold", by=by, at=at, after={"state": str(visit.state)}, reason=waiting_for)


def _keep(visit: Visit, half: Half, *, by: User, at: datetime) -> None:
    """Keep the draft that comes with holding; a newer one from elsewhere stays, the visit is held all the same."""
    if half.content and len(half.content) <= LONGEST_DRAFT:
        try:
            write(visit, half, by=by, at=at)
        except Refused:
            return


def _finish(visit: Visit, *, by: User | None, at: datetime, reason: str = "") -> None:
    before = {"state": visit.state}
    visit.state, visit.since, visit.finished_at = VisitState.FINISHED, at, at
    visit.save(update_fields=["state", "since", "finished_at"])
    Draft.objects.filter(community=visit.community_id, visit=visit).delete()
    after = {"state": str(visit.state)}
    _tell(visit, "visit.finish", by=by, at=at, before=before, after=after, reason=reason)


def _masked(visit: Visit) -> dict[str, Any]:
    """Return what the journal keeps of a new visit: names masked."""
    return {
        "number": visit.number,
        "unit": visit.unit.number if visit.unit else "",
        "name": mask_name(visit.who) if visit.who else "",
        "capacity": visit.capacity,
        "purposes": visit.purpose_labels,
    }


def _tell(visit: Visit, action: str, *, by: User | None, at: datetime, **words: Any) -> None:
    with during(lambda: visit.pk):
        journal(community=visit.community, by=by, at=at, action=action, subject=visit, **words)
