"""A cashier's day by keyboard: float, a payment, a wrong count, two names, and the money to the bank."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.people import PASSWORD, make_staff
from guanjia.desk.tests.office import signed_in
from guanjia.money.closing.models import DayClose, Handover, Shift
from guanjia.money.closing.tests.factories import end_shift
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def supervisor(office) -> User:
    return make_staff(
        community=office.community, role=Role.SUPERVISOR, name="罗敏", staff_no="W002"
    )


@pytest.fixture
def closed(office):
    """The office as on a morning before anybody opened the desk."""
    end_shift(Shift.objects.get(), by=office.cashier, at=timezone.now())


def enter(page, *pieces):
    """Type pieces from 100 yuan down, Enter after each; nothing is typed where there are none."""
    for each in pieces:
        page.keyboard.type(each)
        page.keyboard.press("Enter")


def sign(page, user):
    page.get_by_label("工号或手机号").fill(user.staff_no)
    page.get_by_label("本人的密码或 PIN").fill(PASSWORD)
    page.keyboard.press("Enter")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join(page.extract_text() for page in pages).replace(" ", "")


@pytest.mark.usefixtures("closed")
def test_a_day_from_the_float_to_the_deposit_slip(office, supervisor, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.page())
    expect(page.get_by_text("还没有开班，现在收不了款")).to_be_visible()
    page.get_by_role("link", name="去交班").click()
    opens_the_desk(page, supervisor)
    takes_a_payment(page, office)
    counts_wrong(page, office)
    hands_over(page, office, supervisor)
    closes_the_day(page, office, supervisor)


def opens_the_desk(page, supervisor):
    """Two of 100, ten of 10. Nothing was left behind, so finance's money is explained and signed."""
    expect(page.get_by_label("100 元")).to_be_focused()
    enter(page, "2", "", "", "10", "", "", "", "", "")
    expect(page.locator("[data-sum]")).to_have_text("300.00")
    expect(page.get_by_text("多 300.00")).to_be_visible()
    expect(page.get_by_label("差异原因")).to_be_focused()
    page.keyboard.type("财务发备用金")
    page.get_by_label("是财务发放或收回的备用金").check()
    sign(page, supervisor)
    expect(page.get_by_role("link", name="中途缴存")).to_be_visible()


def takes_a_payment(page, office):
    page.goto(office.page())
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收据 0007444")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()


def counts_wrong(page, office):
    """The count is blind, survives a reload, and is two jiao short."""
    page.goto(office.url("workbench"))
    page.get_by_role("link", name="交班", exact=True).last.click()
    page.wait_for_url("**/shifts/*/")
    page.keyboard.press("e")
    expect(page.get_by_label("100 元")).to_be_focused()
    assert "1,010.07" not in page.content()
    assert "710.07" not in page.content()
    with page.expect_response(lambda answer: answer.url.endswith("/draft/")):
        enter(page, "9", "2")
    page.reload()
    expect(page.get_by_label("100 元")).to_have_value("9")
    expect(page.get_by_label("50 元")).to_have_value("2")
    enter(page, "", "", "", "", "", "9", "1", "3", "7")  # the pieces that were typed stay
    expect(page.get_by_text("短款（少）")).to_be_visible()


def hands_over(page, office, supervisor):
    """Without a reason it is refused and what was typed stays; with one, and a second name, it is done."""
    page.get_by_label("交班备忘").fill("5 栋停水至 11:30，统一口径见公告。")
    sign(page, supervisor)
    expect(page.get_by_role("alert")).to_contain_text("实点比应有少 0.20 元，没有写明原因")
    expect(page.get_by_label("交班备忘")).to_have_value("5 栋停水至 11:30，统一口径见公告。")
    page.get_by_label("差异原因").fill("找零多给两角")
    sign(page, supervisor)
    expect(page.get_by_text("已交班").first).to_be_visible()
    handover = Handover.objects.latest("pk")
    assert (handover.difference_fen, handover.count.counted_fen) == (-20, 100_987)
    assert handover.received_by == supervisor
    short = EntryLine.objects.filter(account=Account.CASH_DIFFERENCE)
    assert list(short.values_list("amount_fen", flat=True)) == [20]
    client = signed_in(office.cashier)
    sheet = text_of(client, office.url("shift-sheet", handover.shift_id))
    for words in (
        "交接班单",
        "0007444–0007444，1 张",
        "1,010.07",
        "1,009.87",
        "找零多给两角",
        "罗敏",
    ):
        assert words.replace(" ", "") in sheet, words


def closes_the_day(page, office, supervisor):
    """What is above the float goes to the bank, the books are shut, nothing more is taken."""
    page.goto(office.url("workbench"))
    expect(page.get_by_text("5 栋停水至 11:30，统一口径见公告。")).to_be_visible()
    page.goto(office.url("days"))
    page.keyboard.press("d")
    expect(page.locator("[data-all]")).to_have_text("500.00")
    page.get_by_label("送款人").fill("何佳")
    page.get_by_label("缴款单号").fill("20261125001")
    sign(page, supervisor)
    expect(page.get_by_text("伍佰元整")).to_be_visible()
    close = DayClose.objects.get()
    sheet = text_of(signed_in(office.cashier), office.url("day-sheet", close.pk))
    for words in ("日结单", "人民币伍佰元整", "何佳", close.heads[0]["hash"][:16]):
        assert words.replace(" ", "") in sheet, words
    page.goto(office.url("shift-mine"))
    page.get_by_role("button", name="开班").click()
    expect(page.get_by_role("alert")).to_contain_text("已日结，不能再入账")


def test_a_colleague_joins_the_shift_with_one_press(office, open_desk):
    colleague = make_staff(community=office.community, role=Role.CASHIER, name="何佳")
    page = open_desk(colleague)
    page.goto(office.url("workbench"))
    page.get_by_role("button", name="加入本班").click()
    expect(page.get_by_text("陈晓雯、何佳")).to_be_visible()
    expect(page.get_by_role("button", name="加入本班")).to_be_hidden()
    page.goto(office.page())
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收据 0007444")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
