"""A cashier at the desk, by keyboard: from a unit's number to the receipt."""

import re

import pytest
from playwright.sync_api import Page, expect

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_unit
from guanjia.money.payments.models import Part, Payment, Receipt, ReceiptPrint
from guanjia.money.prepayments.models import Prepayment

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SIZES = [(1366, 768), (1440, 900), (1093, 615)]


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def pay_button(page):
    return page.get_by_role("button", name="收款并打印")


def receipted(page, number):
    """Wait for the receipt, printed: until then the page is still at it."""
    expect(page.get_by_role("heading", name=f"收据 {number}")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()


def due(page):
    return page.locator(".amount-due strong")


def open_unit(page, office):
    page.goto(office.page())
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.wait_for_load_state("load")


def choose_cash(page):
    page.keyboard.press("3")
    expect(page.get_by_label("实收现金", exact=True)).to_be_focused()


def test_exact_cash_takes_nine_keys_from_the_workbench(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    keys = Keyboard(page)
    keys.press(*"321201", "Enter")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.wait_for_load_state("load")  # with the keys' own scripts
    keys.press("3", "Enter")
    expect(page).to_have_url(office.url("receipt", office.desk.pk, 7444))
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    assert keys.count == 9
    assert Payment.objects.get().amount_fen == 71007
    assert ReceiptPrint.objects.count() == 1


def test_a_code_payment_takes_eight_keys_and_the_number_of_its_slip(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    keys = Keyboard(page)
    keys.press(*"321201", "Enter")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.wait_for_load_state("load")  # with the keys' own scripts
    keys.press("1")
    expect(page.get_by_label("参考号")).to_be_focused()
    page.keyboard.type("4200001234", delay=80)  # by hand, off the slip or the phone
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    expect(page.get_by_text("参考号 4200001234")).to_be_visible()
    assert keys.count == 8


def test_change_is_told_while_cash_is_typed(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    choose_cash(page)
    change = page.locator("#change")
    expect(change).to_have_text("0.00")
    page.keyboard.type("８００")  # over the exact sum, which was selected; full-width digits too
    expect(change).to_have_text("89.93")
    page.keyboard.press("Backspace")
    expect(page.locator("label[for=change]")).to_have_text("还差")
    expect(change).to_have_text("630.07")


def test_change_not_wanted_back_is_prepaid_by_one_key(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    choose_cash(page)
    page.keyboard.type("800+")
    expect(page.get_by_label("存预存")).to_have_value("89.93")
    expect(due(page)).to_have_text("¥ 800.00")
    expect(page.locator("#change")).to_have_text("0.00")
    expect(page.locator("#capitals-desk")).to_have_text("捌佰元整")
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    assert Prepayment.objects.get().balance_fen == 8993


def test_a_part_is_paid_and_something_ahead(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("s")
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.keyboard.press("y")
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(due(page)).to_have_text("¥ 600.00")
    expect(page.locator("[data-total]")).to_have_text("¥ 710.07")
    expect(page.locator("#line-to-say")).to_contain_text("先收 500 元，存预存 100 元")
    choose_cash(page)
    expect(page.get_by_label("实收现金", exact=True)).to_have_value("600.00")
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    expect(page.get_by_text("预存款")).to_be_visible()
    assert [bill.open_fen for bill in office.bills()] == [3 * 23669 - 50000]


def test_money_is_left_ahead_where_nothing_is_owed(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    choose_cash(page)
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    page.keyboard.press("Escape")
    expect(page.get_by_text("没有未缴的费用").first).to_be_visible()
    page.keyboard.press("y")
    page.keyboard.type("300")
    page.keyboard.press("Enter")
    choose_cash(page)
    page.keyboard.press("Enter")
    receipted(page, "0007445")
    assert Prepayment.objects.get().balance_fen == 30000


def test_several_ways_pay_together_and_cash_takes_the_rest(office, open_desk):
    office.prepay(10000)
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("6")
    expect(page.get_by_label("收款码", exact=True)).to_be_focused()
    expect(page.get_by_label("预存抵扣", exact=True)).to_have_value("100.00")
    page.get_by_label("POS 刷卡", exact=True).fill("500")
    expect(page.get_by_label("现金", exact=True)).to_have_value("110.07")
    page.get_by_label("POS 刷卡单号").fill("880012")
    page.get_by_label("客户交的现金").fill("120")
    expect(page.locator("[data-rest]")).to_have_text("找零 9.93")
    page.keyboard.press("Enter")
    receipted(page, "0007445")
    paid = Part.objects.filter(payment__receipts__number=7445).order_by("pk")
    assert list(paid.values_list("method", "amount_fen", "tendered_fen", "reference")) == [
        ("pos", 50000, None, "880012"),
        ("cash", 11007, 12000, ""),
        ("prepayment", 10000, None, ""),
    ]


def test_an_equals_sign_takes_what_is_missing(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("6")
    page.get_by_label("POS 刷卡", exact=True).fill("500")
    page.get_by_label("转账", exact=True).press("=")
    expect(page.get_by_label("转账", exact=True)).to_have_value("210.07")
    expect(page.get_by_label("现金", exact=True)).to_have_value("")


def test_a_prepayment_is_closed_while_there_is_none_and_told_when_too_small(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    closed = page.get_by_role("radio", name=re.compile("预存抵扣"))
    expect(closed).to_be_disabled()
    expect(page.locator(".method", has_text="没有余额")).to_be_visible()
    page.keyboard.press("5")
    expect(closed).not_to_be_checked()
    office.prepay(50000)
    open_unit(page, office)
    page.keyboard.press("5")
    expect(page.get_by_text("余额不够")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press(" ")
    page.keyboard.press("5")
    expect(page.get_by_text("余额不够")).to_be_hidden()
    expect(page.locator("[data-left]")).to_have_text("26.62")
    page.keyboard.press("Enter")
    receipted(page, "0007445")


def test_a_transfer_bears_its_day_and_a_used_reference_is_asked_about(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("4")
    expect(page.get_by_label("同一笔款分缴")).to_have_count(0)
    page.keyboard.type("HK0001")
    page.get_by_label("到账日期").fill("2026-11-20")
    page.get_by_label("参考号").press("Enter")
    receipted(page, "0007444")
    page.keyboard.press("Escape")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.keyboard.press("4")
    page.keyboard.type("HK0001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("已经用来收过一笔")
    expect(page.get_by_label("参考号")).to_have_value("HK0001")
    page.get_by_label("同一笔款分缴").check()
    page.get_by_label("参考号").press("Enter")
    receipted(page, "0007445")
    days = Payment.objects.order_by("pk").values_list("received_on", flat=True)
    assert [str(day) for day in days] == ["2026-11-20", "None"]
    assert office.bills() == []


def test_nothing_moves_when_another_way_is_chosen(office, open_desk):
    office.prepay(10000)
    page = open_desk(office.cashier)
    open_unit(page, office)
    places = """() => ["h1", ".unpaid", ".amount-due", ".methods", ".figures", ".pay .btn"].map(
        (it) => Object.values(document.querySelector(it).getBoundingClientRect().toJSON()).join())"""
    before, at_figures = page.evaluate(places), page.locator("#cash-form :focus")
    for key in "123456":
        page.keyboard.press(key)  # held back for a moment, in case a scanner types it
        expect(at_figures).to_have_count(1)
        page.keyboard.press("Escape")
        expect(at_figures).to_have_count(0)
        assert page.evaluate(places) == before, key
    page.keyboard.press("s")
    page.keyboard.press("y")
    assert page.evaluate(places) == before


def test_sum_words_and_paper_follow_the_ticks(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press(" ")
    expect(due(page)).to_have_text("¥ 473.38")
    expect(page.locator("#capitals-desk")).to_have_text("肆佰柒拾叁元叁角捌分")
    expect(page.locator("#line-to-say")).to_contain_text("2 笔一共 473 元 3 角 8 分")
    expect(page.locator("#receipt-preview")).to_contain_text("2026-10 至 2026-11")
    page.keyboard.press("A")
    expect(due(page)).to_have_text("¥ 710.07")
    choose_cash(page)
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    assert Payment.objects.get().amount_fen == 71007


def test_a_row_explains_itself(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("Enter")
    words = page.get_by_text("“每平方米每月两块四，98.62 平方米，一个月 236.69 元”")
    expect(words.first).to_be_visible()
    page.keyboard.press("Enter")
    expect(words.first).to_be_hidden()


def test_a_refusal_keeps_what_was_typed(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    choose_cash(page)
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("实收现金不足 710.07 元")
    expect(page.get_by_label("实收现金", exact=True)).to_have_value("100")
    expect(page.get_by_label("实收现金", exact=True)).to_be_focused()
    page.keyboard.type("800")
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    assert Part.objects.get().change_fen == 8993


def test_other_methods_ask_for_their_reference(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("2")
    reference = page.get_by_label("参考号")
    expect(reference).to_be_focused()
    expect(page.get_by_label("实收现金", exact=True)).to_be_hidden()
    page.keyboard.type("880012")
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    expect(page.get_by_text("参考号 880012")).to_be_visible()


def test_a_double_press_and_the_back_button_charge_once(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    choose_cash(page)
    pay_button(page).dblclick(no_wait_after=True)
    receipted(page, "0007444")
    page.go_back()
    if page.locator(".bills").count():  # the browser kept the page: its key is spent
        choose_cash(page)
        page.keyboard.press("Enter")
        receipted(page, "0007444")
    assert Payment.objects.count() == Receipt.objects.count() == 1


def test_the_page_of_another_desk_learns_that_it_is_late(office, open_desk):
    colleague = make_user(community=office.community, role=Role.CASHIER)
    office.man(colleague)
    first, second = open_desk(office.cashier), open_desk(colleague)
    for page in (first, second):
        open_unit(page, office)
        choose_cash(page)
    first.keyboard.press("Enter")
    receipted(first, "0007444")
    second.keyboard.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("已经收过")
    expect(second.get_by_text("没有未缴的费用").first).to_be_visible()
    assert Payment.objects.count() == 1


def test_an_input_methods_enter_takes_no_money(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("2")
    page.get_by_label("参考号").evaluate(
        """field => field.dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"""
    )
    expect(pay_button(page)).to_be_visible()
    assert not Payment.objects.exists()


def test_escape_steps_back_and_c_shows_only_the_money(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.keyboard.press("C")
    shown = page.get_by_role("dialog")
    expect(shown).to_contain_text("710.07")
    assert "张素珍" not in shown.inner_text()
    assert "张素珍" not in page.title()
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    page.locator(".bills [data-row]").first.focus()
    choose_cash(page)
    page.keyboard.press("Escape")
    expect(page.locator(".bills [data-row]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="快捷办理")).to_be_visible()


def test_somebody_else_may_pay(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.get_by_label("缴款人", exact=True).select_option("其他人…")
    page.get_by_label("缴款人姓名").fill("邻居老王")
    page.get_by_label("缴款人姓名").blur()
    page.locator(".method", has_text="现金").click()
    page.keyboard.press("Enter")
    receipted(page, "0007444")
    expect(page.get_by_text("邻居老王（代缴）")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()


def test_a_number_is_shown_for_a_reason(office, open_desk):
    page = open_desk(office.cashier)
    open_unit(page, office)
    page.get_by_role("button", name=re.compile("显示.*张素珍")).click()
    page.get_by_label("查看原因").fill("回拨告知停水")
    page.keyboard.press("Enter")
    expect(page.get_by_text("13912345520")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_pay_stays_in_sight_however_much_is_owed(office, open_desk, size):
    household = Household.objects.create(community=office.community, name="张素珍")
    office.unit.household = household
    office.unit.save()
    for _ in range(3):
        sister = make_unit(community=office.community, household=household)
        office.charge(1, 2, 3, 4, 5, 6, 7, 8, unit=sister)
    page = open_desk(office.cashier)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_unit(page, office)
    choose_cash(page)
    expect(pay_button(page)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
