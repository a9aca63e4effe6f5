"""With ``GUANJIA_SCREENS=folder`` every page of the demo is photographed, at a laptop's size and a phone's, to be looked at."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from guanjia.accounts.models import Community, Grant
from guanjia.accounts.permissions import Permission, Role, permissions_of
from guanjia.accounts.permits import SIGNED_IN
from guanjia.core.calendar import business_date
from guanjia.demo.actions import make_demo
from guanjia.demo.layout import BLOCKS, Layout
from guanjia.desk.tests.office import signed_in
from guanjia.estate.models import Tenure, Unit
from guanjia.money.payments.models import Receipt
from guanjia.money.tariffs.models import Tariff
from guanjia.people.models import Patch, Staff
from tests.architecture.test_routes import ROUTES

FOLDER = os.environ.get("GUANJIA_SCREENS", "")
ONLY = os.environ.get("GUANJIA_SCREENS_ONLY", "")
SMALL = Layout(BLOCKS[2:4], shops=4, spaces=20, storages=8)
SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER, reason="GUANJIA_SCREENS names no folder to put the pictures in"),
]


def samples(community):
    """Return what addresses may name in the demo."""
    unit = Unit.objects.get(community=community, key="3-2-1201")
    tenure = Tenure.objects.filter(community=community, unit=unit)[0]
    receipt = Receipt.objects.filter(community=community).order_by("-pk")[0]
    tariff = Tariff.objects.filter(community=community)[0]
    staff = Staff.objects.filter(community=community)[0]
    return {
        "community": community.code,
        "key": unit.key,
        "tenure_id": tenure.pk,
        "party_id": tenure.party_id,
        "desk_id": receipt.desk_id,
        "number": receipt.number,
        "tariff_id": tariff.pk,
        "item_id": tariff.item_id,
        "patch_id": Patch.objects.filter(community=community)[0].pk,
        "staff_id": staff.pk,
        "department_id": staff.department_id,
        "user_id": Grant.objects.filter(community=community)[0].user_id,
        "year": 2026,
    }


def viewers(community):
    """Return who looks: one person for each role, and which pages each shows best."""
    people = {
        grant.role: grant.user
        for grant in Grant.objects.filter(community=community).select_related("user")
    }
    order = [Role.CASHIER, Role.SUPERVISOR, Role.FINANCE, Role.ADMINISTRATOR, Role.DIRECTOR]
    return [(role, people[role]) for role in [*order, *Role] if role in people]


@pytest.fixture
def open_screen(browser, live_server):
    """A function that opens a browser of its own for somebody, whatever its pages say on the console."""
    opened = []

    def open_for(user):
        context = browser.new_context(base_url=live_server.url, locale="zh-CN")
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        opened.append(context)
        return context.new_page()

    yield open_for
    for context in opened:
        context.close()


def test_every_page_of_the_demo(open_screen):
    today = business_date(datetime.now(UTC))
    make_demo(seed=1, today=today, months=4, layout=SMALL)
    community = Community.objects.get()
    values, folder = samples(community), Path(FOLDER)
    pages: dict[str, Any] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for route in ROUTES:
        seen = set(route.names()) <= values.keys() and re.search(ONLY, route.pattern)
        if not seen:
            continue
        for role, user in viewers(community):
            may = route.declared in {*permissions_of(frozenset({role})), SIGNED_IN}
            if may or not isinstance(route.declared, Permission):
                page = pages.get(role) or pages.setdefault(role, open_screen(user))
                photograph(page, route.filled(values), folder, f"{role}{route.pattern}")
                if route.pattern != "<slug:community>/":
                    break


def photograph(page, address, folder, name):
    """Take the page at both sizes; what is no page is passed over."""
    got = page.request.get(address, max_redirects=0)
    if got.status != 200 or "text/html" not in got.headers["content-type"]:
        return
    name = re.sub(r"[^\w]+", "_", name).strip("_")
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        page.goto(address)
        page.screenshot(path=folder / f"{name}.{size}.png", full_page=size == "phone")
