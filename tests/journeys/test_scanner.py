"""What a scanner types, told from a hand by its pace and led on by its shape."""

import pytest
from playwright.sync_api import expect

from guanjia.money.payments.models import Payment

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ALIPAY, WECHAT = "2876543210987654", "134567890123456789"
IDENTITY_CARD = "110101199003071233"  # begins like a WeChat code


class Scanner:
    """Sends strokes with times of their own, so that no machine's haste or sloth decides what they are."""

    def __init__(self, page, *, gap=0.005):
        self.channel, self.gap, self.now = page.context.new_cdp_session(page), gap, 2_000_000_000.0

    def scan(self, text, end="Enter"):
        self.now += 60
        for key in [*text, end]:
            self.now += self.gap
            stroke = {"key": key, "timestamp": self.now, "code": key}
            typed = (
                {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
            )
            code = {"windowsVirtualKeyCode": 13 if key == "Enter" else ord(key[0])}
            self.channel.send(
                "Input.dispatchKeyEvent", {"type": "keyDown", **stroke, **typed, **code}
            )
            self.channel.send("Input.dispatchKeyEvent", {"type": "keyUp", **stroke, **code})


@pytest.fixture
def page(office, open_desk):
    """A desk's screen that waits long for a scan's next digit, which here takes a way of its own."""
    page = open_desk(office.cashier)
    page.add_init_script("localStorage.setItem('guanjia.scanner-gap', '3000')")
    return page


def open_unit(page, office):
    page.goto(office.page())
    expect(page.locator(".bills [data-row]").first).to_be_focused()


def refused(page):
    return page.locator(".toast.error", has_text="付款码没有收")


@pytest.mark.parametrize(("code", "whose"), [(ALIPAY, "支付宝"), (WECHAT, "微信")])
def test_a_payment_code_at_the_paying_step_becomes_the_reference_and_charges_nothing(
    office, page, code, whose
):
    open_unit(page, office)
    Scanner(page).scan(code)
    expect(page.get_by_role("radio", name="收款码")).to_be_checked()
    expect(page.get_by_label("参考号")).to_have_value(code)
    expect(
        page.locator(".toast.error", has_text=f"{whose}付款码已填入参考号，但还没有扣款")
    ).to_be_visible()
    assert not Payment.objects.exists()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"参考号 {code}")).to_be_visible()
    expect(page.get_by_text("已打印 1 次")).to_be_visible()


def test_a_code_scanned_over_typed_cash_takes_the_digits_back(office, page):
    open_unit(page, office)
    page.keyboard.press("3")
    expect(page.get_by_label("实收现金")).to_be_focused()
    page.keyboard.type("800")
    Scanner(page).scan(ALIPAY)
    expect(page.get_by_label("参考号")).to_have_value(ALIPAY)
    expect(page.get_by_label("实收现金")).to_have_value("800")
    assert not Payment.objects.exists()


def test_elsewhere_it_is_refused_loudly_and_presses_nothing(office, page):
    page.goto(office.url("workbench"))
    page.get_by_role("link", name="全部收据").focus()
    Scanner(page).scan(ALIPAY)
    expect(refused(page)).to_be_visible()
    expect(page).to_have_url(office.url("workbench"))
    expect(page.get_by_role("combobox", name="查找")).to_have_value("")


def test_the_first_digits_of_a_scan_choose_no_way_to_pay(office, page):
    open_unit(page, office)
    page.locator("tbody input[type=checkbox]").first.focus()
    for _ in office.bills():
        page.keyboard.press(" ")
        page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=bill]:checked")).to_have_count(0)
    expect(page.locator("#capitals-desk")).to_have_text("零元整")
    Scanner(page).scan(WECHAT)
    expect(refused(page)).to_be_visible()
    expect(page.locator("input[name=method]:checked")).to_have_count(0)


def test_our_own_code_opens_what_it_names(office, page):
    open_unit(page, office)
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    page.goto(office.page())
    Scanner(page).scan("00007444")
    expect(page.get_by_role("heading", name="收据 0007444")).to_be_visible()


def test_a_field_for_a_phone_or_an_id_keeps_what_is_scanned_and_the_focus(office, page):
    page.goto(office.url("resident-new", office.unit.key))
    field = page.locator("input[name=phone]")
    field.focus()
    Scanner(page).scan(ALIPAY[:11])
    expect(field).to_be_focused()
    expect(field).to_have_value(ALIPAY[:11])
    field = page.locator("input[name=id_number]")
    field.focus()
    Scanner(page).scan(IDENTITY_CARD)
    expect(field).to_have_value(IDENTITY_CARD)
    expect(refused(page)).to_have_count(0)
    assert page.url.endswith(office.url("resident-new", office.unit.key))


def test_a_hand_is_no_scanner_and_a_slow_scanner_may_be_told(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    slow = Scanner(page, gap=0.09)
    slow.scan("321201")
    expect(page).to_have_url(office.page())
    page.evaluate("localStorage.setItem('guanjia.scanner-gap', '3000')")
    open_unit(page, office)
    slow.scan(ALIPAY)
    expect(page.get_by_label("参考号")).to_have_value(ALIPAY)
