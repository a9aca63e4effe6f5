"""Going live in a browser: the workbook, its preview, the trial balance, and two people's names under it."""

import os
from pathlib import Path

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.onboarding.tests.openings import BOOK, KEPT, OWED, live_office, opening_workbook

FOLDER = os.environ.get("GUANJIA_SCREENS", "")
PHONE = {"width": 390, "height": 844}

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def photograph(page, name):
    """Keep a picture at either size, where somebody wants to look at it."""
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"{name}.png")
        size = page.viewport_size
        page.set_viewport_size(PHONE)
        page.screenshot(path=Path(FOLDER) / f"{name}-phone.png", full_page=True)
        page.set_viewport_size(size)


def upload(page, content):
    page.get_by_label("选一份期初工作簿").set_input_files(
        {"name": "期初.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="上传并预览").click()


def test_an_office_goes_live(open_desk):
    office, _ = live_office()
    finance = open_desk(make_user(community=office.community, role=Role.FINANCE))
    director = open_desk(make_user(community=office.community, role=Role.DIRECTOR))
    base = f"/{office.community.code}/register/opening/"
    finance.goto(base)
    photograph(finance, "opening-none")
    bad = [{**OWED, "charged": "二百五"}, {**OWED, "number": "9-1-999", "first": "2026-10-20"}]
    upload(finance, opening_workbook(*bad, kept=[KEPT]))
    finance.get_by_text("整份不能入账").wait_for()
    photograph(finance, "opening-errors")
    finance.get_by_role("link", name="另选文件").click()
    september = {**OWED, "first": "2026-09-01", "last": "2026-09-30", "due_on": "2026-09-15"}
    upload(finance, opening_workbook(OWED, september, kept=[KEPT], books=[BOOK]))
    photograph(finance, "opening-preview")
    finance.get_by_role("button", name="确认入账").click()
    finance.get_by_text("借贷平衡，与总账一致").wait_for()
    photograph(finance, "opening-balance")
    finance.get_by_role("button", name="签字（制表）").click()
    finance.get_by_text("制表和复核不能是同一个人").wait_for()
    director.goto(base)
    director.get_by_role("link", name="期初.xlsx").click()
    director.get_by_role("button", name="签字（复核）").click()
    director.get_by_text("已复核封账").first.wait_for()
    photograph(director, "opening-sealed")
    finance.goto(base)
    photograph(finance, "opening-index")
