"""A browser before the running program, on the suite's own database."""

import os
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from guanjia.accounts.models import User
from guanjia.desk.tests.office import Office, make_office, signed_in

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AT_THE_DESK: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one the journeys are skipped and the run says so."""
    chromium = os.environ.get("GUANJIA_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("NO CHROMIUM: the browser journeys do not run")
    # Playwright's event loop runs in this thread; the tests' own queries are no danger to it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def office(transactional_db: None) -> Office:
    """An office whose unit 3-2-1201 owes three months of 2026."""
    return make_office(9, 10, 11)


@pytest.fixture
def open_desk(browser: Browser, live_server) -> Iterator[Callable[[User], Page]]:
    """A function that opens a desk's screen with somebody signed in. Its pages must not complain."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_for(user: User) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=AT_THE_DESK,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        opened.append(context)
        context.on("console", lambda message: complaints.append(message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()
    # The browser notes every refusal, which the page says in words, and a focus that was there already.
    harmless = re.compile("status of 422|Autofocus processing was blocked")
    assert [text for text in complaints if not harmless.search(text)] == []
