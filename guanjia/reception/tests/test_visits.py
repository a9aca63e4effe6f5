"""Visits: one active per clerk, held and resumed anywhere, verified by the file, finished for good."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.estate.models import Tenure
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.reception.actions import (
    Half,
    Visitor,
    check_identity,
    finish_left_visits,
    finish_visit,
    hold_visit,
    resume_visit,
    save_draft,
    start_visit,
)
from guanjia.reception.models import Draft, IdentityCheck, Visit
from guanjia.reception.reads import open_visits, page_of
from guanjia.reception.states import Check, Purpose, VisitState
from guanjia.reception.tests.factories import make_visit
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MORNING + timedelta(minutes=5)


def start(front, *, by=None, at=MORNING, **words):
    visitor = words.pop("visitor", Visitor(front.unit, front.owner))
    return start_visit(
        community=front.community,
        visitor=visitor,
        purposes=[Purpose.PAYMENT],
        by=by or front.clerk,
        at=at,
        **words,
    )


def half(page="units/3-2-1201/", version=0, content='{"row": "7"}'):
    return Half(page=page, version=version, content=content)


def test_visits_are_numbered_by_the_day(front):
    first, second = start(front), start(front)
    assert (first.number, second.number) == (1, 2)
    midnight = start(front, at=MORNING + timedelta(hours=14, minutes=30))  # 00:00 in Shanghai
    assert (midnight.business_date.day, midnight.number) == (24, 1)


def test_a_second_visit_holds_the_first_or_finishes_it(front):
    first = start(front)
    second = start(front, at=LATER)
    first.refresh_from_db()
    assert first.state == VisitState.HELD
    start(front, at=LATER, finishing=True)
    second.refresh_from_db()
    assert (second.state, second.finished_at) == (VisitState.FINISHED, LATER)


def test_the_database_allows_one_active_visit_a_clerk(front):
    make_visit(community=front.community, owner=front.clerk)
    with pytest.raises(IntegrityError, match="reception_one_active"), transaction.atomic():
        make_visit(community=front.community, owner=front.clerk)
    make_visit(community=front.community, owner=front.clerk, state=VisitState.HELD)
    make_visit(community=front.community, owner=front.colleague)


def test_a_held_visit_is_resumed_by_a_colleague_which_is_recorded(front):
    visit = hold_visit(visit=start(front), by=front.clerk, at=LATER, waiting_for="等业主回电")
    assert visit.waiting_for == "等业主回电"
    own = start(front, by=front.colleague, at=LATER)
    resume_visit(visit=visit, by=front.colleague, at=LATER)
    visit.refresh_from_db()
    own.refresh_from_db()
    assert (visit.owner, visit.state, visit.waiting_for) == (front.colleague, "active", "")
    assert own.state == VisitState.HELD
    entry = JournalEntry.objects.get(action="visit.resume")
    assert (entry.before, entry.after) == (
        {"state": "held", "clerk": "陈晓雯"},
        {"state": "active", "clerk": "何佳"},
    )


def test_who_is_being_attended_to_is_not_taken_away(front):
    visit = start(front)
    for verb in (resume_visit, hold_visit, finish_visit):
        with pytest.raises(Refused, match="陈晓雯"):
            verb(visit=visit, by=front.colleague, at=LATER)
    assert resume_visit(visit=visit, by=front.clerk, at=LATER).since == MORNING


def test_a_finished_visit_stays_finished(front):
    visit = finish_visit(visit=start(front), by=front.clerk, at=LATER)
    assert finish_visit(visit=visit, by=front.clerk, at=LATER).finished_at == LATER
    for verb in (resume_visit, hold_visit):
        with pytest.raises(Refused, match="已经完成"):
            verb(visit=visit, by=front.clerk, at=LATER)
    reopened = Visit.objects.filter(pk=visit.pk)
    with pytest.raises((IntegrityError, InternalError), match="is finished"):
        reopened.update(state=VisitState.HELD, finished_at=None)


def test_everything_a_visit_goes_through_is_journalled_under_it(front):
    visit = start(front)
    check_identity(visit=visit, how=Check.DOCUMENT, by=front.clerk, at=LATER)
    hold_visit(visit=visit, by=front.clerk, at=LATER)
    resume_visit(visit=visit, by=front.clerk, at=LATER)
    finish_visit(visit=visit, by=front.clerk, at=LATER)
    told = JournalEntry.objects.filter(visit_id=visit.pk).order_by("id")
    verbs = ["start", "check", "hold", "resume", "finish"]
    assert [entry.action for entry in told] == [f"visit.{verb}" for verb in verbs]
    assert "'name': '张**'" in str(told[0].after)


def test_a_typed_visitor_needs_no_unit_and_may_be_anybody(front):
    visit = start(front, visitor=Visitor(name=" 快递\t小哥 "))
    assert (visit.label, visit.title) == ("快递 小哥", "")
    rare = start(front, visitor=Visitor(name="𠮷田"))
    assert rare.label == "𠮷田"
    assert start(front, visitor=Visitor()).label == "来访者 3 号"
    with pytest.raises(TextError):
        start(front, visitor=Visitor(name="甲" * 61))


def test_a_co_owner_is_a_visitor_like_the_owner(front):
    party = make_party(community=front.community, name="欧阳娜")
    share = make_tenure(unit=front.unit, party=party, capacity=Capacity.CO_OWNER)
    visit = start(front, visitor=Visitor(front.unit, share))
    assert (visit.label, visit.title) == ("3-2-1201 欧阳娜", "共有人")


def test_by_phone_the_number_on_file_is_dialled_and_kept_masked(front):
    visit = start(front, visitor=Visitor(front.unit, front.spouse))
    words = {"how": Check.PHONE, "called": front.owner, "words": "同意放行"}
    check_identity(visit=visit, by=front.clerk, at=LATER, **words)
    check = IdentityCheck.objects.get()
    assert (check.called, check.called_number, check.words) == (
        front.owner,
        "139****5520",
        "同意放行",
    )
    visit.refresh_from_db()
    assert (visit.checked_how, visit.checked_at) == (Check.PHONE, LATER)


def test_nobody_else_is_called_for_an_owners_word(front):
    visit = start(front)
    stranger = make_tenure(
        unit=make_unit(community=front.community),
        party=make_party(community=front.community, phone="13900000001"),
    )
    front.spouse.party.phone = "13912340000"
    front.spouse.party.save()
    for called in (None, stranger, Tenure.objects.get(pk=front.spouse.pk)):
        with pytest.raises(Refused, match="登记电话"):
            check_identity(visit=visit, how=Check.PHONE, called=called, by=front.clerk, at=LATER)
    assert not IdentityCheck.objects.exists()


def test_the_file_vouches_for_whom_it_holds(front):
    stranger = start(front, visitor=Visitor(front.unit, name="自称家属"))
    with pytest.raises(Refused, match="档案里没有"):
        check_identity(visit=stranger, how=Check.OWNER_FILE, by=front.clerk, at=LATER)
    with pytest.raises(Refused, match="委托书"):
        check_identity(visit=stranger, how=Check.POWER_OF_ATTORNEY, by=front.clerk, at=LATER)
    family = start(front, visitor=Visitor(front.unit, front.spouse), at=LATER)
    check = check_identity(visit=family, how=Check.OWNER_FILE, by=front.clerk, at=LATER)
    assert check.visit == family


def test_identity_checks_only_grow(front, app_login):
    check_identity(visit=start(front), how=Check.DOCUMENT, by=front.clerk, at=LATER)
    with pytest.raises(Exception, match=r"permission denied|append-only"):
        app_login.execute("DELETE FROM reception_identitycheck")


def test_holding_keeps_the_draft_in_the_same_transaction(front):
    visit = hold_visit(visit=start(front), by=front.clerk, at=LATER, half=half())
    draft = Draft.objects.get(visit=visit, page="units/3-2-1201/")
    assert (draft.content, draft.version) == ('{"row": "7"}', 1)
    assert page_of(visit) == "units/3-2-1201/"
    sealed = Draft.objects.extra(select={"raw": "content"}).values_list("raw", flat=True)[0]
    assert b"row" not in bytes(sealed)


def test_a_newer_draft_from_elsewhere_stays_and_the_visit_is_held_all_the_same(front):
    visit = start(front)
    save_draft(of=visit, half=half(content='{"row": "1"}'), by=front.clerk, at=MORNING)
    hold_visit(visit=visit, by=front.clerk, at=LATER, half=half(version=0))
    assert Draft.objects.get(visit=visit).content == '{"row": "1"}'
    assert Visit.objects.get(pk=visit.pk).state == VisitState.HELD


def test_an_address_elsewhere_is_not_where_a_visit_goes_on(front):
    visit = start(front)
    evil = half(page="//evil.example/")
    with pytest.raises(Refused):
        save_draft(of=visit, half=evil, by=front.clerk, at=LATER)
    hold_visit(visit=visit, by=front.clerk, at=LATER, half=evil)
    assert page_of(Visit.objects.get(pk=visit.pk)) == "units/3-2-1201/"


def test_finishing_forgets_what_was_typed(front):
    visit = start(front)
    save_draft(of=visit, half=half(), by=front.clerk, at=MORNING)
    finish_visit(visit=visit, by=front.clerk, at=LATER)
    assert not Draft.objects.exists()
    with pytest.raises(Refused, match="已经完成"):
        save_draft(of=visit, half=half(), by=front.clerk, at=LATER)


def test_the_later_writer_is_told_and_may_insist(front):
    visit = start(front)
    mine = save_draft(of=visit, half=half(), by=front.clerk, at=MORNING)
    assert save_draft(of=visit, half=half(version=1), by=front.clerk, at=LATER).version == 2
    with pytest.raises(Refused, match="陈晓雯在 09:35:00 从另一处改过这份草稿"):
        save_draft(of=visit, half=half(version=mine.version), by=front.clerk, at=LATER)
    over = {"half": half(version=2, content="{}"), "over": True}
    assert save_draft(of=visit, by=front.clerk, at=LATER, **over).version == 3


def test_who_was_taken_over_from_writes_no_more(front):
    visit = hold_visit(visit=start(front), by=front.clerk, at=LATER)
    on_its_way = save_draft(of=visit, half=half(), by=front.clerk, at=LATER)
    assert on_its_way.version == 1
    resume_visit(visit=visit, by=front.colleague, at=LATER)
    with pytest.raises(Refused, match="何佳已在另一处接手"):
        save_draft(of=visit, half=half(version=1), by=front.clerk, at=LATER)


def test_a_draft_of_a_page_that_was_done_meanwhile_is_not_brought_back(front):
    visit = start(front)
    with pytest.raises(Refused, match="已在另一处办完"):
        save_draft(of=visit, half=half(version=3), by=front.clerk, at=LATER)


def test_visits_left_for_days_are_ended_by_the_program(front):
    left = hold_visit(visit=start(front), by=front.clerk, at=MORNING, half=half())
    fresh = start(front, by=front.colleague, at=MORNING + timedelta(days=2))
    assert finish_left_visits(at=MORNING + timedelta(days=3, seconds=1)) == 1
    assert finish_left_visits(at=MORNING + timedelta(days=3, seconds=1)) == 0
    left.refresh_from_db()
    fresh.refresh_from_db()
    assert (left.state, fresh.state) == (VisitState.FINISHED, VisitState.ACTIVE)
    assert not Draft.objects.exists()
    assert JournalEntry.objects.get(action="visit.finish").by is None


def test_the_clerks_own_come_first_then_the_others(front):
    theirs = hold_visit(
        visit=start(front, by=front.colleague, at=LATER), by=front.colleague, at=LATER
    )
    first = start(front)
    second = start(front, at=MORNING + timedelta(minutes=1))
    third = start(front, at=MORNING + timedelta(minutes=2))
    elsewhere = make_visit(state=VisitState.HELD)
    rows = open_visits(front.community, front.clerk, "")
    assert rows == [third, second, first, theirs]
    assert elsewhere not in rows
