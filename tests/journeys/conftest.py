"""A browser before the running program, on the suite's own database."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

from guanjia.accounts.models import User
from guanjia.desk.tests.office import Office, make_office, signed_in

PATIENCE = 30  # seconds
AT_THE_DESK: ViewportSize = {"width": 1366, "height": 768}


@pytest.fixture
def office(transactional_db: None) -> Office:
    """An office whose unit 3-2-1201 owes three months of 2026."""
    return make_office(9, 10, 11)


@pytest.fixture
def open_desk(browser: Browser, live_server) -> Iterator[Callable[[User], Page]]:
    """A function that opens a desk's screen with somebody signed in. Its pages must not complain."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []
    under_way: set[Request] = set()

    def open_for(user: User) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=AT_THE_DESK,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        opened.append(context)
        # Without a screen there is no print dialog, and Chromium crashes when a page that prints is left.
        context.add_init_script("window.print = () => {}")
        context.on("request", lambda request: under_way.add(request))  # noqa: PLW0108 - wants a function
        for ended in ("requestfinished", "requestfailed"):
            context.on(ended, lambda request: under_way.discard(request))  # noqa: PLW0108 - wants a function
        context.on("console", lambda message: complaints.append(message.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_for
    for context in opened:
        while any(request.method == "POST" for request in under_way):
            context.wait_for_event("requestfinished")
        context.close()
    for answering in threading.enumerate():  # what was asked last: the tables are emptied next
        if "process_request_thread" in answering.name:
            answering.join(PATIENCE)
    # The browser notes every refusal, which the page says in words, and a focus that was there already.
    harmless = re.compile("status of (?:409|422)|Autofocus processing was blocked")
    assert [text for text in complaints if not harmless.search(text)] == []
