"""Calls: one rings, is answered while the visit is held, is noted in six steps, or is called back later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.identity import check_phone, mask_name, mask_phone
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean
from guanjia.estate.models import Unit
from guanjia.estate.parties import phone_index
from guanjia.reception.actions.drafts import Half
from guanjia.reception.actions.visits import hold_visit
from guanjia.reception.models import Draft, PhoneNote, Visit
from guanjia.reception.rules import RINGS_FOR, callback_by, may_call_move, steps_done
from guanjia.reception.states import Callback, CallState, VisitState
from guanjia.records.actions import journal, next_number
from guanjia.records.during import during

WAITING_FOR_CALL = "等接完电话"


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted of a call. ``is_guess``: the unit follows from the number, nobody confirmed it."""

    name: str = ""
    about: str = ""
    phone: str = ""
    unit: Unit | None = None
    is_guess: bool = False
    steps: Collection[str] = ()
    callback: Callback = Callback.NONE
    callback_at: datetime | None = None


@transaction.atomic
def note_ringing(*, community: Community, phone: str, by: User, at: datetime) -> PhoneNote:
    """Take down that a call rings; the same number ringing at two desks is one call. Unknown numbers are '' ."""
    number = _dialled(phone)
    index = phone_index(number) if number else None
    lock_until_commit(f"reception.ring:{community.pk}:{index.hex() if index else ''}")
    ringing = PhoneNote.objects.filter(
        community=community,
        state=CallState.RINGING,
        rang_at__gt=at - RINGS_FOR,
        phone_index=index,
    )
    return ringing.order_by("-rang_at").first() or _begin(
        community, CallState.RINGING, number, by=by, at=at
    )


@transaction.atomic
def answer_call(
    *,
    community: Community,
    by: User,
    at: datetime,
    call: PhoneNote | None = None,
    half: Half | None = None,
) -> PhoneNote:
    """Answer a call, or call one back that waits; the clerk's visit is held meanwhile, with ``half`` typed in it.

    Raises Refused when somebody else answered it. FEE-N3: the visitor at the desk is apologised to.
    """
    if call:
        call = _locked(call)
        if call.state == CallState.ANSWERED and call.owner_id == by.pk:
            return call
        _must_move(call, CallState.ANSWERED)
        if call.rang_at <= at - RINGS_FOR or call.state == CallState.LATER:
            call.called_back_at, call.called_back_by = at, by
    else:
        call = _begin(community, CallState.ANSWERED, "", by=by, at=at)
    active = Visit.objects.filter(community=community, owner=by, state=VisitState.ACTIVE).first()
    if active:
        hold_visit(visit=active, by=by, at=at, waiting_for=WAITING_FOR_CALL, half=half)
    call.state, call.owner, call.answered_at, call.visit = CallState.ANSWERED, by, at, active
    call.save()
    _tell(call, "call.answer", by=by, at=at, after={"phone": call.masked_phone})
    return call


@transaction.atomic
def put_off_call(*, call: PhoneNote, by: User, at: datetime) -> PhoneNote:
    """Leave a ringing call for later: it waits among those to be called back."""
    return _move(call, CallState.LATER, "call.put_off", by=by, at=at)


@transaction.atomic
def drop_call(*, call: PhoneNote, by: User, at: datetime) -> PhoneNote:
    """Take a call off the list: a wrong number, advertising, a key pressed by mistake."""
    return _move(call, CallState.DROPPED, "call.drop", by=by, at=at)


@transaction.atomic
def save_note(*, call: PhoneNote, noted: Noted, by: User, at: datetime) -> PhoneNote:
    """Keep what was noted of a call. Raises Refused for one already noted, TextError for what cannot be kept."""
    call = _locked(call)
    _must_move(call, CallState.SAVED)
    due = callback_by(noted.callback, at=at, named=noted.callback_at)
    if isinstance(due, Refusal):
        raise Refused(due)
    if not noted.about.strip():
        raise Refused(Refusal("还没有记来意", "请写明对方为什么事来电；不需要记录的，按“不记录”"))
    if number := _dialled(noted.phone):
        call.phone, call.phone_index = number, phone_index(number)
    call.caller_name = noted.name.strip() and clean(noted.name, limit=60)
    call.about = clean(noted.about, limit=500)
    call.unit, call.is_guess = noted.unit, bool(noted.unit and noted.is_guess)
    call.steps = steps_done(noted.steps, name=call.caller_name, about=call.about)
    call.callback_by = due
    call.state, call.saved_at = CallState.SAVED, at
    call.save()
    Draft.objects.filter(community=call.community_id, note=call).delete()
    _tell(call, "call.note", by=by, at=at, after=_masked(call))
    return call


@transaction.atomic
def call_back(*, call: PhoneNote, outcome: str, by: User, at: datetime) -> PhoneNote:
    """Record that the caller was called back, and what came of it. Raises Refused when it was done already."""
    call = _locked(call)
    if call.state != CallState.SAVED or call.callback_by is None:
        raise Refused(Refusal("这个来电没有约定回电", "没有接到的来电，请按“回拨”并记下内容"))
    if call.called_back_at:
        raise Refused(Refusal(f"{call.called_back_by}已经回过电话", "请看这个来电的回电结果"))
    call.called_back_at, call.called_back_by, call.outcome = at, by, clean(outcome)
    call.save(update_fields=["called_back_at", "called_back_by", "outcome"])
    _tell(call, "call.call_back", by=by, at=at, after={"callback_by": call.callback_by})
    return call


def _begin(
    community: Community, state: CallState, number: str, *, by: User, at: datetime
) -> PhoneNote:
    day = business_date(at)
    return PhoneNote.objects.create(
        community=community,
        business_date=day,
        number=next_number(community=community, kind="phone_note", prefix=day.isoformat()),
        state=state,
        owner=by,
        phone=number or None,
        phone_index=phone_index(number) if number else None,
        rang_at=at,
    )


def _dialled(phone: str) -> str:
    """Return the number in one spelling; a switchboard's "anonymous" is no number."""
    return check_phone(phone).number if any(map(str.isdigit, phone)) else ""


def _move(call: PhoneNote, to: CallState, action: str, *, by: User, at: datetime) -> PhoneNote:
    call = _locked(call)
    if call.state == to:
        return call
    _must_move(call, to)
    before, call.state = {"state": call.state}, to
    call.save(update_fields=["state"])
    Draft.objects.filter(community=call.community_id, note=call).delete()
    _tell(call, action, by=by, at=at, before=before, after={"phone": call.masked_phone})
    return call


def _must_move(call: PhoneNote, to: CallState) -> None:
    refusal = may_call_move(CallState(call.state), to)
    if refusal is not None:
        raise Refused(refusal)


def _locked(call: PhoneNote) -> PhoneNote:
    rows = PhoneNote.objects.select_for_update(of=("self",))
    rows = rows.select_related("community", "owner", "called_back_by")
    return rows.get(community=call.community_id, pk=call.pk)


def _masked(call: PhoneNote) -> dict[str, Any]:
    """Return what the journal keeps of a note: the number and the name masked, none of the words."""
    return {
        "phone": mask_phone(call.phone or ""),
        "name": mask_name(call.caller_name) if call.caller_name else "",
        "unit": call.unit.number if call.unit else "",
        "steps": len(call.steps),
        "callback_by": call.callback_by,
    }


def _tell(call: PhoneNote, action: str, *, by: User, at: datetime, **words: Any) -> None:
    with during(lambda: call.visit_id):
        journal(community=call.community, by=by, at=at, action=action, subject=call, **words)
