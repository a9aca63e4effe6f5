"""Calls: answered while the visit is held, noted once, never lost, whoever picks up."""

from datetime import timedelta

import pytest

from guanjia.accounts.tests.factories import MORNING, make_community
from guanjia.core.refusal import Refused
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.reception.actions import (
    Half,
    Noted,
    Visitor,
    answer_call,
    call_back,
    drop_call,
    note_ringing,
    put_off_call,
    save_draft,
    save_note,
    start_visit,
)
from guanjia.reception.models import Draft, PhoneNote
from guanjia.reception.reads import caller_of, calls_due, ringing
from guanjia.reception.states import Callback, CallState, Purpose, Step, VisitState
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
SOON = MORNING + timedelta(seconds=20)
LATER = MORNING + timedelta(minutes=5)
DAY = MORNING.date()


def ring(front, phone="139 1234 5520", *, by=None, at=MORNING):
    return note_ringing(community=front.community, phone=phone, by=by or front.clerk, at=at)


def answered(front, **words):
    return answer_call(community=front.community, by=front.clerk, at=SOON, **words)


def test_answering_holds_the_visit_with_its_draft(front):
    visit = start_visit(
        community=front.community,
        visitor=Visitor(front.unit, front.owner),
        purposes=[Purpose.PAYMENT],
        by=front.clerk,
        at=MORNING,
    )
    half = Half("units/3-2-1201/", 0, '{"tendered": "800"}')
    call = answered(front, half=half)
    visit.refresh_from_db()
    assert (visit.state, visit.waiting_for) == (VisitState.HELD, "等接完电话")
    assert (call.state, call.visit) == (CallState.ANSWERED, visit)
    assert Draft.objects.get(visit=visit).content == '{"tendered": "800"}'
    save_note(call=call, noted=Noted(about="电梯异响"), by=front.clerk, at=LATER)
    assert JournalEntry.objects.get(action="call.note").visit_id == visit.pk


def test_the_same_number_ringing_at_two_desks_is_one_call(front):
    first = ring(front)
    assert ring(front, "13912345520", by=front.colleague, at=SOON) == first
    assert ring(front, "13912340000", at=SOON) != first
    assert ring(front, at=LATER) != first  # it rang off meanwhile


def test_a_number_withheld_is_a_call_too(front):
    call = ring(front, "anonymous")
    assert (call.phone, call.masked_phone) == (None, "")
    assert ring(front, "", at=SOON) == call
    assert caller_of(call, DAY).unit_number == ""


def test_a_call_is_answered_once(front):
    call = ring(front)
    answer_call(community=front.community, call=call, by=front.clerk, at=SOON)
    again = answer_call(community=front.community, call=call, by=front.clerk, at=SOON)
    assert again.pk == call.pk
    with pytest.raises(Refused, match="已有人接听"):
        answer_call(community=front.community, call=call, by=front.colleague, at=SOON)


def test_who_calls_is_guessed_by_the_number_of_the_file(front):
    space = make_unit(community=front.community, number="车位B1-213")
    make_tenure(unit=space, party=front.owner.party)
    caller = caller_of(ring(front), DAY)
    assert [tenure.unit.number for tenure in caller.tenures] == ["3-2-1201", "车位B1-213"]
    assert caller.unit_number == "3-2-1201"
    elsewhere = make_unit(community=make_community(), number="3-2-1201")
    make_tenure(
        unit=elsewhere, party=make_party(community=elsewhere.community, phone="13912345520")
    )
    assert len(caller_of(ring(front), DAY).tenures) == 2


def test_a_number_unknown_to_the_file_is_known_from_its_last_note(front):
    call = answered(front, call=ring(front, "13800001111"))
    noted = Noted(name="保姆小周", about="电梯异响", unit=front.unit)
    save_note(call=call, noted=noted, by=front.clerk, at=SOON)
    caller = caller_of(ring(front, "13800001111", at=LATER), DAY)
    assert (caller.unit_number, caller.before) == ("3-2-1201", call)


def test_a_note_keeps_what_was_said_and_the_journal_only_masks(front):
    call = answered(front)
    noted = Noted(
        name="王建国",
        about="电梯\n异响",
        phone="+86 139-1234-5520",
        unit=front.unit,
        is_guess=True,
        steps=["greet", "confirm", "close"],
        callback=Callback.QUARTER,
    )
    call = save_note(call=call, noted=noted, by=front.clerk, at=LATER)
    assert (call.phone, call.about) == ("13912345520", "电梯 异响")
    assert call.left_out == [Step.HANG_UP.label]
    assert call.callback_by == LATER + timedelta(minutes=15)
    after = JournalEntry.objects.get(action="call.note").after or {}
    assert (after["phone"], after["name"]) == ("139****5520", "王**")
    assert "电梯" not in str(after)


def test_a_note_without_a_purpose_or_kept_already_is_refused(front):
    call = answered(front)
    with pytest.raises(Refused, match="还没有记来意"):
        save_note(call=call, noted=Noted(name="王", about="  "), by=front.clerk, at=LATER)
    save_note(call=call, noted=Noted(about="漏水"), by=front.clerk, at=LATER)
    with pytest.raises(Refused, match="已是“已记录”"):
        save_note(call=call, noted=Noted(about="别的"), by=front.clerk, at=LATER)
    assert PhoneNote.objects.get().about == "漏水"


def test_whoever_was_not_answered_waits_to_be_called_back(front):
    missed, later, promised = ring(front), ring(front, "13800001111"), answered(front)
    put_off_call(call=later, by=front.clerk, at=SOON)
    noted = Noted(about="漏水", callback=Callback.TODAY)
    promised = save_note(call=promised, noted=noted, by=front.clerk, at=SOON)
    assert list(ringing(front.community, front.clerk, SOON)) == [missed]
    assert missed not in calls_due(front.community, SOON), "it still rings"
    assert set(calls_due(front.community, LATER)) == {missed, later, promised}
    back = answer_call(community=front.community, call=missed, by=front.clerk, at=LATER)
    assert back.called_back_at == LATER
    drop_call(call=later, by=front.clerk, at=LATER)
    call_back(call=promised, outcome="已告知", by=front.colleague, at=LATER)
    assert not calls_due(front.community, LATER)
    with pytest.raises(Refused, match="何佳已经回过电话"):
        call_back(call=promised, outcome="再次", by=front.clerk, at=LATER)


def test_a_call_dropped_by_mistake_leaves_no_draft(front):
    call = answered(front)
    half = Half(f"calls/{call.pk}/", 0, "{}")
    save_draft(of=call, half=half, by=front.clerk, at=SOON)
    drop_call(call=call, by=front.clerk, at=SOON)
    assert not Draft.objects.exists()
    with pytest.raises(Refused, match="已经记完"):
        save_draft(of=call, half=half, by=front.clerk, at=SOON)
