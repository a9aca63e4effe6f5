"""At the desk with visitors and a telephone: held in the middle, the power fails, and it goes on at another desk."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import signed_in
from guanjia.money.payments.models import Payment
from guanjia.reception.models import PhoneNote, Visit
from guanjia.reception.states import CallState, VisitState
from guanjia.records.models import JournalEntry
from tests.journeys.running import Program
from tests.journeys.test_cash_desk import Keyboard, due, pay_button

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def program(office, tmp_path):
    program = Program(tmp_path)
    program.start()
    yield program
    program.kill()


@pytest.fixture
def desk_at(browser, program):
    """A function that opens a desk's screen at the running program."""
    opened = []

    def open_for(user):
        context = browser.new_context(
            base_url=program.url, viewport={"width": 1366, "height": 768}, locale="zh-CN"
        )
        context.add_init_script("window.print = () => {}")
        opened.append(context)
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": program.url}])
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()


def told(page, words):
    """Wait until the page says ``words`` and its keys are there."""
    expect(page.get_by_text(words)).to_be_visible()
    page.wait_for_load_state("load")


def strip(page):
    return page.locator("#reception .strip")


def row(page, place):
    return page.locator(".bills [data-row]").nth(place)


def start_here(page):
    """Start a visit of the owner on the unit's page: two keys."""
    page.keyboard.press("F2")
    expect(page.get_by_role("radio", name=re.compile("张素珍"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(strip(page).get_by_text("3-2-1201 张素珍")).to_be_visible()


def half_paid(page, office):
    """Untick October, choose cash, type 800 and put the cursor in its middle."""
    page.goto(office.page())
    expect(row(page, 0)).to_be_focused()
    start_here(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(page.get_by_label("实收现金")).to_be_focused()
    page.keyboard.type("800")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")


def saved(page):
    """Wait until the draft is kept with the cursor where ``half_paid`` leaves it."""
    cursor = "selection%22%3A%5B1%2C1%5D"
    return page.expect_response(lambda answer: cursor in (answer.request.post_data or ""))


def assert_as_it_was(page):
    tendered = page.get_by_label("实收现金")
    expect(tendered).to_be_focused()
    expect(tendered).to_have_value("800")
    assert tendered.evaluate("field => [field.selectionStart, field.selectionEnd]") == [1, 1]
    expect(row(page, 1)).to_have_attribute("aria-current", "true")
    expect(row(page, 1).get_by_role("checkbox")).not_to_be_checked()
    expect(row(page, 0).get_by_role("checkbox")).to_be_checked()
    expect(due(page)).to_have_text("¥ 473.38")
    expect(page.locator("#change")).to_have_text("326.62")


def test_held_in_a_payment_killed_and_resumed_at_another_desk_it_is_as_it_was(
    office, program, desk_at
):
    page = desk_at(office.cashier)
    half_paid(page, office)
    page.keyboard.press("F4")
    told(page, "已挂起 3-2-1201 张素珍")
    program.kill()
    program.start()
    colleague = make_user(community=office.community, role=Role.CASHIER, name="何佳")
    office.man(colleague)
    other = desk_at(colleague)
    other.goto(office.url("workbench"))
    other.keyboard.press("F4")
    assert_as_it_was(other)
    visit = Visit.objects.get()
    assert (visit.owner, visit.state) == (colleague, VisitState.ACTIVE)
    assert JournalEntry.objects.get(action="visit.resume").by == colleague
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="收据 0007444")).to_be_visible()
    payment = Payment.objects.get()
    assert (payment.amount_fen, payment.by) == (47338, colleague)
    assert JournalEntry.objects.get(action="payment.take").visit_id == visit.pk


def test_what_was_typed_outlives_a_power_cut_without_holding(office, program, desk_at):
    page = desk_at(office.cashier)
    with saved(page):
        half_paid(page, office)
    expect(page.locator("[data-draft-status]")).to_contain_text("草稿已自动保存")
    program.kill()
    page.context.close()
    program.start()
    again = desk_at(office.cashier)
    again.goto(office.page())
    assert_as_it_was(again)


def test_a_call_while_a_visitor_waits_takes_two_keys_and_the_note(office, open_desk):
    page = open_desk(office.cashier)
    half_paid(page, office)
    keys = Keyboard(page)
    keys.press("F8")
    expect(page.get_by_text("先向 3-2-1201 张素珍 致歉")).to_be_visible()
    first = page.get_by_role("checkbox", name=re.compile("报单位、问候"))
    expect(first).to_be_focused()
    note = Keyboard(page)
    note.press("1", "2")
    expect(page.get_by_label("问清对方姓名")).to_be_focused()
    page.keyboard.type("王建国")
    note.press("Tab")
    page.keyboard.type("电梯异响")
    note.press("Tab", "4", "5", "6", "Enter")
    told(page, "已记录，按 F4 恢复接待")
    keys.press("F4")
    assert_as_it_was(page)
    assert keys.count == 2
    assert note.count == 8
    call = PhoneNote.objects.get()
    assert (call.state, call.caller_name, call.about) == (CallState.SAVED, "王建国", "电梯异响")
    assert (len(call.steps), call.visit) == (6, Visit.objects.get())


def test_an_input_methods_enter_keeps_no_note(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    page.keyboard.press("F8")
    about = page.get_by_label("问来意")
    about.fill("dian")
    for words in (
        "keyCode: 229, isComposing: true",
        "keyCode: 229",
        "keyCode: 13, isComposing: true",
    ):
        about.evaluate(
            f"""field => field.dispatchEvent(new KeyboardEvent("keydown",
                {{key: "Enter", {words}, bubbles: true, cancelable: true}}))"""
        )
    expect(about).to_be_visible()
    assert PhoneNote.objects.get().state == CallState.ANSWERED
    about.press("Enter")
    expect(page.get_by_text("已记录")).to_have_count(2)  # the notice, and the note's state


def test_a_half_typed_note_outlives_leaving_the_page(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    page.keyboard.press("F8")
    page.get_by_label("问来意").fill("水管爆了")
    page.goto(office.url("workbench"))
    page.goto(office.url("call", PhoneNote.objects.get().pk))
    expect(page.get_by_label("问来意")).to_have_value("水管爆了")


def test_a_walk_in_is_received_by_keyboard_from_the_workbench(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    page.keyboard.press("F2")
    expect(page.get_by_role("combobox", name="来自哪一户")).to_be_focused()
    page.keyboard.type("321201")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name=re.compile("张素珍"))).to_be_focused()
    page.keyboard.press("2")  # 报事 as well
    page.keyboard.press("Enter")
    expect(page).to_have_url(office.page())
    assert Visit.objects.get().purposes == ["payment", "request"]
    page.wait_for_load_state("load")
    page.keyboard.press("E")
    expect(page.get_by_text("3-2-1201 张素珍 的接待已完成")).to_be_visible()


def test_a_ringing_call_takes_no_focus_and_escape_does_not_dismiss_it(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("call-incoming") + "?from=13912345520")
    band = page.get_by_role("status", name="来电")
    expect(band).to_contain_text("可能")
    expect(band).to_contain_text("139****5520")
    assert "13912345520" not in page.url
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Escape")
    expect(band).to_be_visible()
    page.keyboard.type("3")  # digits still go to the search box
    expect(page.get_by_role("combobox", name="查找")).to_have_value("3")
    page.keyboard.press("Shift+F8")
    expect(band).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("待回拨"))).to_contain_text("1")


def test_a_colleague_who_resumes_late_is_told_and_two_desks_see_one_strip(office, open_desk):
    page = open_desk(office.cashier)
    half_paid(page, office)
    page.keyboard.press("F4")
    told(page, "已挂起")
    colleague = make_user(community=office.community, role=Role.CASHIER, name="何佳")
    other = open_desk(colleague)
    other.goto(office.url("workbench"))
    resume = other.get_by_role("button", name="恢复")
    expect(resume).to_be_visible()
    page.keyboard.press("F4")
    assert_as_it_was(page)
    resume.click()
    expect(other.get_by_text("陈晓雯正在接待这位客户")).to_be_visible()


def test_what_was_paid_meanwhile_is_told_by_name_and_not_asked_again(office, open_desk):
    page = open_desk(office.cashier)
    half_paid(page, office)
    page.keyboard.press("F4")
    told(page, "已挂起")
    colleague = make_user(community=office.community, role=Role.CASHIER)
    office.man(colleague)
    sent = office.paying(office.bills()[:1])
    browser = signed_in(colleague)
    browser.get(office.url("workbench"))
    assert browser.post(office.url("payments"), sent).status_code == 302
    page.keyboard.press("F4")
    expect(page.get_by_text("已在别处收掉：物业服务费 2026-09")).to_be_visible()
    expect(due(page)).to_have_text("¥ 236.69")
    expect(page.get_by_label("实收现金")).to_have_value("800")
    expect(pay_button(page)).to_be_visible()


def test_one_draft_at_two_desks_tells_the_later_writer(office, open_desk):
    page = open_desk(office.cashier)
    with saved(page):
        half_paid(page, office)
    other = open_desk(office.cashier)
    other.goto(office.page())
    expect(other.get_by_label("实收现金")).to_have_value("800")
    other.get_by_label("实收现金").fill("900")
    expect(other.locator("[data-draft-status]")).to_contain_text("草稿已自动保存")
    page.get_by_label("实收现金").fill("1000")
    expect(page.get_by_role("alert")).to_contain_text("陈晓雯在")
    page.get_by_role("button", name="保留我这一份").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    other.reload()
    expect(other.get_by_label("实收现金")).to_have_value("1000")
