"""An invoice asked for at the receipt and recorded by finance, with the keyboard alone."""

from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.core.calendar import business_date
from guanjia.money.invoices.models import Document, Invoice
from guanjia.money.payments.taking import take_payment
from guanjia.money.payments.tests.factories import cash_for

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NUMBER = "26352000000000000001"


@pytest.fixture
def receipt(office):
    return take_payment(
        community=office.community,
        desk=office.desk,
        taking=cash_for(office.bills()[:1]),
        key=uuid4(),
        by=office.cashier,
        at=timezone.now(),
    )


def test_asked_for_and_recorded_by_keyboard(office, open_desk, receipt):
    desk = open_desk(office.cashier)
    desk.goto(office.url("receipt", receipt.desk_id, receipt.number))
    desk.wait_for_load_state("load")
    desk.keyboard.press("i")
    dialog = desk.get_by_role("dialog", name="开票登记")
    title = dialog.get_by_label("抬头名称")
    expect(title).to_be_focused()
    expect(title).to_have_value("张素珍")
    expect(dialog.get_by_label("税号")).to_be_hidden()
    desk.wait_for_load_state("load")
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("ArrowRight")
    expect(dialog.get_by_label("税号")).to_be_visible()
    title.fill("示例商贸有限公司")
    desk.keyboard.press("Tab")
    desk.keyboard.type("91350200ma0000001w")
    desk.keyboard.press("Enter")
    card = desk.locator("#invoice")
    expect(card).to_contain_text("待开票")
    expect(card).to_contain_text("示例商贸有限公司")
    invoice = Invoice.objects.get()
    assert invoice.tax_number == "91350200MA0000001W"

    finance = open_desk(make_user(community=office.community, role=Role.FINANCE))
    finance.goto(office.url("invoice", invoice.pk))
    finance.wait_for_load_state("load")
    finance.keyboard.press("d")
    number = finance.get_by_role("dialog", name="登记开票").get_by_label("发票号码")
    expect(number).to_be_focused()
    finance.wait_for_load_state("load")
    number.fill(NUMBER)
    finance.get_by_label("价税合计（元）").fill("236.69")
    finance.keyboard.press("Enter")
    expect(finance.get_by_role("heading", name=NUMBER)).to_be_visible()
    made = Document.objects.get()
    assert (made.number, made.issued_on) == (NUMBER, business_date(timezone.now()))

    desk.reload()
    expect(card).to_contain_text("已开票")
    expect(card).to_contain_text(NUMBER)
