"""The printer at a desk: printings honest about what failed, an offset, forms counted down, a page to set it by."""

import io

import pytest
from django.db import ProgrammingError, transaction
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import staff
from guanjia.money.payments.models import DeskPrinter, PrintFailure, Receipt
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
MM = 72 / 25.4


@pytest.fixture
def receipt(office, cashier):
    cashier.post(office.url("payments"), office.paying())
    return Receipt.objects.get(community=office.community)


def print_it(office, client, receipt, paper="241x140"):
    address = office.url("prints", receipt.desk_id, receipt.number)
    return PdfReader(io.BytesIO(client.post(address, {"paper": paper}).content))


def fail(office, client, receipt, reason="jam"):
    address = office.url("print-faults", receipt.desk_id, receipt.number)
    return client.post(address, {"reason": reason}, follow=True).text


def place_of(page, word):
    """Return where ``word`` begins on the page, in points from the left and the bottom."""
    found = []

    def visit(text, cm, tm, _font, _size):
        if word in text:
            x, y = tm[4], tm[5]
            found.append((x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]))

    page.extract_text(visitor_text=visit)
    return found[0]


def test_a_jammed_sheet_is_reported_and_reprinted_under_its_own_number(office, cashier, receipt):
    print_it(office, cashier, receipt)
    page = fail(office, cashier, receipt)
    assert "已记下：第 1 次打印卡纸。按 P 用同一号码补打" in page
    assert '<span class="dot error"></span>卡纸' in page
    sheet = print_it(office, cashier, receipt).pages[0].extract_text()
    assert "补打" in sheet
    assert "第 2 次打印" in sheet
    assert receipt.full_number in sheet
    page = cashier.get(office.url("receipt", receipt.desk_id, receipt.number)).text
    assert "dot error" not in page
    assert page.count("卡纸</span>") == 1
    assert Receipt.objects.count() == 1
    entry = JournalEntry.objects.get(action="receipt.print.fail")
    assert (entry.after, entry.reason) == ({"nth": 1}, "卡纸")


def test_what_was_not_printed_or_is_reported_already_cannot_fail(office, cashier, receipt):
    assert "还没有打印过" in fail(office, cashier, receipt)
    print_it(office, cashier, receipt)
    fail(office, cashier, receipt)
    assert "已经记下没打好" in fail(office, cashier, receipt, "cut")
    assert "选择一个有效的选项" in fail(office, cashier, receipt, "melted")
    assert PrintFailure.objects.count() == 1


def test_a_failure_stays_as_it_was_written(office, cashier, receipt):
    print_it(office, cashier, receipt)
    fail(office, cashier, receipt)
    with pytest.raises(ProgrammingError), transaction.atomic():
        PrintFailure.objects.update(reason="cut")


def test_the_offset_moves_the_print_by_tenths_of_a_millimetre(office, cashier, receipt):
    left, bottom = place_of(print_it(office, cashier, receipt).pages[0], "缴款人")
    answer = cashier.post(office.url("printer-offset", office.desk.pk), {"dx": "-15", "dy": "8"})
    assert answer.status_code == 302
    moved = place_of(print_it(office, cashier, receipt).pages[0], "缴款人")
    assert moved[0] - left == pytest.approx(-1.5 * MM, abs=0.05)
    assert bottom - moved[1] == pytest.approx(0.8 * MM, abs=0.05)
    entry = JournalEntry.objects.get(action="printer.move")
    assert (entry.before, entry.after) == ({"dx": 0, "dy": 0}, {"dx": -15, "dy": 8})


@pytest.mark.parametrize("typed", ["", "abc", "9999", "1.5", "１e3"])
def test_an_offset_that_is_none_comes_back_as_typed(office, cashier, typed):
    answer = cashier.post(office.url("printer-offset", office.desk.pk), {"dx": typed, "dy": "0"})
    assert answer.status_code == 422
    assert "还不能提交" in answer.text
    assert not DeskPrinter.objects.exists()


def test_forms_are_counted_down_and_their_end_is_told_in_time(office, cashier, receipt):
    cashier.post(office.url("printer-paper", office.desk.pk), {"forms": "22"})
    assert "三联纸还剩 22 份" in cashier.get(office.url("workbench")).text
    print_it(office, cashier, receipt)
    print_it(office, cashier, receipt, paper="a5")  # not on the three-part form
    fail(office, cashier, receipt)
    print_it(office, cashier, receipt)
    page = cashier.get(office.url("workbench")).text
    assert '<span class="dot warn"></span>纸剩 20' in page
    assert DeskPrinter.objects.get().forms_left == 20


@pytest.mark.parametrize(("paper", "width"), [("241x140", 241), ("a5", 210)])
def test_the_test_page_has_rulers_and_says_the_offset(office, cashier, paper, width):
    cashier.post(office.url("printer-offset", office.desk.pk), {"dx": "12", "dy": "-3"})
    address = office.url("printer-test-page", office.desk.pk)
    answer = cashier.get(address, {"paper": paper})
    [page] = PdfReader(io.BytesIO(answer.content)).pages
    text = page.extract_text()
    assert float(page.mediabox.width) == pytest.approx(width * MM, abs=0.5)
    assert "打印测试页" in text
    assert "+1.2 mm" in text
    assert all(str(mark) in text for mark in range(30, 190, 10))


def test_the_picture_is_a_practice_receipt_of_nobody(office, cashier):
    answer = cashier.get(office.url("printer-sample", office.desk.pk))
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")
    assert not Receipt.objects.exists()


def test_a_clerk_without_a_desk_chooses_whose_printer_and_an_auditor_has_none(office):
    clerk = staff(office, Role.CLERK)
    assert office.url("printer", office.desk.pk) in clerk.get(office.url("printers")).text
    assert clerk.get(office.url("printer", office.desk.pk)).status_code == 200
    assert staff(office, Role.AUDITOR).get(office.url("printers")).status_code == 403
