"""The omnibox by keyboard, with a Chinese input method on: what is being composed is searched, Enter never submits."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


class InputMethod:
    """An input method at work in the page: the browser's own composition, as the system's would start it."""

    def __init__(self, page):
        self.page = page
        self.channel = page.context.new_cdp_session(page)

    def compose(self, text):
        words = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        self.channel.send("Input.imeSetComposition", words)

    def commit(self, text):
        self.channel.send("Input.insertText", {"text": text})

    def enter(self):
        """Press Enter as it reaches the page while characters are being chosen."""
        for kind in ("rawKeyDown", "keyUp"):
            self.channel.send(
                "Input.dispatchKeyEvent",
                {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229},
            )


def box(page):
    return page.get_by_role("combobox", name="查找")


def options(page):
    return page.get_by_role("option")


@pytest.fixture
def page(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("workbench"))
    return page


def test_initials_are_found_while_they_are_composed_and_enter_only_confirms_them(office, page):
    page.keyboard.press("/")
    method = InputMethod(page)
    method.compose("z's'z")
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("张素珍")
    method.enter()
    method.commit("张素珍")
    expect(box(page)).to_have_value("张素珍")
    expect(options(page)).to_contain_text("3-2-1201")
    assert page.url.endswith(office.url("workbench"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(office.page())


def test_the_enter_that_safari_sends_after_the_composition_opens_nothing(office, page):
    page.keyboard.press("/")
    method = InputMethod(page)
    method.compose("zsz")
    expect(options(page)).to_have_count(1)
    method.commit("zsz")
    method.enter()  # isComposing is false by now: only the key code tells
    expect(options(page)).to_have_count(1)
    assert page.url.endswith(office.url("workbench"))


def test_a_command_leads_to_its_page_or_back_into_the_box(office, page):
    page.keyboard.press(">")
    expect(options(page).first).to_contain_text("收款")
    expect(options(page).first.locator("kbd")).to_have_text("F9")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("")
    expect(page.get_by_text("输入房号、姓名首字母或手机尾号，回车打开该户收款")).to_be_visible()
    page.keyboard.type(">hsyt")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="换收银台")).to_be_visible()


def test_a_receipts_number_leads_to_it(office, page):
    page.goto(office.page())
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已打印 1 次")).to_be_visible()
    page.goto(office.url("workbench"))
    page.keyboard.type("0007444")
    expect(options(page)).to_contain_text(["0007444"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收据 0007444")).to_be_visible()
