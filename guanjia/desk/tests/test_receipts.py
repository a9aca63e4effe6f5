"""Receipts: found again, printed with the right figures, each printing counted."""

import io

import pytest
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.desk.views import receipts
from guanjia.money.payments.models import Receipt, ReceiptPrint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt(office, cashier):
    cashier.post(office.url("payments"), office.paying(tendered="800"))
    return Receipt.objects.get(community=office.community)


def place(office, receipt, route="receipt"):
    return office.url(route, receipt.desk_id, receipt.number)


def text_of(answer):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_the_sheet_carries_what_was_paid(office, cashier, receipt):
    answer = cashier.post(place(office, receipt, "prints"), {"paper": "241x140"})
    assert answer["Content-Type"] == "application/pdf"
    sheet = text_of(answer)
    for words in (
        "示例物业服务有限公司",
        "示例花园",
        "0000-1234567",
        "0007444",
        "3-2-1201",
        "张素珍（业主）",
        "每月 236.69 × 3 个月",
        "710.07",
        "柒佰壹拾元零柒分",
        "实收 800.00",
        "找零 89.93",
        "客户签字",
        "陈晓雯",
        "第 1 次打印",
    ):
        assert words in sheet, words


def test_each_printing_is_counted_and_told(office, cashier, receipt):
    cashier.post(place(office, receipt, "prints"), {"paper": "241x140"})
    again = cashier.post(place(office, receipt, "prints"), {"paper": "a5"})
    assert "第 2 次打印" in text_of(again)
    assert again["X-Times-Printed"] == "2"
    assert list(ReceiptPrint.objects.values_list("nth", "by")) == [
        (1, office.cashier.pk),
        (2, office.cashier.pk),
    ]


def test_a_sheet_that_could_not_be_drawn_is_not_counted(office, cashier, receipt, monkeypatch):
    monkeypatch.setattr(receipts, "render_pdf", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cashier.post(place(office, receipt, "prints"), {"paper": "241x140"})
    assert not ReceiptPrint.objects.filter(receipt=receipt).exists()


def test_only_a_new_receipt_prints_itself(office, cashier, receipt):
    address = place(office, receipt)
    assert "data-print-now" in cashier.get(f"{address}?print").content.decode()
    assert "data-print-now" not in cashier.get(address).content.decode()
    cashier.post(place(office, receipt, "prints"), {"paper": "a5"})
    page = cashier.get(f"{address}?print").content.decode()
    assert "data-print-now" not in page
    assert '<option value="a5" selected>' in page  # the paper is remembered


def test_looking_prints_nothing(office, cashier, receipt):
    assert cashier.get(place(office, receipt, "prints")).status_code == 405
    cashier.get(place(office, receipt))
    assert not ReceiptPrint.objects.exists()


def test_receipts_are_found_by_day_number_and_unit(office, cashier, receipt):
    for asked in (
        {},
        {"day": "2026-11-23"},
        {"number": "7444"},
        {"unit": "3栋2单元1201室"},
        {"desk": office.desk.pk},
    ):
        assert "0007444" in cashier.get(office.url("receipts"), asked).content.decode(), asked
    for asked in ({"day": "2026-11-22"}, {"number": "7445"}, {"unit": "3-2-1202"}):
        page = cashier.get(office.url("receipts"), asked).content.decode()
        assert "没有符合的收据" in page, asked
    assert "看不出房号" in cashier.get(office.url("receipts"), {"unit": "?"}).content.decode()


def test_a_list_of_receipts_costs_the_same_however_long(office, cashier):
    bills = office.bills()
    cashier.post(office.url("payments"), office.paying(bills[:1]))
    with statements() as short:
        cashier.get(office.url("receipts"))
    for bill in bills[1:]:
        cashier.post(office.url("payments"), office.paying([bill]))
    with statements() as long:
        cashier.get(office.url("receipts"))
    assert len(short) == len(long)


def test_who_may_look_may_not_always_print(office, receipt):
    auditor = staff(office, Role.AUDITOR)
    page = auditor.get(place(office, receipt)).content.decode()
    assert "710.07" in page
    assert "print-form" not in page
    assert auditor.post(place(office, receipt, "prints"), {"paper": "a5"}).status_code == 403


def test_receipts_of_another_community_do_not_exist(office, receipt):
    other = make_office()
    client = signed_in(other.cashier)
    assert client.get(place(office, receipt)).status_code == 404
    assert client.get(other.url("receipt", receipt.desk_id, receipt.number)).status_code == 404
    stolen = other.url("prints", receipt.desk_id, receipt.number)
    assert client.post(stolen, {"paper": "a5"}).status_code == 404
