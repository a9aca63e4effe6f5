"""The register of deposits: the ledger's figures for every span, by kind, each leading to the deposits behind it."""

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.desk.tests.office import signed_in
from guanjia.money.deposits.rules import MovementKind
from guanjia.money.deposits.tests.factories import (
    deposit,
    deposit_alone,
    draw,
    held_by,
    take_deposit,
)
from guanjia.money.ledger.actions import Line
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.tests.factories import make_office
from guanjia.records.models import JournalEntry
from guanjia.reports.carrying import pdf, workbook
from guanjia.reports.deposits import deposit_rows, deposits
from guanjia.reports.sheet import Sheet
from guanjia.reports.takings import Span

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
NEXT = MORNING + timedelta(days=1)
ONE, TWO = Span(first=TODAY, last=TODAY), Span(first=NEXT.date(), last=NEXT.date())
BOTH = Span(first=TODAY, last=NEXT.date())


@pytest.fixture
def office():
    """Three taken on one day; on the next one is partly drawn and one taken back."""
    office = make_office()
    first, second = office.unit(), office.unit()
    kept = take_deposit(office, first, 200_000)
    office.take(deposit_alone(second, deposit(office, 5_000, "钥匙押金", "北门")))
    gone = take_deposit(office, second, 100_000)
    office.take_back(gone, at=NEXT)
    draw(
        office,
        held_by(kept),
        {MovementKind.REFUNDED: 150_000, MovementKind.DEDUCTED: 20_000},
        Line(Account.CASH, -150_000),
        Line(Account.SERVICE_INCOME, -20_000),
        at=NEXT,
    )
    return office


def figures(sheet: Sheet) -> dict[object, tuple[object, ...]]:
    return {row.values[0]: row.values[1:] for row in sheet.rows}


def in_the_books(office, until: date) -> int:
    lines = EntryLine.objects.filter(
        community=office.community,
        account=Account.DEPOSITS_HELD,
        entry__business_date__lte=until,
    )
    return -(lines.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def test_each_kind_tells_what_was_held_came_in_and_went_out(office):
    # kind: how many taken, held before, taken, refunded, deducted, reversed, held after
    assert figures(deposits(office.community, ONE)) == {
        "装修押金": (2, 0, 300_000, 0, 0, 0, 300_000),
        "钥匙押金": (1, 0, 5_000, 0, 0, 0, 5_000),
    }
    assert figures(deposits(office.community, TWO)) == {
        "装修押金": (0, 300_000, 0, 150_000, 20_000, -100_000, 30_000),
        "钥匙押金": (0, 5_000, 0, 0, 0, 0, 5_000),
    }


@pytest.mark.parametrize("span", [ONE, TWO, BOTH])
def test_what_is_held_at_both_ends_is_the_ledgers(office, span):
    total = deposits(office.community, span).total
    assert total
    assert total.values[2] == in_the_books(office, span.first - timedelta(days=1))
    assert total.values[-1] == in_the_books(office, span.last)


@pytest.mark.parametrize("span", [ONE, TWO, BOTH])
def test_each_figure_is_the_sum_of_the_deposits_behind_it(office, span):
    for row in deposits(office.community, span).rows:
        assert row.query
        behind = deposit_rows(office.community, span, row.query["kind"]).total
        assert behind
        assert behind.values[6:] == row.values[2:]


def test_a_deposit_tells_its_receipt_unit_payer_and_purpose(office):
    rows = deposit_rows(office.community, BOTH, None).rows
    key = next(row.values for row in rows if row.values[4] == "钥匙押金")
    assert key[0] == TODAY
    assert key[1] == office.desk.prefix + f"{office.desk.first_number + 1:07}"
    assert (key[3], key[5], key[-1]) == ("张素珍", "北门", 5_000)


def test_one_that_was_gone_before_the_span_is_left_out(office):
    later = Span(first=NEXT.date() + timedelta(days=1), last=NEXT.date() + timedelta(days=9))
    assert len(deposit_rows(office.community, later, None).rows) == 2
    assert len(deposit_rows(office.community, TWO, None).rows) == 3


def test_another_communitys_are_not_this_ones(office):
    other = make_office()
    assert deposits(other.community, BOTH).rows == []
    assert deposit_rows(other.community, BOTH, None).rows == []


def test_it_is_carried_out_as_workbook_and_paper_which_leaves_a_trace(office):
    finance = make_user(community=office.community, role=Role.FINANCE)
    browser, base = signed_in(finance), f"/{office.community.code}/reports/deposits/"
    page = browser.get(f"{base}?first={ONE.first}&last={TWO.last}").content.decode()
    assert "装修押金" in page
    assert f"each/?first={ONE.first}" in page
    for address in (base, f"{base}each/"):
        for form in ("xlsx", "pdf"):
            assert browser.post(address, {"format": form}).status_code == 200
    assert JournalEntry.objects.filter(action="report.export").count() == 4
    sheet = deposit_rows(office.community, BOTH, None)
    assert workbook(sheet, office.community)
    assert pdf(sheet, office.community, by="财务", at=timezone.now()).startswith(b"%PDF")


def test_who_reads_no_ledger_reads_no_register(office):
    browser = signed_in(make_user(community=office.community, role=Role.CASHIER))
    assert browser.get(f"/{office.community.code}/reports/deposits/").status_code == 403
