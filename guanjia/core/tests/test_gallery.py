"""The parts in a real browser, under the policy that production sends: keys, search, dialogs, accessibility."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import include, path
from playwright.sync_api import Browser, Page, expect

from guanjia.core.components import samples

pytestmark = [pytest.mark.journey, pytest.mark.looks]

TEMPLATES = Path(__file__).parents[1] / "templates" / "core"
AXE = Path(__file__).parents[3] / "tests" / "journeys" / "vendor" / "axe.min.js"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
SIZES = [(1366, 768), (1440, 900), (1093, 615), (390, 844)]

urlpatterns = [path("gallery/", include("guanjia.core.components.urls"))]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass


class _Handler(WSGIHandler):
    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with override_settings(ROOT_URLCONF=__name__, DEBUG=True, ALLOWED_HOSTS=["127.0.0.1"]):
        server = make_server("127.0.0.1", 0, StaticFilesHandler(_Handler()), WSGIServer, _Quiet)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/gallery/"
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("size", [SIZES[0], SIZES[-1]])
@pytest.mark.parametrize("name", ["", *samples.PAGES])
def test_pages_are_accessible_and_fit_desk_and_phone(
    page: Page, site: str, name: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(site + (f"{name}/" if name else ""))
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    broken = page.evaluate(
        "tags => axe.run({runOnly: tags}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))",
        tags,
    )
    assert broken == []


def test_the_policy_does_refuse_an_inline_style(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.goto(site)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p id=bad style=\"color: red\">x</p>')"
    )
    assert page.locator("#bad").evaluate("e => getComputedStyle(e).color") != "rgb(255, 0, 0)"
    page.close()


def test_pay_stays_in_sight_on_every_screen_of_a_desk(page: Page, site: str) -> None:
    for width, height in SIZES[:3]:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(site + "household/")
        expect(page.get_by_role("button", name="收款并打印")).to_be_in_viewport(ratio=1)


def test_rows_are_worked_without_a_mouse(page: Page, site: str) -> None:
    page.goto(site + "household/")
    rows = page.locator(".bills [data-row]")
    everything = page.get_by_role("checkbox", name="全选")
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press(" ")
    expect(rows.nth(1).get_by_role("checkbox")).not_to_be_checked()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("a")
    expect(everything).to_be_checked()
    expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator(".bills [data-row] :checked")).to_have_count(0)


def test_a_digit_picks_the_method_but_stays_text_in_a_field(page: Page, site: str) -> None:
    page.goto(site + "household/")
    page.locator(".bills [data-row]").first.focus()
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="扫码")).to_be_checked()
    page.get_by_label("实收现金").fill("")
    page.keyboard.type("3.20")
    expect(page.get_by_label("实收现金")).to_have_value("3.20")
    expect(page.get_by_role("radio", name="扫码")).to_be_checked()


def test_the_keys_dialog_and_the_bar_tell_the_keys_of_the_page(page: Page, site: str) -> None:
    page.goto(site + "household/")
    page.keyboard.press("?")
    told = page.get_by_role("dialog")
    expect(told.get_by_text("恢复接待")).to_be_visible()
    expect(told.locator(".key-list > div", has_text="上一步").locator("kbd")).to_have_text("Esc")


def test_every_part_stands_in_the_gallery() -> None:
    """A part is a template of core whose name begins with an underscore."""
    parts = {file.name for file in TEMPLATES.glob("_*.html")}
    drawn: set[str] = set()
    with override_settings(ROOT_URLCONF=__name__, DEBUG=True, ALLOWED_HOSTS=["testserver"]):
        for name in ("", *(f"{page}/" for page in samples.PAGES)):
            answer = Client().get(f"/gallery/{name}")
            assert answer.status_code == 200, name
            drawn |= {str(each.name).removeprefix("core/") for each in answer.templates}
    assert parts
    assert parts - drawn == set(), "show it in core/gallery.html"


def test_digits_typed_anywhere_find_the_household_even_when_enter_comes_at_once(
    page: Page, site: str
) -> None:
    page.goto(site + "workbench/")
    page.keyboard.type("321201")
    page.keyboard.press("Enter")
    page.wait_for_url("**/household/")


def test_the_list_of_results_is_worked_by_keys(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="查找")
    expect(box).to_be_focused()
    page.keyboard.type("3212")
    options = page.get_by_role("option")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("9")
    expect(page.get_by_text("没有找到")).to_be_visible()


def test_an_input_method_is_not_interrupted(page: Page, site: str) -> None:
    page.goto(site + "workbench/")
    box = page.get_by_role("combobox", name="查找")
    box.fill("321201")
    expect(page.get_by_role("option")).to_have_count(2)
    composing = "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    box.evaluate(composing)
    expect(page.get_by_role("option")).to_have_count(2)
    assert page.url.endswith("/workbench/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/household/")


def test_a_dialog_returns_the_focus_to_what_opened_it(page: Page, site: str) -> None:
    page.goto(site)
    opener = page.get_by_role("button", name="对话框")
    opener.click()
    dialog = page.get_by_role("dialog", name="作废收据 0007444")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_second_press_sends_nothing(page: Page, site: str) -> None:
    page.goto(site)
    sent = page.evaluate("""() => {
        const form = document.querySelector("form[novalidate]");
        form.removeAttribute("data-repeatable");
        let sent = 0;
        window.addEventListener("submit", (event) => { sent += 1; event.preventDefault(); });
        form.requestSubmit();
        form.requestSubmit();
        return sent;
    }""")
    assert sent == 1


def test_a_toast_shows_text_as_text_and_bad_news_stays_until_closed(page: Page, site: str) -> None:
    page.goto(site)
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('toast', {detail: {text: '<b>没有办成</b>', tone: 'error'}}))"
    )
    toast = page.get_by_text("<b>没有办成</b>")
    expect(toast).to_be_visible()
    page.get_by_role("button", name="关闭").last.click()
    expect(toast).to_have_count(0)
