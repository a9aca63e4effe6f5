"""Prepayments and refunds on screen: what the pages tell, who may do what, and what each press leaves behind."""

import io
from uuid import uuid4

import pytest
from django.utils import timezone
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.refunds import masked
from guanjia.desk.tests.office import signed_in, staff, statements
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_tenure, make_unit
from guanjia.money.closing.tests.factories import bank
from guanjia.money.prepayments.models import Prepayment, Transfer
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.states import RefundState
from guanjia.records.models import PersonalReveal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt(office):
    return office.prepay(500_00)


@pytest.fixture
def kept(receipt):
    return Prepayment.objects.get()


def asked(receipt, **changes):
    """Return what the dialog sends for 200 yuan in cash on the original receipt."""
    sent = {
        "amount": "200",
        "method": "cash",
        "account": "",
        "why": "多存了",
        "words": "",
        "whose": "own",
        "payee_name": "张素珍",
        "payee_why": "",
        "identity_tail": "",
        "evidence": "receipt",
        "receipts": receipt.full_number,
        "loss": "",
        "key": uuid4(),
    }
    return sent | changes


@pytest.fixture
def request_(office, receipt, kept):
    """A refund that a clerk asked for on screen."""
    staff(office, Role.CLERK).post(office.url("refund-new", kept.pk), asked(receipt))
    return Refund.objects.get()


@pytest.fixture
def approved(office, request_):
    staff(office, Role.DIRECTOR).post(office.url("refund-approval", request_.pk))
    request_.refresh_from_db()
    assert request_.state == RefundState.APPROVED
    return request_


def words_of(pdf: bytes) -> str:
    """Return what is printed, lines joined: a long word may break anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


class TestTheTab:
    def test_it_tells_what_is_left_what_moved_and_in_which_order_it_is_used(
        self, office, cashier, receipt
    ):
        page = cashier.get(office.url("household-prepayments", office.unit.key)).content.decode()
        for words in (
            "张素珍",
            "500.00",
            "存入",
            receipt.full_number,
            "最早到期的先抵",
            "申请退款",
        ):
            assert words in page, words

    @pytest.mark.usefixtures("kept")
    def test_however_much_moved_it_takes_as_many_statements(self, office, cashier):
        tab = office.url("household-prepayments", office.unit.key)
        cashier.get(tab)
        with statements() as few:
            cashier.get(tab)
        for _ in range(3):
            office.prepay(100_00)
        with statements() as more:
            cashier.get(tab)
        assert len(more) == len(few), more

    def test_without_any_it_says_how_some_comes(self, office, cashier):
        page = cashier.get(office.url("household-prepayments", office.unit.key)).content.decode()
        assert "还没有预存" in page


class TestAsking:
    def test_it_is_asked_for_once_however_often_pressed(self, office, receipt, kept):
        clerk, sent = staff(office, Role.CLERK), asked(receipt)
        answers = [clerk.post(office.url("refund-new", kept.pk), sent) for _ in range(2)]
        (made,) = Refund.objects.all()
        assert {a["Location"] for a in answers} == {office.url("refund", made.pk)}
        assert (made.amount_fen, made.reason, made.state) == (200_00, "多存了", "requested")

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"amount": ""}, "这个字段是必填项"),
            ({"amount": "500.01"}, "不够退 500.01"),
            ({"receipts": "0009999"}, "不是这笔预存的收据"),
            ({"why": "其他"}, "请写明原因"),
            ({"method": "transfer"}, "收款账户"),
            ({"identity_tail": "12"}, "末四位"),
            ({"whose": "another", "payee_why": "女儿"}, "没有核对代领人的证件"),
            ({"evidence": "loss", "identity_tail": "123x"}, "怎样遗失"),
            ({"key": "x"}, "UUID"),
        ],
    )
    def test_what_lacks_is_said_and_the_rest_kept(self, office, receipt, kept, changes, why):
        sent = asked(receipt, **changes)
        answer = staff(office, Role.CLERK).post(office.url("refund-new", kept.pk), sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert why in page and "data-open" in page
        assert not Refund.objects.exists()


class TestDeciding:
    def test_the_queue_leads_there_and_the_approver_is_told_on_the_workbench(
        self, office, request_
    ):
        director = staff(office, Role.DIRECTOR)
        assert "有 1 笔退款等您批准" in director.get(office.url("workbench")).content.decode()
        listed = director.get(office.url("refunds"), {"state": "requested"}).content.decode()
        assert office.url("refund", request_.pk) in listed
        page = director.get(office.url("refund", request_.pk)).content.decode()
        for words in ("贰佰元整", "张素珍", "批准退款", "等主管、财务或主任批准"):
            assert words in page, words

    def test_who_asked_is_told_that_another_approves(self, office, receipt, kept):
        supervisor = staff(office, Role.SUPERVISOR)
        supervisor.post(office.url("refund-new", kept.pk), asked(receipt))
        made = Refund.objects.get()
        page = supervisor.get(office.url("refund", made.pk)).content.decode()
        assert "不能自己批准" in page and "批准退款" not in page
        supervisor.post(office.url("refund-approval", made.pk))
        made.refresh_from_db()
        assert made.state == "requested"

    @pytest.mark.parametrize(
        ("route", "role", "state"),
        [
            ("refund-refusal", Role.DIRECTOR, "refused"),
            ("refund-withdrawal", Role.CLERK, "withdrawn"),
        ],
    )
    def test_no_without_a_reason(self, office, request_, route, role, state):
        browser, name = staff(office, role), f"{route.removeprefix('refund-')}-reason"
        answer = browser.post(office.url(route, request_.pk), {name: " "})
        assert answer.status_code == 422 and "请写明原因" in answer.content.decode()
        assert browser.post(office.url(route, request_.pk), {name: "签字不符"}).status_code == 302
        request_.refresh_from_db()
        assert request_.state == state
        assert "签字不符" in browser.get(office.url("refund", request_.pk)).content.decode()
        assert Prepayment.objects.get().held_fen == 0


class TestPaying:
    def test_in_cash_once_and_on_paper(self, office, cashier, approved):
        place = office.url("refund-payment", approved.pk)
        page = cashier.get(place).content.decode()
        assert "贰佰元整" in page and "请当面点清" in page
        sent = {"desk": office.desk.pk, "key": uuid4()}
        answers = [cashier.post(place, sent) for _ in range(2)]
        assert {a["Location"] for a in answers} == {office.url("refund", approved.pk)}
        assert Voucher.objects.get().desk == office.desk
        printed = cashier.get(office.url("refund-voucher", approved.pk))
        sheet = words_of(printed.content)
        for words in ("T000001", "张素珍", "人民币贰佰元整", "￥200.00", "收款人签字", "多存了"):
            assert words in sheet, words

    def test_a_lost_receipt_is_declared_on_the_voucher(self, office, cashier, receipt, kept):
        words = {"evidence": "loss", "receipts": "", "loss": "搬家时丢了", "identity_tail": "123x"}
        staff(office, Role.CLERK).post(office.url("refund-new", kept.pk), asked(receipt, **words))
        made = Refund.objects.get()
        staff(office, Role.DIRECTOR).post(office.url("refund-approval", made.pk))
        sent = {"desk": office.desk.pk, "key": uuid4()}
        cashier.post(office.url("refund-payment", made.pk), sent)
        printed = cashier.get(office.url("refund-voucher", made.pk))
        sheet = words_of(printed.content)
        assert "搬家时丢了" in sheet and "123X" in sheet

    def test_whoever_is_not_in_the_shift_joins_first(self, office, approved):
        other = make_user(community=office.community, role=Role.CASHIER)
        browser, place = signed_in(other), office.url("refund-payment", approved.pk)
        page = browser.get(place).content.decode()
        assert "没有您" in page and "加入前台一本班" in page
        sent = {"desk": office.desk.pk, "key": uuid4()}
        assert browser.post(place, sent).status_code == 422
        office.man(other)
        assert browser.post(place, sent).status_code == 302

    def test_more_than_lies_in_the_drawer_is_not_paid_there(self, office, cashier, approved):
        place = office.url("refund-payment", approved.pk)
        sent = {"desk": office.desk.pk, "key": uuid4()}
        assert "请当面点清" in cashier.get(place).content.decode()
        bank(office.desk, 300_01, by=office.cashier, at=timezone.now())
        for answer in (cashier.post(place, sent), cashier.get(place)):
            assert "现金不够退" in answer.content.decode()
        assert not Voucher.objects.exists()

    def test_by_transfer_finance_sees_the_account_which_leaves_a_trace(self, office, receipt, kept):
        words = {"method": "transfer", "account": "工行武平支行 6222020000001234"}
        staff(office, Role.CLERK).post(office.url("refund-new", kept.pk), asked(receipt, **words))
        made = Refund.objects.get()
        staff(office, Role.DIRECTOR).post(office.url("refund-approval", made.pk))
        finance = staff(office, Role.FINANCE)
        page = finance.get(office.url("refund", made.pk)).content.decode()
        assert "6222020000001234" not in page and "1234" in page
        assert not PersonalReveal.objects.exists()
        place = office.url("refund-transfer", made.pk)
        assert "6222020000001234" in finance.get(place).content.decode()
        assert PersonalReveal.objects.get().field == "account"
        assert finance.post(place, {"reference": "", "key": uuid4()}).status_code == 422
        assert finance.post(place, {"reference": "88", "key": uuid4()}).status_code == 302
        assert Voucher.objects.get().reference == "88"

    def test_each_way_has_its_permission(self, office, approved):
        for role, cash, transfer in (
            (Role.CLERK, 403, 403),
            (Role.CASHIER, 200, 403),
            (Role.SUPERVISOR, 403, 403),
            (Role.DIRECTOR, 403, 403),
            (Role.FINANCE, 200, 200),
            (Role.AUDITOR, 403, 403),
        ):
            browser = staff(office, role)
            assert browser.get(office.url("refund-payment", approved.pk)).status_code == cash, role
            assert (
                browser.get(office.url("refund-transfer", approved.pk)).status_code == transfer
            ), role

    def test_what_is_not_paid_has_no_voucher(self, office, cashier, approved):
        assert cashier.get(office.url("refund-voucher", approved.pk)).status_code == 404


class TestMoving:
    @pytest.fixture
    def space(self, office):
        household = Household.objects.create(community=office.community, name="张素珍")
        office.unit.household, office.unit.leads_household = household, True
        office.unit.save()
        return make_unit(community=office.community, number="车位B1-213", household=household)

    def test_to_a_unit_of_the_household_once(self, office, cashier, space, kept):
        sent = {"to": "车位B1-213", "amount": "200", "reason": "存错了", "key": uuid4()}
        for _ in range(2):
            answer = cashier.post(office.url("prepayment-transfer", kept.pk), sent)
            assert answer["Location"] == office.url("household-prepayments", office.unit.key)
        assert Transfer.objects.count() == 1
        balances = dict(Prepayment.objects.values_list("unit", "balance_fen"))
        assert balances == {office.unit.pk: 300_00, space.pk: 200_00}

    def test_to_another_unit_that_the_same_person_answers_for(self, office, cashier, kept):
        second = make_unit(community=office.community, number="3-2-1202")
        make_tenure(unit=second, party=office.owner)
        sent = {"to": "3-2-1202", "amount": "200", "reason": "两套房", "key": uuid4()}
        assert cashier.post(office.url("prepayment-transfer", kept.pk), sent).status_code == 302

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"to": "3-2-1202"}, "不在同一户"),
            ({"to": "9-9-9999"}, "没有这个房号"),
            ({"to": "3-2-1201"}, "就是这处房屋"),
            ({"amount": "0"}, "大于零"),
            ({"amount": "600"}, "只有 500.00"),
            ({"reason": " "}, "这个字段是必填项"),
        ],
    )
    @pytest.mark.usefixtures("space")
    def test_what_may_not_be_is_said(self, office, cashier, kept, changes, why):
        make_tenure(unit=make_unit(community=office.community, number="3-2-1202"))
        sent = {"to": "车位B1-213", "amount": "200", "reason": "存错了", "key": uuid4()} | changes
        answer = cashier.post(office.url("prepayment-transfer", kept.pk), sent)
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not Transfer.objects.exists()


def test_of_an_account_only_the_last_four_digits_are_shown():
    assert masked("工行 6222020000001234") == "工行 ••••••••••••1234"
    assert masked("") == ""
