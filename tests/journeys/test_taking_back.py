"""Voiding a receipt at the desk with the keyboard alone, in a real browser."""

import pytest
from playwright.sync_api import expect

from guanjia.desk.tests.office import signed_in
from guanjia.money.payments.models import Receipt, Reversal

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_receipt_is_voided_by_keyboard_and_its_bills_are_owed_again(office, open_desk):
    receipt = _paid(office)
    page = open_desk(office.cashier)
    page.goto(office.url("receipt", receipt.desk_id, receipt.number))
    page.wait_for_load_state("load")
    page.keyboard.press("v")
    expect(page.get_by_role("dialog", name=f"作废收据 {receipt.full_number}")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("2")
    expect(page.get_by_text("金额不对")).to_be_visible()
    expect(page.locator("input[name=why]:checked")).to_have_value("金额不对")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_contain_text("请确认客户联有没有收回")
    page.wait_for_load_state("load")
    page.locator("input[name=copy]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.get_by_label("没有收回的情况")).to_be_focused()
    page.keyboard.type("客户说已丢失")
    page.keyboard.press("Enter")
    expect(page.locator("#reversal")).to_contain_text("客户说已丢失")
    made = Reversal.objects.get()
    assert (made.kind, made.reason, made.copy_missing) == ("void", "金额不对", "客户说已丢失")
    assert len(office.bills()) == 3


def test_a_row_of_the_days_list_leads_to_the_dialog(office, open_desk):
    receipt = _paid(office)
    page = open_desk(office.cashier)
    page.goto(office.url("receipts"))
    page.wait_for_load_state("load")
    page.locator("[data-row]").first.focus()
    page.keyboard.press("v")
    expect(page.get_by_role("dialog", name=f"作废收据 {receipt.full_number}")).to_be_visible()


def test_esc_takes_nothing_back(office, open_desk):
    receipt = _paid(office)
    page = open_desk(office.cashier)
    page.goto(office.url("receipt-void", receipt.desk_id, receipt.number))
    page.wait_for_load_state("load")
    expect(page.locator("#taking-back")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#taking-back")).to_be_hidden()
    assert not Reversal.objects.exists()


def _paid(office):
    """Take cash for everything that is owed."""
    signed_in(office.cashier).post(office.url("payments"), office.paying())
    return Receipt.objects.latest("pk")
