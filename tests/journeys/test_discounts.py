"""A vacancy's discount from the rule to the bill, at three people's screens, with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.discounts.models import DiscountGrant, DiscountRule

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_ruled_granted_and_approved_by_keyboard(office, open_desk):
    Unit.objects.filter(pk=office.unit.pk).update(status=UnitStatus.VACANT)
    clerk = open_desk(make_user(community=office.community, role=Role.CLERK))
    clerk.goto(office.url("discount-rules"))
    clerk.wait_for_load_state("load")
    clerk.keyboard.press("n")
    clerk.wait_for_url("**/rules/new/")
    clerk.locator("input[name=name]").fill("空置减免三成")
    clerk.locator("input[name=percent]").fill("30")
    clerk.locator("input[name=evidence]").fill("省物业服务收费管理办法第二十条")
    clerk.keyboard.press("Enter")
    expect(clerk.locator(".error-summary")).to_contain_text("减免哪些收费项目")
    clerk.wait_for_load_state("load")
    clerk.locator("input[name=items]").focus()
    clerk.keyboard.press("Space")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("等主管或主任批准", exact=True)).to_be_visible()
    rule = DiscountRule.objects.get()

    director = open_desk(make_user(community=office.community, role=Role.DIRECTOR))
    director.goto(office.url("discount-rule", rule.pk))
    director.wait_for_load_state("load")
    director.keyboard.press("a")
    expect(director.get_by_text("已批准，可以在一户一档里按它申请减免")).to_be_visible()

    clerk.goto(office.url("household-discounts", office.unit.key))
    clerk.wait_for_load_state("load")
    clerk.keyboard.press("n")
    dialog = clerk.get_by_role("dialog", name="为 3-2-1201 申请减免")
    expect(dialog).to_be_visible()
    clerk.wait_for_load_state("load")
    dialog.get_by_label("减免规则").select_option("空置减免三成（减 30%）")
    dialog.get_by_label("核实情况").fill("水表两月读数同为 318")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("等主管或主任批准", exact=True)).to_be_visible()
    grant = DiscountGrant.objects.get()

    director.goto(office.url("discount", grant.pk))
    director.wait_for_load_state("load")
    director.keyboard.press("a")
    expect(director.get_by_text("已批准，以后出账自动减")).to_be_visible()
    finance = open_desk(make_user(community=office.community, role=Role.FINANCE))
    finance.goto(f"{office.url('runs')}?month=2026-12")
    expect(finance.get_by_text("减免", exact=True).first).to_be_visible()
    expect(finance.locator("footer .total").first).to_contain_text("165.68")
