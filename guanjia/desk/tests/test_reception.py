"""The visit strip and the register: cheap, live, the same at every desk; a draft follows its visit."""

import json
import re
from datetime import timedelta

import pytest
import time_machine

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.estate.models import Tenure
from guanjia.money.payments.models import Payment
from guanjia.reception.models import Draft, PhoneNote, Visit
from guanjia.reception.states import CallState, VisitState
from guanjia.reception.tests.factories import make_call, make_visit
from guanjia.records.models import JournalEntry, PersonalReveal

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


def receive(office, client, **more):
    """Start a visit of the owner, as the dialog sends it."""
    owner = Tenure.objects.get(unit=office.unit, is_debtor=True)
    sent = {"unit": office.unit.key, "visitor": owner.pk, "purposes": ["payment"], **more}
    assert client.post(office.url("visit-new"), sent).status_code == 302
    return Visit.objects.latest("pk")


def draft(office, version=0, page=None, **content):
    page = page or f"units/{office.unit.key}/"
    return json.dumps({"page": page, "version": version, "content": content})


def reception_statements(made):
    return [sql for sql in made if "reception_" in sql]


def test_the_strip_costs_two_statements_on_a_page_and_one_on_a_households(office, cashier):
    cashier.get(office.url("workbench"))
    for _ in range(4):
        make_visit(community=office.community, state=VisitState.HELD, unit=office.unit)
    receive(office, cashier)
    with statements() as made:
        page = cashier.get(office.url("workbench")).content.decode()
    assert len(reception_statements(made)) == 2, made
    assert "今日 5 位" in page
    assert "710.07" in page
    with statements() as made:
        cashier.get(office.page())
    assert len(reception_statements(made)) == 1, made


def test_readers_without_a_desk_have_no_strip(office):
    auditor = staff(office, Role.AUDITOR)
    with statements() as made:
        page = auditor.get(office.url("workbench")).content.decode()
    assert not reception_statements(made)
    assert 'id="reception"' not in page
    assert auditor.get(office.url("visits")).status_code == 200
    assert auditor.post(office.url("visit-new")).status_code == 403


def test_starting_leads_to_the_unit_or_stays_where_it_is_open(office, cashier):
    owner = Tenure.objects.get(unit=office.unit, is_debtor=True)
    sent = {"unit": office.unit.key, "visitor": owner.pk, "purposes": ["payment", "request"]}
    address = office.url("visit-new")
    here = {**HTMX, "HX-Current-URL": f"http://testserver{office.page()}"}
    stays = cashier.post(address, sent, headers=here)
    visit = Visit.objects.get()
    assert (stays.status_code, stays.content) == (200, b"")
    started = json.loads(stays["HX-Trigger-After-Settle"])["visit-started"]
    assert started["url"] == office.url("visit-draft", visit.pk)
    there = {**HTMX, "HX-Current-URL": f"http://testserver{office.url('workbench')}"}
    assert cashier.post(address, sent, headers=there)["HX-Redirect"] == office.page()
    assert visit.purposes == ["payment", "request"]
    assert visit.place == "前台一"


def test_the_dialog_asks_for_the_unit_then_for_who_came(office, cashier):
    find = cashier.get(office.url("visit-new"), headers=HTMX).content.decode()
    assert "来自哪一户" in find
    found = cashier.get(office.url("visit-units"), {"q": "321201"}).json()
    [item] = found["groups"][0]["items"]
    who = cashier.get(item["url"], headers=HTMX).content.decode()
    assert "张素珍" in who
    walk_in = cashier.get(office.url("visit-new"), {"walk-in": 1}, headers=HTMX)
    assert "其他人" in walk_in.content.decode()


def test_what_is_missing_is_said_in_the_dialog_and_what_was_typed_stays(office, cashier):
    sent = {"unit": office.unit.key, "visitor": "0", "name": "搬家公司"}
    answer = cashier.post(office.url("visit-new"), sent, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选来意" in page
    assert "搬家公司" in page
    vouched = {**sent, "purposes": ["release"], "how": "owner_file"}
    answer = cashier.post(office.url("visit-new"), vouched, headers=HTMX)
    assert "档案里没有这位来访者" in answer.content.decode()
    assert not Visit.objects.exists(), "neither half is kept"


def test_what_is_done_during_a_visit_belongs_to_it_the_payment_too(office, cashier):
    visit = receive(office, cashier)
    cashier.post(office.url("payments"), office.paying())
    assert Payment.objects.exists()
    assert JournalEntry.objects.get(action="payment.take").visit_id == visit.pk
    secret = {"field": "phone", "reason": "核对"}
    cashier.post(office.url("reveals", office.owner.pk), secret)
    assert PersonalReveal.objects.get().visit_id == visit.pk
    page = cashier.get(office.url("visit", visit.pk)).content.decode()
    assert "收款" in page
    assert "710.07" in page


def test_without_a_visit_and_at_other_desks_nothing_is_linked(office, cashier):
    receive(office, staff(office, Role.CASHIER))
    cashier.post(office.url("payments"), office.paying())
    assert JournalEntry.objects.get(action="payment.take").visit_id is None


def test_a_visit_costs_a_payment_two_statements(office, cashier):
    with statements() as alone:
        cashier.post(office.url("payments"), office.paying(office.bills()[:1]))
    receive(office, cashier)
    with statements() as during:
        cashier.post(office.url("payments"), office.paying(office.bills()[:1]))
    assert len(alone) <= 18
    assert len(during) == len(alone) + 1, during  # its draft goes; the look-up is made either way


def test_a_draft_comes_back_after_holding_and_is_gone_once_paid(office, cashier):
    visit = receive(office, cashier)
    content = {"values": {"method": "cash", "tendered": "800"}, "row": "7"}
    sent = {"draft": draft(office, **content)}
    assert cashier.post(office.url("visit-hold", visit.pk), sent).status_code == 302
    assert 'id="draft"' not in cashier.get(office.page()).content.decode()
    other = make_user(community=office.community, role=Role.CASHIER, name="何佳")
    office.man(other)
    colleague = signed_in(other)
    back = colleague.post(office.url("visit-resume", visit.pk))
    assert back["Location"] == office.page()
    page = colleague.get(back["Location"]).content.decode()
    [kept] = re.findall(r'<script id="draft"[^>]*>(.*?)</script>', page)
    assert json.loads(kept) == content
    assert "从陈晓雯处接手" in page
    colleague.post(office.url("desk-choice"), {"desk": office.desk.pk})
    colleague.post(office.url("payments"), office.paying())
    assert Payment.objects.get().amount_fen == 71007, "the draft's 800 decided nothing"
    assert not Draft.objects.exists()


def test_a_page_that_no_address_can_name_breaks_nothing(office, cashier):
    assert cashier.get(office.url("visit-strip"), {"page": "units/\0"}).status_code == 200


def test_a_refused_payment_shows_what_was_sent_not_the_draft(office, cashier):
    visit = receive(office, cashier)
    saved = {"draft": draft(office, values={"tendered": "1"})}
    cashier.post(office.url("visit-draft", visit.pk), saved)
    answer = cashier.post(office.url("payments"), office.paying(tendered="600"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="draft"' not in page
    assert 'data-version="1"' in page


def test_two_desks_on_one_draft_the_later_is_told(office, cashier):
    visit = receive(office, cashier)
    address = office.url("visit-draft", visit.pk)
    saved = cashier.post(address, {"draft": draft(office, row="1")})
    assert saved.json() == {"version": 1, "saved": "09:30:00"}
    late = cashier.post(address, {"draft": draft(office, row="2")})
    assert late.status_code == 409
    assert "另一处" in late.json()["told"]
    again = {"draft": draft(office, version=late.json()["version"], row="2"), "over": "1"}
    assert cashier.post(address, again).json()["version"] == 2


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "{",
        '{"page": "units/1/", "version": "x", "content": {}}',
        '{"page": "units/1/", "version": 0, "content": "\\u0000"}',
        '{"page": "https://evil.example/", "version": 0, "content": {}}',
        '{"page": "units/1/", "version": 0, "content": "' + "x" * 20_000 + '"}',
    ],
)
def test_what_is_no_draft_is_refused_in_words(office, cashier, sent):
    visit = receive(office, cashier)
    answer = cashier.post(office.url("visit-draft", visit.pk), {"draft": sent})
    assert answer.status_code in (409, 422)
    assert answer.json()["told"]
    assert not Draft.objects.exists()
    assert cashier.post(office.url("visit-hold", visit.pk), {"draft": sent}).status_code == 302
    assert Visit.objects.get().state == VisitState.HELD


def test_a_held_visit_goes_on_where_it_was_and_never_elsewhere(office, cashier):
    visit = make_visit(community=office.community, state=VisitState.HELD, page="")
    back = cashier.post(office.url("visit-resume", visit.pk))
    assert back["Location"] == office.url("visit", visit.pk)


def test_the_strip_is_drawn_again_for_the_page_it_stands_on(office, cashier):
    visit = receive(office, cashier)
    page = cashier.get(office.url("visit-strip"), {"page": f"units/{office.unit.key}/"})
    words = page.content.decode()
    assert visit.label in words
    assert "未核验" in words
    assert 'hx-swap-oob="true"' in words
    assert f"?unit={office.unit.key}" in words


def test_the_register_is_found_by_day_clerk_and_unit(office, cashier):
    mine = receive(office, cashier)
    other = make_visit(community=office.community, visitor_name="快递员")
    make_visit(community=office.community, at=MORNING - timedelta(days=1), visitor_name="昨天的")
    page = cashier.get(office.url("visits")).content.decode()
    assert mine.label in page
    assert "快递员" in page
    assert "昨天的" not in page
    body = cashier.get(office.url("visits"), {"clerk": other.owner_id}).content.decode()
    rows = body.split("<tbody>")[1]
    assert "快递员" in rows
    assert mine.label not in rows
    body = cashier.get(office.url("visits"), {"unit": "3-2-1201"}).content.decode()
    assert "快递员" not in body
    assert "昨天的" in cashier.get(office.url("visits"), {"day": "2026-11-22"}).content.decode()
    wrong = cashier.get(office.url("visits"), {"day": "昨天"}).content.decode()
    assert "日期：" in wrong


def test_who_sees_no_money_finds_none_in_a_visit(office, cashier):
    visit = receive(office, cashier)
    cashier.post(office.url("payments"), office.paying())
    administrator = staff(office, Role.ADMINISTRATOR)
    assert administrator.get(office.url("visit", visit.pk)).status_code == 403
    guard = staff(office, Role.GUARD)
    assert guard.get(office.url("visits")).status_code == 403


def test_visits_and_calls_of_another_community_do_not_exist(office, cashier):
    other = make_office()
    visit = make_visit(community=other.community, state=VisitState.HELD)
    call = make_call(community=other.community)
    for route in ("visit-resume", "visit-finish", "visit-hold", "visit-draft"):
        assert cashier.post(office.url(route, visit.pk)).status_code == 404
    for route in ("call-answer", "call-later", "call-drop", "call-note", "call-reveals"):
        assert cashier.post(office.url(route, call.pk)).status_code == 404
    tenure = other.unit.tenures.get(community=other.community)
    stolen = {"unit": office.unit.key, "visitor": tenure.pk, "purposes": ["other"]}
    assert cashier.post(office.url("visit-new"), stolen).status_code == 422
    assert not Visit.objects.filter(community=office.community).exists()


def test_a_switchboards_address_rings_only_when_the_page_says_so(office, cashier):
    page = cashier.get(office.url("call-incoming"), {"from": "13912345520"}).content.decode()
    assert 'name="from" value="13912345520"' in page
    assert not PhoneNote.objects.exists(), "an address that is merely opened keeps nothing"
    band = cashier.post(office.url("calls-ringing"), {"from": "13912345520"}).content.decode()
    assert "139****5520" in band
    assert "可能" in band
    assert "张素珍 · 业主 · 3-2-1201" in band
    assert "13912345520" not in band
    assert "710.07" in band
    assert "autofocus" not in band


def test_a_call_rings_at_its_own_desk_until_it_rings_off(office, cashier):
    cashier.post(office.url("calls-ringing"), {"from": "13912345520"})
    assert 'class="call"' in cashier.get(office.url("workbench")).content.decode()
    other = staff(office, Role.CLERK)
    assert 'class="call"' not in other.get(office.url("workbench")).content.decode()
    with time_machine.travel(MORNING + timedelta(minutes=3), tick=False):
        page = signed_in(office.cashier).get(office.url("workbench")).content.decode()
    assert 'class="call"' not in page
    assert "待回拨" in page


def test_a_call_during_a_visit_apologises_first_and_is_noted(office, cashier):
    visit = receive(office, cashier)
    answered = cashier.post(office.url("call-answer-new"), {"draft": draft(office, row="1")})
    call = PhoneNote.objects.get()
    assert answered["Location"] == office.url("call", call.pk)
    pane = cashier.get(answered["Location"]).content.decode()
    apology, steps = pane.index("先向 3-2-1201 张素珍 致歉"), pane.index("报单位、问候")
    assert apology < steps
    assert Draft.objects.get().visit == visit
    sent = {
        "caller": "王建国",
        "about": "电梯异响",
        "number": "13800001111",
        "unit": "3栋2单元1201",
        "step": ["greet", "confirm", "close", "hang_up"],
        "callback": "quarter",
    }
    assert cashier.post(office.url("call-note", call.pk), sent).status_code == 302
    call.refresh_from_db()
    assert (call.state, call.unit, call.is_guess) == (CallState.SAVED, office.unit, False)
    assert call.left_out == []
    due = cashier.get(office.url("calls-due")).content.decode()
    assert "电梯异响" in due
    assert "138****1111" in due
    assert "13800001111" not in due


def test_without_a_visitor_nobody_is_apologised_to(office, cashier):
    answered = cashier.post(office.url("call-answer-new"))
    assert "致歉" not in cashier.get(answered["Location"]).content.decode()


def test_a_refused_note_keeps_what_was_typed(office, cashier):
    answered = cashier.post(office.url("call-answer-new"))
    call = PhoneNote.objects.get()
    sent = {"caller": "王建国", "about": "", "unit": "9-9-999", "step": ["greet"]}
    answer = cashier.post(office.url("call-note", call.pk), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("请写明对方为什么事来电", "没有这个房号", 'value="王建国"', 'value="9-9-999"'):
        assert words in page
    assert answered["Location"] == office.url("call", call.pk)
    late = {
        **sent,
        "about": "漏水",
        "unit": "",
        "callback": "at",
        "callback_at": "2026-11-23T09:00",
    }
    answer = cashier.post(office.url("call-note", call.pk), late)
    assert "回电时间已经过去" in answer.content.decode()


def test_a_guess_stays_a_guess_until_it_is_confirmed(office, cashier):
    for confirmed, is_guess in ({}, True), ({"confirmed": "on"}, False):
        cashier.post(office.url("calls-ringing"), {"from": "13912345520"})
        call = PhoneNote.objects.latest("pk")
        cashier.post(office.url("call-answer", call.pk))
        pane = cashier.get(office.url("call", call.pk)).content.decode()
        assert 'value="139****5520"' in pane
        sent = {"about": "漏水", "unit": "3-2-1201", "number": "139****5520", **confirmed}
        cashier.post(office.url("call-note", call.pk), sent)
        call.refresh_from_db()
        assert (call.phone, call.is_guess) == ("13912345520", is_guess)


def test_a_full_number_is_shown_for_a_reason_and_leaves_a_trace(office, cashier):
    call = make_call(community=office.community, phone="13800001111")
    refused = cashier.post(office.url("call-reveals", call.pk), {"reason": ""})
    assert refused.status_code == 422
    assert "13800001111" not in refused.content.decode()
    shown = cashier.post(office.url("call-reveals", call.pk), {"reason": "回拨"})
    assert "13800001111" in shown.content.decode()
    trace = PersonalReveal.objects.get()
    assert (trace.subject, trace.reason) == ("reception.phonenote", "回拨")


def test_a_colleague_sees_the_note_not_the_pane(office, cashier):
    answered = cashier.post(office.url("call-answer-new"))
    page = staff(office, Role.CLERK).get(answered["Location"]).content.decode()
    assert "通话中" in page
    assert "data-call" not in page
