"""Voiding and reversing at the desk: what the dialog tells, who may, and what the press leaves behind."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.core.calendar import business_date
from guanjia.desk.tests.office import make_office, signed_in, staff
from guanjia.money.closing.tests.factories import begin_shift
from guanjia.money.payments.models import Desk, Receipt, Reversal
from guanjia.money.payments.taking import take_payment
from guanjia.money.payments.tests.factories import cash_for
from guanjia.records.models import JournalEntry, OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {"why": "收错了户", "words": "应收 1202", "copy": "returned", "missing": ""}


@pytest.fixture
def receipt(office, cashier):
    cashier.post(office.url("payments"), office.paying(tendered="800"))
    return Receipt.objects.get(community=office.community)


def place(office, receipt, route="receipt-void"):
    return office.url(route, receipt.desk_id, receipt.number)


def said(office, **changes):
    return SAID | {"desk": office.desk.pk} | changes


def test_the_dialog_tells_what_is_owed_again_and_how_the_money_goes_back(office, cashier, receipt):
    page = cashier.get(place(office, receipt)).content.decode()
    for words in ("作废收据 0007444", "张素珍", "重新待缴", "710.07", "从钱箱退现金给客户"):
        assert words in page, words
    assert not Reversal.objects.exists()


def test_a_void_leaves_the_number_the_reason_and_the_bills_owed(office, cashier, receipt):
    owed = office.bills()
    answer = cashier.post(place(office, receipt), said(office))
    assert answer["Location"] == place(office, receipt, "receipt")
    made = Reversal.objects.get()
    assert (made.kind, made.reason, made.copy_missing) == ("void", "收错了户：应收 1202", "")
    assert len(office.bills()) == len(owed) + 3
    assert JournalEntry.objects.filter(action="payment.reverse").count() == 1
    assert OutboxMessage.objects.filter(topic="payment.reversed").count() == 1
    page = cashier.get(answer["Location"]).content.decode()
    assert "收错了户：应收 1202" in page
    assert 'id="take-back"' not in page
    printed = cashier.post(place(office, receipt, "prints"), {"paper": "a5"})
    sheet = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.content)).pages)
    assert "本收据已作废" in sheet


def test_pressed_twice_it_is_taken_back_once_and_both_lead_to_the_receipt(office, cashier, receipt):
    answers = [cashier.post(place(office, receipt), said(office)) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert Reversal.objects.count() == 1


def test_somebody_elses_press_is_told_that_it_was_done(office, cashier, receipt):
    cashier.post(place(office, receipt), said(office))
    other = make_user(community=office.community, role=Role.CASHIER)
    office.man(other)
    answer = signed_in(other).post(place(office, receipt), said(office))
    assert answer.status_code == 422
    assert "已经作废或红冲过" in answer.content.decode()
    assert Reversal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"why": ""}, "请选原因"),
        ({"why": "其他", "words": " "}, "请写明原因"),
        ({"copy": ""}, "请确认客户联"),
        ({"copy": "missing"}, "请写明情况"),
        ({"desk": "0"}, "选择一个有效的选项"),
    ],
)
def test_what_is_missing_is_asked_for_and_the_rest_kept(office, cashier, receipt, changes, why):
    answer = cashier.post(place(office, receipt), said(office) | changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert why in page and "data-open" in page
    if "words" not in changes:
        assert 'value="应收 1202"' in page
    assert not Reversal.objects.exists()


def test_a_copy_that_did_not_come_back_has_its_words(office, cashier, receipt):
    cashier.post(place(office, receipt), said(office, copy="missing", missing="客户说已丢失"))
    assert Reversal.objects.get().copy_missing == "客户说已丢失"
    page = cashier.get(place(office, receipt, "receipt")).content.decode()
    assert "没有收回" in page and "客户说已丢失" in page


def test_a_supervisor_joins_the_shift_before_giving_cash_back(office, receipt):
    supervisor = make_user(community=office.community, role=Role.SUPERVISOR)
    browser = signed_in(supervisor)
    page = browser.get(place(office, receipt)).content.decode()
    assert "这一班里没有您" in page and "加入前台一本班" in page
    assert browser.post(place(office, receipt), said(office)).status_code == 422
    assert not Reversal.objects.exists()
    office.man(supervisor)
    assert browser.post(place(office, receipt), said(office)).status_code == 302


def test_each_address_has_its_permission(office, receipt):
    for role, void, red in (
        (Role.CLERK, 403, 403),
        (Role.CASHIER, 200, 403),
        (Role.SUPERVISOR, 200, 403),
        (Role.FINANCE, 403, 200),
        (Role.DIRECTOR, 403, 200),
        (Role.AUDITOR, 403, 403),
    ):
        browser = staff(office, role)
        assert browser.get(place(office, receipt)).status_code == void, role
        assert browser.get(place(office, receipt, "receipt-reversal")).status_code == red, role


def test_todays_receipt_is_not_reversed(office, receipt):
    finance = make_user(community=office.community, role=Role.FINANCE)
    office.man(finance)
    page = signed_in(finance).post(place(office, receipt, "receipt-reversal"), said(office))
    assert page.status_code == 422
    assert "没有作废收据的权限" in page.content.decode()
    assert not Reversal.objects.exists()


def test_yesterdays_receipt_is_reversed_by_finance_on_todays_books(office):
    yesterday, desk = timezone.now() - timedelta(days=1), Desk(name="前台二", prefix="B")
    desk.community = office.community
    desk.save()
    begin_shift(desk, by=office.cashier, at=yesterday)
    taking = cash_for(office.bills())
    receipt = take_payment(
        community=office.community,
        desk=desk,
        taking=taking,
        key=uuid4(),
        by=office.cashier,
        at=yesterday,
    )
    assert office.bills() == []
    voided = signed_in(office.cashier).post(place(office, receipt), said(office))
    assert "不能作废，只能红冲" in voided.content.decode()
    finance = make_user(community=office.community, role=Role.FINANCE)
    office.man(finance)
    browser = signed_in(finance)
    answer = browser.post(place(office, receipt, "receipt-reversal"), said(office))
    assert answer.status_code == 302
    made = Reversal.objects.get()
    today = business_date(timezone.now())
    assert (made.kind, made.desk, made.business_date) == ("red", office.desk, today)
    assert sum(bill.open_fen for bill in office.bills()) == taking.expected_fen
    printed = browser.post(place(office, receipt, "prints"), {"paper": "a5"})
    sheet = "".join(each.extract_text() for each in PdfReader(io.BytesIO(printed.content)).pages)
    assert "本收据已红冲" in sheet
    listed = browser.get(office.url("receipts")).content.decode()
    assert "红冲</span>" in listed


def test_another_communitys_receipt_is_not_there(office, receipt):
    theirs = make_office()
    url = theirs.url("receipt-void", receipt.desk_id, receipt.number)
    assert signed_in(theirs.cashier).get(url).status_code == 404
    assert signed_in(theirs.cashier).get(place(office, receipt)).status_code == 404


def test_who_may_not_is_told_who_does(office, receipt):
    clerk = staff(office, Role.CLERK)
    assert (
        "要作废这张收据的，请交收银、部门主管办理"
        in clerk.get(place(office, receipt, "receipt")).content.decode()
    )
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        for role in (Role.CLERK, Role.CASHIER):
            page = staff(office, role).get(place(office, receipt, "receipt")).content.decode()
            assert "要红冲这张收据的，请交管理中心主任、财务办理" in page
        allowed = staff(office, Role.FINANCE).get(place(office, receipt, "receipt"))
        assert "请交" not in allowed.content.decode()
