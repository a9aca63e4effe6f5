"""Every element of the route table's pages that some role gets, on a laptop and on a phone: axe finds nothing to
complain of, nothing sticks out, every target is large enough, and no focus is out of sight."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.renderings import renderings

pytestmark = [pytest.mark.journey, pytest.mark.looks, pytest.mark.django_db(transaction=True)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
EYES = (Path(__file__).parent / "eyes.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SMALLEST = {1366: 24, 390: 44}  # CSS pixels a target measures at least (WCAG 2.5.8; a thumb)


@pytest.fixture
def show(browser, live_server):
    """A function that shows a rendering in a browser; its styles and modules come from the running program."""
    context = browser.new_context(base_url=live_server.url, viewport=LAPTOP, locale="zh-CN")
    context.add_init_script("window.print = () => {}")
    page = context.new_page()
    shown: dict[str, Any] = {}

    def answer(route):
        response = shown["response"]
        route.fulfill(
            status=response.status_code, headers=dict(response.headers), body=response.content
        )

    def show(rendering):
        shown["response"] = rendering.response
        page.set_viewport_size(LAPTOP)
        page.route(f"{live_server.url}{rendering.address}", answer)
        page.goto(rendering.address, wait_until="load")
        page.unroute(f"{live_server.url}{rendering.address}")
        page.evaluate(f"{AXE};0")
        page.evaluate(f"{EYES};0")
        return page

    yield show
    context.close()


def complaints_of(page, rendering):
    """Return everything wrong with the page in front of us."""
    found = page.evaluate("eyes.errorSummary()") if rendering.refused else []
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        width = size["width"]
        wrong = [
            *page.evaluate("rules => eyes.axe(rules)", RULES),
            *page.evaluate("least => eyes.smallTargets(least)", SMALLEST[width]),
            *page.evaluate("eyes.hiddenFocus()"),
            *page.evaluate("eyes.sticksOut()"),
        ]
        found += [f"{width}: {complaint}" for complaint in wrong]
    return found


def test_every_page_is_accessible(transactional_db, show):
    pages_by_complaint, count = defaultdict(list), 0
    for rendering in renderings():
        count += 1
        for complaint in complaints_of(show(rendering), rendering):
            pages_by_complaint[complaint].append(rendering.name)
    told = [f"{complaint}\n    on {pages}" for complaint, pages in pages_by_complaint.items()]
    assert not told, "\n".join(told)
    assert count > 60, "the walk has lost its pages"


BAD = """<!doctype html><html lang="zh"><head><title>坏页面</title></head><body><main><h1>坏页面</h1>
<button id="cell" style="width:12px;height:12px;padding:0"></button><button style="width:12px;height:12px;padding:0">x</button>
<p style="width:2000px;background:#eee;color:#ccc">淡</p>
<footer style="position:fixed;inset:0;background:#fff;pointer-events:none">盖住</footer></main></body></html>"""


def test_the_control_a_bad_page_is_complained_of(browser):
    page = browser.new_page(viewport=LAPTOP)
    page.set_content(BAD)
    page.evaluate(f"{AXE};0")
    page.evaluate(f"{EYES};0")
    assert any("button-name" in found for found in page.evaluate("rules => eyes.axe(rules)", RULES))
    assert page.evaluate("eyes.smallTargets(24)")
    assert page.evaluate("eyes.sticksOut()")
    assert page.evaluate("eyes.errorSummary()")
    page.get_by_text("盖住").evaluate("it => { it.style.pointerEvents = 'auto' }")
    assert page.evaluate("eyes.hiddenFocus()")
    page.close()
