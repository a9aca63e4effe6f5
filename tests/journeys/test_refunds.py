"""A prepayment and a deposit given back by three people at their screens, with the keyboard alone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.core.calendar import business_date
from guanjia.desk.tests.test_deposit_refunds import take
from guanjia.money.refunds.models import Refund, Voucher

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_asked_for_approved_and_paid_by_keyboard(office, open_desk):
    receipt = office.prepay(500_00)
    clerk = open_desk(make_user(community=office.community, role=Role.CLERK))
    clerk.goto(office.url("household-prepayments", office.unit.key))
    clerk.wait_for_load_state("load")
    clerk.get_by_role("link", name="申请退款").focus()
    clerk.keyboard.press("Enter")
    amount = clerk.locator("input[name=amount]")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("500.00")
    clerk.wait_for_load_state("load")
    amount.select_text()
    clerk.keyboard.type("200")
    clerk.locator("input[name=receipts]").fill(receipt.full_number)
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".error-summary")).to_contain_text("请选原因")
    clerk.wait_for_load_state("load")
    clerk.locator("input[name=why]").first.focus()
    clerk.keyboard.press("Space")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("等主管、财务或主任批准", exact=True)).to_be_visible()
    refund = Refund.objects.get()

    director = open_desk(make_user(community=office.community, role=Role.DIRECTOR))
    director.goto(office.url("refund", refund.pk))
    director.wait_for_load_state("load")
    director.keyboard.press("a")
    expect(director.get_by_text("等收银付现金")).to_be_visible()

    page = open_desk(office.cashier)
    page.goto(office.url("refund", refund.pk))
    page.wait_for_load_state("load")
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="付现金")
    expect(dialog).to_contain_text("贰佰元整")
    page.wait_for_load_state("load")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="打印退款凭证")).to_be_visible()
    assert Voucher.objects.get().amount_fen == 200_00


def test_a_deposit_is_given_back_less_what_was_damaged_by_keyboard(office, open_desk):
    receipt = take(office, "装修押金")
    clerk = open_desk(make_user(community=office.community, role=Role.CLERK))
    clerk.goto(office.url("household-deposits", office.unit.key))
    clerk.wait_for_load_state("load")
    clerk.get_by_role("link", name="退押金").focus()
    clerk.keyboard.press("Enter")
    amount = clerk.locator("input[name=amount]")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("2000.00")
    clerk.wait_for_load_state("load")
    clerk.locator("input[name=checked_on]").fill(business_date(timezone.now()).isoformat())
    clerk.locator("input[name=check_paper]").fill("装修竣工验收单 2026-118")
    consent = clerk.locator("input[name=consent]")
    expect(consent).to_be_hidden()
    clerk.locator("input[name=deduct]").first.focus()
    clerk.keyboard.press("ArrowRight")
    expect(consent).to_be_visible()
    clerk.keyboard.press("Tab")
    expect(clerk.locator("select[name=deduct_item_1]")).to_be_focused()
    clerk.keyboard.press("ArrowDown")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("350")
    expect(clerk.locator("[data-out]")).to_have_text("¥ 1,650.00")
    clerk.keyboard.press("Tab")
    clerk.keyboard.type("电梯厅墙面划伤")
    consent.fill("扣款确认单，今日签字")
    clerk.locator("input[name=receipts]").fill(receipt.full_number)
    clerk.locator("input[name=why]").first.focus()
    clerk.keyboard.press("Space")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("等主管、财务或主任批准", exact=True)).to_be_visible()
    refund = Refund.objects.get()
    expect(clerk.get_by_role("table").first).to_contain_text("-350.00")

    director = open_desk(make_user(community=office.community, role=Role.DIRECTOR))
    director.goto(office.url("refund", refund.pk))
    director.wait_for_load_state("load")
    director.keyboard.press("a")
    expect(director.get_by_text("等收银付现金")).to_be_visible()

    page = open_desk(office.cashier)
    page.goto(office.url("refund", refund.pk))
    page.wait_for_load_state("load")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="付现金")).to_contain_text("壹仟陆佰伍拾元整")
    page.wait_for_load_state("load")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="打印退款凭证")).to_be_visible()
    assert Voucher.objects.get().amount_fen == 1_650_00
