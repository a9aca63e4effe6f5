"""Taking deposits at the desk with the keyboard alone, in a real browser."""

import pytest
from playwright.sync_api import expect

from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.payments.models import Payment
from tests.journeys.test_reception import start_here, told

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def open_unit(page, office):
    page.goto(office.page())
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.wait_for_load_state("load")


def kind(page, n=1):
    return page.locator(f"select[name=deposit_kind_{n}]")


def amount(page, n=1):
    return page.locator(f"input[name=deposit_amount_{n}]")


def due(page):
    return page.locator(".amount-due strong")


def test_keys_alone_take_bills_and_two_deposits_on_one_receipt(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("j")
    expect(kind(page)).to_be_focused()
    expect(due(page)).to_have_text("¥ 2,710.07")
    page.keyboard.press("Tab")
    page.keyboard.type("1500")
    page.keyboard.press("Tab")
    page.keyboard.type("厨卫改造")
    page.keyboard.press("Enter")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.keyboard.press("j")
    expect(kind(page, 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(amount(page, 2)).to_have_value("50.00")
    page.keyboard.press("Enter")
    expect(due(page)).to_have_text("¥ 2,260.07")
    expect(page.locator("#line-to-say")).to_contain_text(
        "收装修押金 1500 元，收钥匙押金 50 元，押金凭收据原件退还"
    )
    expect(page.locator("#capitals-desk")).to_have_text("贰仟贰佰陆拾元零柒分")
    page.keyboard.press("3")
    expect(page.get_by_label("实收现金", exact=True)).to_have_value("2260.07")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收据 0007444")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    expect(page.get_by_text("其中押金")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("没有未缴的费用").first).to_be_visible()
    page.keyboard.press("h")
    expect(page.locator("a[data-key=H]")).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("1,550.00")).to_be_visible()
    held = HeldDeposit.objects.order_by("pk").values_list("kind__name", "amount_fen", "reference")
    assert list(held) == [("装修押金", 150000, "厨卫改造"), ("钥匙押金", 5000, "")]


def test_a_line_is_dropped_and_a_fourth_has_no_place(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    for n in (1, 2, 3):
        page.keyboard.press("j")
        expect(kind(page, n)).to_be_focused()
        page.keyboard.press("Escape")
    expect(page.locator("[data-deposit-add]")).to_be_hidden()
    page.get_by_role("button", name="去掉第 2 笔押金").click()
    expect(page.locator("[data-deposit]")).to_have_count(2)
    expect(due(page)).to_have_text("¥ 2,760.07")
    page.keyboard.press("j")
    expect(kind(page, 2)).to_be_focused()


def test_what_was_half_typed_waits_with_the_visit(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    start_here(page)
    page.keyboard.press("j")
    expect(kind(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("88")
    page.keyboard.press("F4")
    told(page, "已挂起 3-2-1201 张素珍")
    page.keyboard.press("F4")
    expect(amount(page)).to_be_focused()
    expect(amount(page)).to_have_value("88")
    expect(kind(page).locator("option:checked")).to_have_text("出入证押金")
    expect(due(page)).to_have_text("¥ 798.07")


def test_a_prepayment_is_told_that_it_pays_no_deposit(office, open_desk):
    office.prepay(500_000)
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("j")
    expect(kind(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("5")
    expect(page.get_by_text("预存不能用来交押金")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("预存只能抵扣账单")
    expect(amount(page)).to_have_value("2000.00")
    page.keyboard.press("Escape")
    page.keyboard.press("6")
    expect(page.get_by_label("预存抵扣", exact=True)).to_have_value("710.07")
    expect(page.get_by_label("现金", exact=True)).to_have_value("2000.00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收据 0007445")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    assert Payment.objects.latest("pk").deposit_fen == 200_000
