"""A list is found again as it was left."""

import pytest
from playwright.sync_api import expect

from guanjia.estate.tests.factories import make_unit

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_coming_back_from_a_record_keeps_the_filter_and_the_row(office, open_desk):
    for number in ("3-2-1202", "3-2-1203", "4-1-101"):
        make_unit(community=office.community, number=number)
    page = open_desk(office.cashier)
    page.goto(office.url("units"))
    page.get_by_label("房号、姓名、手机尾号").fill("3-2")
    page.get_by_role("button", name="筛选", exact=True).click()
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(3)
    rows.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(office.url("household", "3-2-1202"))
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="一户一档").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_be_focused()
    page.get_by_role("link", name="清除").click()
    expect(rows).to_have_count(4)
    page.goto(office.url("household", "3-2-1202"))
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="一户一档").click()
    expect(rows).to_have_count(4)


def test_a_filter_is_named_and_a_column_left_out_by_keyboard(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.url("units") + "?kind=dwelling")
    page.get_by_text("保存这次筛选").click()
    page.get_by_label("起个名字").fill("住宅")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="住宅")).to_have_attribute("aria-current", "true")
    page.get_by_text("列和行高").click()
    page.get_by_label("电话").uncheck()
    page.get_by_label("紧凑").check()
    page.get_by_role("button", name="记住").click()
    expect(page.get_by_role("columnheader", name="电话")).to_have_count(0)
    expect(page.locator("table.compact")).to_be_visible()
