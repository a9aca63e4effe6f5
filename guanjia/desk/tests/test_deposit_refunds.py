"""Deposits given back on screen: asked for at the household's tab, less what was agreed to, paid on a voucher that says so."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.core.calendar import business_date
from guanjia.desk.tests.office import staff, statements
from guanjia.desk.tests.test_refunds import words_of
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.tests.factories import kind_of
from guanjia.money.payments.rules import Deposit, Method, Tender
from guanjia.money.payments.taking import Taking, take_payment
from guanjia.money.refunds.models import Deduction, Refund, Voucher
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.models import Attachment, PersonalReveal

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"%PDF-1.7\n%%EOF"


def take(office, *kinds: str, fen: int = 2_000_00):
    """Take deposits in cash at the desk, and return their receipt."""
    deposits = tuple(Deposit(kind_of(office.community, kind).pk, fen) for kind in kinds)
    total = fen * len(kinds)
    return take_payment(
        community=office.community,
        desk=office.desk,
        taking=Taking(
            unit_id=office.unit.pk,
            deposits=deposits,
            tenders=(Tender(Method.CASH, total, total),),
            payer_name="张素珍",
            payer_capacity="业主",
        ),
        key=uuid4(),
        by=office.cashier,
        at=timezone.now(),
    )


@pytest.fixture
def receipt(office):
    return take(office, "装修押金")


@pytest.fixture
def held(receipt):
    return HeldDeposit.objects.get()


def asked(receipt, **changes: Any) -> dict[str, Any]:
    """Return what the dialog sends for the whole deposit on its receipt, its works looked over today."""
    sent = {
        "amount": "2000",
        "method": "cash",
        "account": "",
        "why": "装修完工",
        "words": "",
        "whose": "own",
        "payee_name": "张素珍",
        "payee_why": "",
        "identity_tail": "",
        "evidence": "receipt",
        "receipts": receipt.full_number,
        "loss": "",
        "checked_on": business_date(timezone.now()).isoformat(),
        "check_paper": "装修竣工验收单 2026-118",
        "deduct": "none",
        "consent": "",
        "key": uuid4(),
    }
    return sent | changes


def less(n: int = 1, fen: str = "350", why: str = "电梯厅墙面划伤") -> dict[str, Any]:
    """Return what else is sent where the office keeps something of it."""
    item = ChargeItem.objects.get(name="物业服务费")
    return {
        "deduct": "some",
        "consent": "扣款确认单，今日签字",
        f"deduct_item_{n}": item.pk,
        f"deduct_amount_{n}": fen,
        f"deduct_why_{n}": why,
    }


def ask(office, held, sent):
    return staff(office, Role.CLERK).post(office.url("deposit-refund", held.pk), sent)


@pytest.fixture
def approved(office, receipt, held):
    """A refund less 350 yuan that a clerk asked for on screen and the director approved."""
    ask(office, held, asked(receipt, **less()))
    made = Refund.objects.get()
    staff(office, Role.DIRECTOR).post(office.url("refund-approval", made.pk))
    return made


class TestTheTab:
    def test_whoever_may_ask_finds_the_button_and_what_was_asked(self, office, receipt, held):
        tab, place = (
            office.url("household-deposits", office.unit.key),
            office.url("deposit-refund", held.pk),
        )
        clerk = staff(office, Role.CLERK)
        assert place in clerk.get(tab).content.decode()
        assert place not in staff(office, Role.AUDITOR).get(tab).content.decode()
        ask(office, held, asked(receipt))
        page = clerk.get(tab).content.decode()
        assert place not in page  # nothing is free any more
        assert "办退款的" in page and "待批准" in page

    def test_however_many_were_asked_for_it_takes_as_many_statements(
        self, office, cashier, receipt, held
    ):
        tab = office.url("household-deposits", office.unit.key)
        ask(office, held, asked(receipt, amount="100"))
        cashier.get(tab)
        with statements() as few:
            cashier.get(tab)
        for _ in range(3):
            ask(office, held, asked(receipt, amount="100"))
        with statements() as more:
            cashier.get(tab)
        assert len(more) == len(few), more


class TestAsking:
    def test_it_is_asked_for_once_however_often_pressed(self, office, receipt, held):
        clerk, sent = staff(office, Role.CLERK), asked(receipt, **less())
        answers = [clerk.post(office.url("deposit-refund", held.pk), sent) for _ in range(2)]
        (made,) = Refund.objects.all()
        assert {a["Location"] for a in answers} == {office.url("refund", made.pk)}
        assert (made.amount_fen, made.deducted_fen, made.out_fen) == (2_000_00, 350_00, 1_650_00)
        assert (made.check_paper, made.consent) == (
            "装修竣工验收单 2026-118",
            "扣款确认单，今日签字",
        )
        assert Deduction.objects.get().reason == "电梯厅墙面划伤"

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"amount": "2000.01"}, "装修押金余额 2,000.00 元，不够退"),
            ({"receipts": "0009999"}, "不是这笔装修押金的收据"),
            ({"checked_on": ""}, "要先竣工验收"),
            ({"check_paper": ""}, "请填验收单的名称或编号"),
            ({"checked_on": "2020-01-01"}, "不在收押金那天"),
            ({"payee_name": "李四"}, "缴款人是张素珍"),
            ({"why": "其他"}, "请写明原因"),
        ],
    )
    def test_what_lacks_is_said_and_the_rest_kept(self, office, receipt, held, changes, why):
        answer = ask(office, held, asked(receipt, **changes))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert why in page and "data-open" in page
        assert not Refund.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"deduct_item_1": ""}, "请选扣款记到哪个项目"),
            ({"deduct_amount_1": ""}, "请填扣款金额"),
            ({"deduct_why_1": " "}, "请写明为什么扣"),
            ({"deduct_why_3": "另一处"}, "请选扣款记到哪个项目"),
            ({"consent": ""}, "要有客户签字的扣款单"),
            ({"deduct_amount_1": "2000.01"}, "超过这次退的"),
            ({"deduct_item_1": "0"}, "选择"),
        ],
    )
    def test_what_a_deduction_lacks_is_said_at_its_field(self, office, receipt, held, changes, why):
        answer = ask(office, held, asked(receipt, **less()) | changes)
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not Refund.objects.exists()

    def test_lines_left_from_a_change_of_mind_deduct_nothing(self, office, receipt, held):
        ask(office, held, asked(receipt, **less()) | {"deduct": "none"})
        assert Refund.objects.get().deducted_fen == 0

    def test_the_signed_page_opens_for_who_may_see_personal_data(self, office, receipt, held):
        page = SimpleUploadedFile("扣款单.pdf", PAPER)
        ask(office, held, asked(receipt, **less(), scan=page))
        scan = Attachment.objects.get()
        made = Refund.objects.get()
        director = staff(office, Role.DIRECTOR)
        shown = director.get(office.url("refund", made.pk)).content.decode()
        assert f"/files/{scan.pk}/" in shown
        assert not PersonalReveal.objects.exists()
        auditor = staff(office, Role.AUDITOR).get(office.url("refund", made.pk)).content.decode()
        assert f"/files/{scan.pk}/" not in auditor and "已存扫描件" in auditor

    def test_a_page_that_is_no_paper_is_told_at_its_field(self, office, receipt, held):
        page = SimpleUploadedFile("扣款单.pdf", b"MZ" + bytes(40))
        answer = ask(office, held, asked(receipt, **less(), scan=page))
        assert answer.status_code == 422
        assert not Refund.objects.exists() and not Attachment.objects.exists()

    def test_a_kind_without_works_asks_for_no_check(self, office):
        receipt = take(office, "钥匙押金", fen=50_00)
        held = HeldDeposit.objects.get()
        place = office.url("deposit-refund", held.pk)
        assert "验收日期" not in staff(office, Role.CLERK).get(place).content.decode()
        ask(office, held, asked(receipt, amount="50", why="证、钥匙已交回"))
        assert Refund.objects.get().checked_on is None


class TestDecidingAndPaying:
    def test_the_approver_sees_each_line_and_what_is_left(self, office, approved):
        page = staff(office, Role.DIRECTOR).get(office.url("refund", approved.pk)).content.decode()
        for words in ("退装修押金", "电梯厅墙面划伤", "350.00", "壹仟陆佰伍拾元整", "2026-118"):
            assert words in page, words

    def test_the_voucher_tells_the_deductions_and_asks_for_a_signature(
        self, office, cashier, approved
    ):
        place = office.url("refund-payment", approved.pk)
        assert "壹仟陆佰伍拾元整" in cashier.get(place).content.decode()
        cashier.post(place, {"desk": office.desk.pk, "key": uuid4()})
        assert Voucher.objects.get().amount_fen == 1_650_00
        sheet = words_of(cashier.get(office.url("refund-voucher", approved.pk)).content)
        for words in (
            "装修押金",
            "扣款合计",
            "350.00",
            "物业服务费：电梯厅墙面划伤",
            "扣款确认单，今日签字",
            "实退金额",
            "￥1,650.00",
            "收款人签字（同意扣款）",
            "装修竣工验收单 2026-118",
        ):
            assert words in sheet, words

    def test_where_all_is_kept_a_voucher_of_nothing_is_signed(self, office, cashier, receipt, held):
        ask(office, held, asked(receipt, **less(fen="2000")))
        made = Refund.objects.get()
        staff(office, Role.DIRECTOR).post(office.url("refund-approval", made.pk))
        place = office.url("refund-payment", made.pk)
        assert "没有钱要付" in cashier.get(place).content.decode()
        cashier.post(place, {"desk": office.desk.pk, "key": uuid4()})
        assert Voucher.objects.get().amount_fen == 0
        sheet = words_of(cashier.get(office.url("refund-voucher", made.pk)).content)
        assert "人民币零元整" in sheet

    def test_the_fullest_voucher_stays_on_one_page_a_copy(self, office, cashier, receipt, held):
        lines: dict[str, Any] = {}
        for n in range(1, 5):
            lines |= less(n, "100", "电梯厅墙面划伤，公共走道地砖破损两块")
        words = {
            "evidence": "loss",
            "receipts": "",
            "loss": "搬家时和其他单据一起遗失，已在家中找过",
            "identity_tail": "123x",
            "words": "三楼到五楼公共部位",
        }
        ask(office, held, asked(receipt, **lines, **words))
        made = Refund.objects.get()
        staff(office, Role.DIRECTOR).post(office.url("refund-approval", made.pk))
        cashier.post(
            office.url("refund-payment", made.pk), {"desk": office.desk.pk, "key": uuid4()}
        )
        pdf = cashier.get(office.url("refund-voucher", made.pk)).content
        assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
