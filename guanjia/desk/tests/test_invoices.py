"""Invoices on screen: what a receipt and an invoice tell, who may do what, and what each press leaves behind."""

import io
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import signed_in, staff, statements
from guanjia.money.invoices.models import Document, Invoice
from guanjia.money.payments.models import Receipt, Reversal
from guanjia.records.models import Attachment, JournalEntry, PersonalReveal

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "26352000000000000001"
FIRM = {
    "title_kind": "organisation",
    "title": "示例商贸有限公司",
    "tax_number": "91350200MA0000001W",
    "send_to": "piao@example.com",
}


def asked(**changes):
    """Return what the dialog sends for a person."""
    sent = {"title_kind": "person", "title": "张素珍", "tax_number": "", "send_to": ""}
    return {**sent, "key": uuid4(), **changes}


def issued(**changes):
    """Return what finance copies from the invoice of one month."""
    return {"number": NUMBER, "issued_on": "2026-11-23", "amount": "236.69", **changes}


def address(office, receipt, route="receipt"):
    return office.url(route, receipt.desk_id, receipt.number)


def pay(office, cashier, count=1):
    cashier.post(office.url("payments"), office.paying(office.bills()[:count]))
    return Receipt.objects.latest("pk")


@pytest.fixture
def receipt(office, cashier):
    return pay(office, cashier)


@pytest.fixture
def invoice(office, receipt):
    """An invoice that a clerk asked for on screen."""
    staff(office, Role.CLERK).post(address(office, receipt, "invoice-new"), asked(**FIRM))
    return Invoice.objects.get()


@pytest.fixture
def finance(office):
    return staff(office, Role.FINANCE)


@pytest.fixture
def recorded(office, invoice, finance):
    finance.post(office.url("invoice-record", invoice.pk), issued())
    invoice.refresh_from_db()
    assert invoice.state == "recorded"
    return invoice


class TestAtTheReceipt:
    def test_it_says_that_there_is_none_and_how_to_ask(self, office, cashier, receipt):
        page = cashier.get(address(office, receipt)).content.decode()
        for words in ("未开票", "236.69", "开票登记", address(office, receipt, "invoice-new")):
            assert words in page, words

    def test_it_is_asked_for_once_however_often_pressed(self, office, cashier, receipt):
        sent = asked()
        where = address(office, receipt, "invoice-new")
        answers = [cashier.post(where, sent) for _ in range(2)]
        assert {answer["Location"] for answer in answers} == {address(office, receipt)}
        (made,) = Invoice.objects.all()
        assert (made.amount_fen, made.title, made.tax_number) == (236_69, "张素珍", "")
        page = cashier.get(address(office, receipt)).content.decode()
        assert "待开票" in page
        assert office.url("invoice", made.pk) in page

    def test_several_receipts_of_the_payer_go_together(self, office, cashier, receipt):
        other = pay(office, cashier)
        where = address(office, receipt, "invoice-new")
        assert other.full_number in cashier.get(where).content.decode()
        sent = asked(others=[other.pk])
        assert [cashier.post(where, sent).status_code for _ in range(2)] == [302, 302]
        assert Invoice.objects.get().amount_fen == 2 * 236_69

    @pytest.mark.usefixtures("invoice")
    def test_the_next_one_is_asked_for_under_the_last_name(self, office, cashier):
        later = pay(office, cashier)
        where = address(office, later, "invoice-new")
        page = cashier.get(where).content.decode()
        for words in (FIRM["title"], FIRM["tax_number"], "p**@example.com"):
            assert words in page, words
        assert FIRM["send_to"] not in page
        cashier.post(where, asked(**{**FIRM, "send_to": ""}))
        assert Invoice.objects.latest("pk").send_to == FIRM["send_to"]

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"title": ""}, "请填客户要的发票抬头"),
            ({**FIRM, "tax_number": "91350200MA0000001E"}, "校验位不对"),
            ({"send_to": "12345"}, "不是手机号或邮箱"),
            ({"title_kind": "x"}, "抬头"),
            ({"key": "x"}, "UUID"),
        ],
    )
    def test_what_lacks_is_said_and_the_rest_kept(self, office, cashier, receipt, changes, why):
        answer = cashier.post(address(office, receipt, "invoice-new"), asked(**changes))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert why in page and "data-open" in page
        assert not Invoice.objects.exists()

    def test_a_number_typed_as_somebody_writes_it_is_kept_in_one_way(
        self, office, cashier, receipt
    ):
        sent = asked(send_to="139 1234 5520")
        cashier.post(address(office, receipt, "invoice-new"), sent)
        assert Invoice.objects.get().send_to == "13912345520"

    def test_a_receipt_of_nothing_to_invoice_says_so(self, office, cashier):
        receipt = office.prepay(100_00)
        page = cashier.get(address(office, receipt)).content.decode()
        assert "没有可以开票的费用" in page
        assert address(office, receipt, "invoice-new") not in page
        told = cashier.get(address(office, receipt, "invoice-new")).content.decode()
        assert "收的是押金、预存或代收代付款" in told

    def test_who_only_reads_is_told_who_asks(self, office, receipt):
        page = staff(office, Role.AUDITOR).get(address(office, receipt)).content.decode()
        assert "由前台、收银、主管或财务申请" in page


class TestRecording:
    def test_finance_is_told_on_the_workbench_and_finds_it_in_the_list(
        self, office, invoice, finance
    ):
        page = finance.get(office.url("workbench")).content.decode()
        assert "有 1 张发票等您开出并登记" in page
        listed = finance.get(office.url("invoices")).content.decode()
        assert office.url("invoice", invoice.pk) in listed
        page = finance.get(office.url("invoice", invoice.pk)).content.decode()
        for words in (FIRM["title"], FIRM["tax_number"], "p**@example.com", "登记开票"):
            assert words in page, words

    def test_where_it_goes_is_shown_to_who_sends_it_and_leaves_a_trace(
        self, office, invoice, finance
    ):
        page = finance.get(office.url("invoice-record", invoice.pk)).content.decode()
        assert FIRM["send_to"] in page
        (seen,) = PersonalReveal.objects.all()
        assert (seen.field, seen.subject_id) == ("send_to", invoice.pk)

    def test_two_presses_record_one_and_the_receipt_says_so(
        self, office, cashier, receipt, invoice, finance
    ):
        where, sent = (
            office.url("invoice-record", invoice.pk),
            issued(number=f"{NUMBER[:8]} {NUMBER[8:]}"),
        )
        answers = [finance.post(where, sent) for _ in range(2)]
        assert {a["Location"] for a in answers} == {office.url("invoice", invoice.pk)}
        assert Document.objects.get().number == NUMBER
        page = cashier.get(address(office, receipt)).content.decode()
        assert "已开票" in page and NUMBER in page

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"number": "123"}, "不是 20 位数字"),
            ({"amount": "236.70"}, "与申请的 236.69 元不同"),
            ({"amount": "x"}, "金额"),
            ({"issued_on": "2026-11-24"}, "在今天之后"),
        ],
    )
    def test_what_can_not_be_is_said(self, office, invoice, finance, changes, why):
        answer = finance.post(office.url("invoice-record", invoice.pk), issued(**changes))
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert not Document.objects.exists()

    @pytest.mark.parametrize(
        ("content", "kind"), [(b"%PDF-1.7\n%%EOF", "pdf"), (b"<?xml version='1.0'?><x/>", "xml")]
    )
    def test_its_file_is_kept_with_it_and_handed_out(
        self, office, cashier, invoice, finance, content, kind
    ):
        file = SimpleUploadedFile(f"发票.{kind}", content)
        finance.post(office.url("invoice-record", invoice.pk), issued(file=file))
        kept = Document.objects.get().attachment
        assert kept.kind == kind
        page = cashier.get(office.url("invoice", invoice.pk)).content.decode()
        address = reverse("records:attachment", args=[office.community.code, kept.pk])
        assert address in page
        assert b"".join(cashier.get(address).streaming_content) == content

    def test_another_file_is_told_at_its_field_and_nothing_is_recorded(
        self, office, invoice, finance
    ):
        file = SimpleUploadedFile("发票.pdf", b"MZ")
        answer = finance.post(office.url("invoice-record", invoice.pk), issued(file=file))
        assert answer.status_code == 422
        assert "只收税务平台下载的" in answer.content.decode()
        assert not Document.objects.exists()
        assert not Attachment.objects.exists()

    def test_it_is_given_back_with_a_reason(self, office, invoice, finance):
        where = office.url("invoice-rejection", invoice.pk)
        assert finance.post(where, {"rejection-reason": ""}).status_code == 422
        finance.post(where, {"rejection-reason": "税号与抬头不符"})
        page = finance.get(office.url("invoice", invoice.pk)).content.decode()
        assert "税号与抬头不符" in page and "已退回" in page

    def test_who_asked_withdraws_it(self, office, receipt):
        clerk = signed_in(make_user(community=office.community, role=Role.CLERK))
        clerk.post(address(office, receipt, "invoice-new"), asked())
        invoice = Invoice.objects.get()
        assert "撤回申请" in clerk.get(office.url("invoice", invoice.pk)).content.decode()
        clerk.post(office.url("invoice-withdrawal", invoice.pk), {"withdrawal-reason": "不要了"})
        invoice.refresh_from_db()
        assert invoice.state == "withdrawn"

    def test_the_red_one_frees_the_receipt(self, office, cashier, receipt, recorded, finance):
        where = office.url("invoice-reversal", recorded.pk)
        assert "登记红冲" in finance.get(where).content.decode()
        red = {"number": NUMBER[:-1] + "2", "issued_on": "2026-11-23", "reason": "抬头开错"}
        assert finance.post(where, {**red, "reason": ""}).status_code == 422
        finance.post(where, red)
        page = finance.get(office.url("invoice", recorded.pk)).content.decode()
        assert "已红冲" in page and red["number"] in page
        assert "开票登记" in cashier.get(address(office, receipt)).content.decode()

    def test_a_clerk_does_not_record(self, office, invoice):
        clerk = staff(office, Role.CLERK)
        page = clerk.get(office.url("invoice", invoice.pk)).content.decode()
        assert office.url("invoice-record", invoice.pk) not in page
        assert clerk.get(office.url("invoice-record", invoice.pk)).status_code == 403


class TestTheList:
    def test_it_shows_what_has_no_invoice_yet(self, office, cashier, receipt):
        page = cashier.get(office.url("invoices"), {"state": "none"}).content.decode()
        assert address(office, receipt) in page
        assert address(office, receipt, "invoice-new") in page
        staff(office, Role.CLERK).post(address(office, receipt, "invoice-new"), asked())
        page = cashier.get(office.url("invoices"), {"state": "none"}).content.decode()
        assert address(office, receipt) not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, False),
            ({"state": "recorded"}, True),
            ({"state": "all"}, True),
            ({"state": "all", "words": NUMBER}, True),
            ({"state": "all", "words": "别家"}, False),
            ({"state": "all", "since": "2026-11-24"}, False),
            ({"state": "reversed"}, False),
        ],
    )
    def test_it_finds_by_state_name_number_and_day(self, office, finance, recorded, query, found):
        page = finance.get(office.url("invoices"), query).content.decode()
        assert (office.url("invoice", recorded.pk) in page) is found

    def test_what_cannot_be_read_is_said(self, office, finance):
        query = {"state": "x", "since": "2026-11-24", "until": "2026-11-23", "page": "z"}
        answer = finance.get(office.url("invoices"), query)
        assert answer.status_code == 200
        assert "在“到”之后" in answer.content.decode()

    @pytest.mark.parametrize("state", ["none", "all"])
    def test_however_many_there_are_it_takes_as_many_statements(
        self, office, cashier, finance, receipt, state
    ):
        where = office.url("invoices"), {"state": state}
        if state == "all":
            cashier.post(address(office, receipt, "invoice-new"), asked())
        finance.get(*where)
        with statements() as few:
            finance.get(*where)
        later = pay(office, cashier)
        if state == "all":
            cashier.post(address(office, later, "invoice-new"), asked())
        with statements() as more:
            finance.get(*where)
        assert len(more) == len(few), more


class TestCarriedOut:
    def rows(self, office, finance, **query):
        address = f"{office.url('invoices-workbook')}?{urlencode(query)}"
        answer = finance.post(address, {"format": "xlsx"})
        book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        return book.get_sheet_by_index(0).to_python()

    @pytest.mark.usefixtures("recorded")
    def test_what_is_listed_comes_as_a_workbook_and_leaves_a_trace(self, office, finance):
        rows = self.rows(office, finance, state="recorded")
        assert "已开票" in rows[1][0]
        (row,) = [row for row in rows if NUMBER in row]
        assert FIRM["title"] in row and FIRM["tax_number"] in row and 236.69 in row
        assert JournalEntry.objects.filter(action="report.export", after__rows=1).count() == 1

    def test_so_does_what_has_no_invoice_yet(self, office, finance, receipt):
        rows = self.rows(office, finance, state="none")
        (row,) = [row for row in rows if receipt.full_number in row]
        assert row.count(236.69) == 2

    def test_a_clerk_carries_nothing_out(self, office):
        assert staff(office, Role.CLERK).post(office.url("invoices-workbook")).status_code == 403


class TestOnTheReceipts:
    def test_the_list_says_how_far_each_has_come(self, office, cashier, invoice, finance):
        def shown():
            page = cashier.get(office.url("receipts")).content.decode()
            return next(w for w in ("待开票", "已开票", "未开票") if w in page)

        assert shown() == "待开票"
        finance.post(office.url("invoice-record", invoice.pk), issued())
        assert shown() == "已开票"
        finance.post(
            office.url("invoice-reversal", invoice.pk),
            {"number": NUMBER[:-1] + "2", "issued_on": "2026-11-23", "reason": "抬头开错"},
        )
        assert shown() == "未开票"

    @pytest.mark.parametrize("paper", ["241x140", "a5"])
    def test_a_sheet_printed_later_bears_the_number(
        self, office, cashier, receipt, invoice, finance, paper
    ):
        def printed():
            pdf = cashier.post(address(office, receipt, "prints"), {"paper": paper}).content
            pages = PdfReader(io.BytesIO(pdf)).pages
            return len(pages), "".join(page.extract_text() for page in pages)

        before = printed()
        assert "本收据不是发票" in before[1]
        finance.post(office.url("invoice-record", invoice.pk), issued())
        after = printed()
        assert after[0] == before[0]
        assert f"发票已开：{NUMBER}" in after[1]


class TestTakingTheReceiptBack:
    def test_the_dialog_says_that_an_invoice_stands_and_leads_there(
        self, office, cashier, receipt, invoice
    ):
        void = address(office, receipt, "receipt-void")
        page = cashier.get(void).content.decode()
        assert "先撤回开票申请" in page
        assert page.count(office.url("invoice", invoice.pk)) > 1
        sent = {"desk": office.desk.pk, "why": "收错了户", "copy": "returned"}
        assert cashier.post(void, sent).status_code == 422
        assert not Reversal.objects.exists()

    def test_withdrawn_it_is_voided(self, office, cashier, receipt, invoice):
        where = office.url("invoice-withdrawal", invoice.pk)
        cashier.post(where, {"withdrawal-reason": "收错了户"})
        sent = {"desk": office.desk.pk, "why": "收错了户", "copy": "returned"}
        cashier.post(address(office, receipt, "receipt-void"), sent)
        assert Reversal.objects.count() == 1
        page = cashier.get(address(office, receipt)).content.decode()
        assert "收据已作废或红冲，不开票" in page
