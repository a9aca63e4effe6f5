"""What is refunded leaves the drawer, the shift, the day and their papers by the same sum as the ledger."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.money.closing.actions import close_day
from guanjia.money.closing.day_pdf import day_sheet
from guanjia.money.closing.days import books_of
from guanjia.money.closing.facts import facts_of
from guanjia.money.closing.handover_pdf import handover_sheet
from guanjia.money.closing.paper import Paper
from guanjia.money.closing.reads import closes_of, drawer_in_books, shifts_of, takings_in
from guanjia.money.closing.tests.factories import end_shift, the_shift
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.refunds.tests.factories import approve, ask, leave, pay

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = MORNING + timedelta(hours=8)


@pytest.fixture
def office(transactional_db):
    """An office that took 500 yuan, and gave back 120 in cash and 80 by a transfer."""
    office = make_office()
    receipt = leave(office, office.unit())
    pay(office, approve(ask(office, receipt, 120_00)))
    finance = make_user(community=office.community, role=Role.FINANCE)
    account = {"method": Method.TRANSFER, "account": "工行 6222020000001234"}
    pay(office, approve(ask(office, receipt, 80_00, **account)), reference="8801", by=finance)
    return office


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def money_in_the_ledger(office) -> int:
    lines = EntryLine.objects.filter(
        community=office.community, account__in=[Account.CASH, Account.BANK]
    )
    return sum(lines.values_list("amount_fen", flat=True))


def test_the_shift_counts_its_cash_refund_and_no_transfer(office):
    takings = takings_in(the_shift(office.desk))
    cash = takings.of(Method.CASH)
    assert (cash.in_fen, cash.refund_count, cash.refund_fen) == (500_00, 1, 120_00)
    assert (takings.refunds, takings.total_fen) == (1, 380_00)
    assert drawer_in_books(office.desk).fen == 380_00


def test_a_drawer_counted_without_the_refund_would_be_short(office):
    handover = end_shift(the_shift(office.desk), by=office.cashier, at=EVENING)
    assert (handover.difference_fen, handover.count.counted_fen) == (0, 380_00)
    (shift,) = shifts_of(office.community)
    sheet = words_of(handover_sheet(facts_of(shift), paper=Paper.A5, at=EVENING))
    for said in ("退款", "T000001", "张素珍", "-120.00", "380.00"):
        assert said in sheet, said
    assert "T000002" not in sheet


def test_the_day_has_both_and_its_total_is_the_ledgers(office):
    end_shift(the_shift(office.desk), by=office.cashier, at=EVENING)
    witness = make_user(community=office.community, role=Role.CLERK)
    day = MORNING.date()
    close_day(
        community=office.community,
        day=day,
        taken={},
        witness=witness,
        by=office.cashier,
        at=EVENING,
    )
    books = books_of(office.community, day)
    assert (books.refunded_fen, books.transferred_fen) == (200_00, 80_00)
    assert books.total_fen == money_in_the_ledger(office) == 300_00
    sheet = words_of(day_sheet(books, closes_of(office.community)[0], paper=Paper.A4, at=EVENING))
    for said in ("T000001", "T000002", "转账 8801", "转账退款", "-80.00", "300.00"):
        assert said in sheet, said
