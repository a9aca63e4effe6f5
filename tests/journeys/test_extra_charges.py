"""Charging once at the desk with the keyboard alone, in a real browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from guanjia.accounts.tests.factories import MORNING
from guanjia.money.bills.models import Bill
from guanjia.money.tariffs.actions import add_item

pytestmark = pytest.mark.django_db(transaction=True)


def test_three_keys_charge_for_a_card_and_leave_the_ticks_as_they_were(office, open_desk):
    for name, price in (("工本费", Decimal(20)), ("垃圾清运费", Decimal("3.50"))):
        add_item(
            community=office.community,
            name=name,
            is_extra=True,
            extra_price=price,
            position=5,
            by=None,
            at=MORNING,
        )
    page = open_desk(office.cashier)
    page.goto(office.page())
    first = page.locator("input[name=bill]").first
    page.keyboard.press("Space")
    expect(first).not_to_be_checked()
    page.keyboard.press("t")
    expect(page.locator("[data-extra-sum]")).to_have_text("¥ 20.00")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#extra-unit_price")).to_have_value("3.50")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    expect(page.locator("[data-extra-sum]")).to_have_text("¥ 7.00")
    page.keyboard.press("Enter")
    expect(page.locator("[data-charges] tbody > tr[data-row]")).to_have_count(4)
    ticked = [box.is_checked() for box in page.locator("input[name=bill]").all()]
    assert ticked == [False, True, True, True]
    made = Bill.objects.get(extra__isnull=False)
    assert made.amount_fen == 700
    expect(page.locator("[data-due]").first).to_contain_text("480.38")
