"""The page's keys: told by ``?`` and in the bar from where they are declared, and switched off by whom they hinder."""

import pytest
from playwright.sync_api import expect

from guanjia.money.payments.models import Desk

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_person_switches_single_keys_off_and_keeps_them_off_in_any_browser(office, open_desk):
    page = open_desk(office.cashier)
    page.goto(office.page())
    page.keyboard.press("?")
    told = page.get_by_role("dialog", name="全部按键")
    for key, label in (("C", "给客户看"), ("Esc", "上一步"), ("3", "现金"), ("/", "查找")):
        row = told.locator(".key-list > div", has=page.get_by_text(key, exact=True))
        expect(row.filter(has_text=label)).to_have_count(1)
    # Its change sends the form: the box is gone before anybody could look whether it is off.
    told.get_by_role("checkbox", name="单个字母和数字").click()
    expect(page.get_by_text("已记住按键设置")).to_be_visible()
    again = open_desk(office.cashier)
    again.goto(office.page())
    again.locator(".bills [data-row]").first.focus()
    again.keyboard.press("3")
    expect(again.locator("input[name=method]:checked")).to_have_count(0)
    again.keyboard.press("?")
    expect(again.get_by_role("dialog", name="全部按键")).to_be_hidden()


def test_z_takes_back_what_was_just_done(office, open_desk):
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    page = open_desk(office.cashier)
    page.goto(office.url("desk-choice"))
    page.get_by_role("button", name="前台一").click()
    page.goto(office.url("desk-choice"))
    page.get_by_role("button", name="前台二").click()
    expect(page.get_by_text("已换到前台二")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("已撤销")).to_be_visible()
    page.goto(office.url("desk-choice"))
    expect(page.get_by_text("现在在前台一收款")).to_be_visible()
