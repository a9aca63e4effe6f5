"""Every figure of a report is the ledger's, and leads to the rows it is made of."""

import io
import re
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.calendar import business_date
from guanjia.desk.tests.office import signed_in
from guanjia.estate.tests.factories import make_tenure
from guanjia.money.bills.actions import reduce_bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.deposits.tests.factories import take_deposit
from guanjia.money.discounts.rules import DiscountKind, Share
from guanjia.money.discounts.tests.factories import a_rule, granted
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.money.refunds.tests.factories import approve, ask, ask_deposit, keep, pay
from guanjia.records.models import JournalEntry
from guanjia.reports.ageing import ageing
from guanjia.reports.balance import account_lines, trial_balance
from guanjia.reports.bill_rows import Choice, bill_rows
from guanjia.reports.carrying import pdf, workbook
from guanjia.reports.places import Group
from guanjia.reports.rates import rates
from guanjia.reports.sheet import Sheet
from guanjia.reports.takings import By, Span, taking_rows, takings

pytestmark = pytest.mark.django_db
TODAY = business_date(MORNING)
TODAY_ONLY = Span(first=TODAY, last=TODAY)
NOVEMBER = Span(first=TODAY.replace(day=1), last=TODAY.replace(day=30))
FEE = 23669


@pytest.fixture
def books():
    """Three units of two months: one paid by two methods, one voided and discounted, one paid in part and ahead."""
    office = make_office()
    units = [office.unit() for _ in range(3)]
    for unit in units:
        make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR)
    first, second, third = units
    rule = a_rule(office, kind=DiscountKind.OTHER, name="八五折", share=Share(None, 3_669))
    granted(rule, second, NOVEMBER.first)
    for month in ("2026-10", "2026-11"):
        office.bill(month)
    parts = (
        Tender(Method.CASH, 10_000, 10_000),
        Tender(Method.POS, 2 * FEE - 10_000, reference="1"),
    )
    office.pay(office.owed(first), tenders=parts)
    office.take_back(office.pay(office.owed(second)[:1]))
    more = {"amount_fen": FEE + 5_000, "tendered_fen": FEE + 5_000}
    ahead = office.pay(office.owed(third)[:1], prepay_fen=5_000, tender=more)
    pay(office, approve(ask(office, ahead, 1_000)))
    account = {"method": Method.TRANSFER, "account": "工行 6222020000001234"}
    pay(office, approve(ask(office, ahead, 500, **account)), reference="8801")
    take_deposit(office, first)
    back = ask_deposit(office, take_deposit(office, second), 50_000, **keep(office, 10_000))
    pay(office, approve(back))
    return office, units


def column(sheet: Sheet, label: str) -> dict[str, object]:
    place = [column.label for column in sheet.columns].index(label)
    return {str(row.values[0]): row.values[place] for row in sheet.rows}


def total(sheet: Sheet, label: str) -> object:
    assert sheet.total
    return sheet.total.values[[column.label for column in sheet.columns].index(label)]


class TestTakings:
    def test_methods_are_told_with_what_was_taken_back(self, books):
        office, _ = books
        sheet = takings(office.community, TODAY_ONLY, By.METHOD)
        assert column(sheet, "净额") == {
            "现金": 410_000 + FEE + 5_000 - 1_000 - 40_000,
            "POS 刷卡": 2 * FEE - 10_000,
            "转账": -500,
        }
        assert column(sheet, "冲销") == {"现金": FEE, "POS 刷卡": 0, "转账": 0}
        assert column(sheet, "退款") == {"现金": 41_000, "POS 刷卡": 0, "转账": 500}

    @pytest.mark.parametrize("by", list(By))
    def test_every_view_has_the_ledgers_total(self, books, by):
        office, _ = books
        money = [Account.CASH, Account.BANK, Account.CARD_CLEARING, Account.CODE_CLEARING]
        lines = EntryLine.objects.filter(community=office.community, account__in=money)
        taken = sum(lines.values_list("amount_fen", flat=True))
        assert total(takings(office.community, TODAY_ONLY, by), "净额") == taken

    @pytest.mark.parametrize("by", list(By))
    def test_each_figure_is_the_sum_of_the_rows_behind_it(self, books, by):
        office, _ = books
        for row in takings(office.community, TODAY_ONLY, by).rows:
            assert row.query
            span = Span(first=row.query["first"], last=row.query["last"])
            behind = taking_rows(office.community, span, dict(row.query))
            assert total(behind, "金额") == row.values[-1]

    def test_what_is_owed_to_customers_stands_apart_from_what_was_charged(self, books):
        office, _ = books
        sheet = takings(office.community, TODAY_ONLY, By.ITEM)
        assert [(row.values[0], row.values[1], row.values[-1]) for row in sheet.rows] == [
            ("物业服务费", "费用", 3 * FEE + 10_000),
            ("预存款", "预存", 3_500),
            ("装修押金", "押金", 350_000),
        ]
        assert column(sheet, "押金扣款") == {"物业服务费": 10_000, "预存款": 0, "装修押金": 0}
        assert column(sheet, "退款") == {"物业服务费": 0, "预存款": 1_500, "装修押金": 50_000}
        assert total(sheet, "收款") == 400_000 + 4 * FEE + 5_000

    def test_a_reversal_counts_on_its_own_day(self, books):
        office, (first, _, _) = books
        office.bill("2026-12")
        receipt = office.pay(office.owed(first))
        tomorrow = MORNING + timedelta(days=1)
        office.take_back(receipt, at=tomorrow)
        sheet = takings(office.community, Span(first=tomorrow.date(), last=tomorrow.date()), By.DAY)
        assert column(sheet, "净额") == {str(tomorrow.date()): -FEE}


class TestBalance:
    def test_both_sides_are_equal_and_each_account_is_its_lines(self, books):
        office, _ = books
        sheet = trial_balance(office.community, NOVEMBER)
        assert sheet.notes == ("借贷平衡。",)
        for row in sheet.rows:
            lines = account_lines(office.community, NOVEMBER, Account(int(str(row.values[0]))))
            assert (total(lines, "借方"), total(lines, "贷方")) == (row.values[4], row.values[5])

    def test_the_opening_balance_is_what_came_before(self, books):
        office, _ = books
        later = Span(first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=9))
        sheet = trial_balance(office.community, later)
        assert column(sheet, "本期借方")["1001"] == 0
        assert column(sheet, "期初借方") == column(sheet, "期末借方")


class TestAgeing:
    def test_bands_are_counted_from_the_due_day(self, books):
        office, _ = books
        day = TODAY
        sheet = ageing(office.community, day, Group.ALL)
        open_bills = [bill for unit in books[1] for bill in office.owed(unit)]
        assert total(sheet, "合计") == sum(bill.open_fen for bill in open_bills)
        overdue = sum(b.open_fen for b in open_bills if 1 <= (day - b.due_on).days <= 30)
        assert total(sheet, "≤30 天") == overdue
        assert total(sheet, "未到期") == sum(b.open_fen for b in open_bills if b.due_on >= day)

    @pytest.mark.parametrize("by", list(Group))
    def test_each_figure_leads_to_its_bills(self, books, by):
        office, _ = books
        sheet = ageing(office.community, TODAY, by)
        assert sheet.rows
        for row in sheet.rows:
            assert row.query
            behind = bill_rows(office.community, Choice(**row.query))
            assert total(behind, "未缴") == row.values[-2]

    @pytest.mark.parametrize(
        ("days", "band"),
        [(30, "≤30 天"), (31, "31–90 天"), (90, "31–90 天"), (91, "91–180 天"), (181, "181–365 天"),
         (365, "181–365 天"), (366, "1–2 年"), (730, "1–2 年"), (731, "2–3 年"), (1095, "2–3 年"), (1096, ">3 年")],
    )  # fmt: skip
    def test_the_bands_edges(self, books, days, band):
        office, _ = books
        oldest = min(bill.due_on for unit in books[1] for bill in office.owed(unit))
        sheet = ageing(office.community, oldest + timedelta(days=days), Group.ALL)
        assert total(sheet, band)


class TestRates:
    def test_each_rate_is_its_definition(self, books):
        office, _ = books
        sheet = rates(office.community, NOVEMBER, Group.ITEM)
        # November: three bills, one paid; 36.69 off the second's. October: three owed, two paid.
        due, old = 3 * FEE - 3_669, 3 * FEE
        assert sheet.total
        assert sheet.total.values[1:] == (
            due,
            FEE,
            Fraction(FEE, due),
            old,
            2 * FEE,
            Fraction(2 * FEE, old),
            Fraction(3 * FEE, due + old),
            Fraction(1, 3),
        )

    def test_a_waiver_does_not_lower_what_was_due(self, books):
        office, (_, _, third) = books
        (bill,) = office.owed(third)
        before = total(rates(office.community, NOVEMBER, Group.ALL), "本期应收")
        reduce_bill(
            bill=bill,
            kind=AdjustmentKind.WAIVER,
            amount_fen=1_000,
            reason="停水三天",
            by=office.cashier,
            at=MORNING,
        )
        assert total(rates(office.community, NOVEMBER, Group.ALL), "本期应收") == before

    def test_a_period_before_the_payment_is_not_made_better_by_it(self, books):
        office, _ = books
        early = Span(first=NOVEMBER.first, last=TODAY - timedelta(days=1))
        assert total(rates(office.community, early, Group.ALL), "本期已收") == 0

    def test_nothing_due_is_no_rate(self, books):
        office, _ = books
        nothing = Span(first=NEW_YEAR, last=NEW_YEAR)
        assert total(rates(office.community, nothing, Group.ALL), "收缴率") is None


class TestCarrying:
    def test_the_workbook_holds_numbers_and_no_formula(self, books):
        office, _ = books
        content = workbook(takings(office.community, TODAY_ONLY, By.METHOD), office.community)
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert rows[3][:2] == ["收款方式", "笔数"]
        assert ["现金", 5.0, 4623.38, 1.0, 236.69, 2.0, 410.0, 3976.69] in rows

    def test_every_report_prints(self, books):
        office, _ = books
        for sheet in (
            takings(office.community, TODAY_ONLY, By.ITEM),
            trial_balance(office.community, NOVEMBER),
            ageing(office.community, TODAY, Group.UNIT),
            rates(office.community, NOVEMBER, Group.ITEM),
            takings(office.community, Span(first=NEW_YEAR, last=NEW_YEAR), By.ITEM),
        ):
            content = pdf(sheet, office.community, by="陈晓雯", at=MORNING)
            assert content.startswith(b"%PDF")


PAGES = [
    *("takings", "taking-rows", "balance", "account", "ageing", "rates", "bill-rows"),
    *("deposits", "deposit-rows"),
]


class TestPages:
    @pytest.fixture
    def finance(self, books):
        office, _ = books
        return signed_in(make_user(community=office.community, role=Role.FINANCE))

    def url(self, office, page):
        path = {
            "takings": "takings/",
            "taking-rows": "takings/receipts/",
            "balance": "balance/",
            "account": "balance/lines/",
            "ageing": "ageing/",
            "rates": "rates/",
            "bill-rows": "bills/",
            "deposits": "deposits/",
            "deposit-rows": "deposits/each/",
        }[page]
        return f"/{office.community.code}/reports/{path}"

    @pytest.mark.parametrize("page", PAGES)
    def test_each_page_takes_few_statements(self, books, finance, page):
        office, _ = books
        finance.get(self.url(office, page))
        with CaptureQueriesContext(connection) as queries:
            answer = finance.get(self.url(office, page))
        assert answer.status_code == 200
        assert len(queries) <= 8

    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize(
        "query",
        ["first=2026-11-30&last=2026-11-01", "first=0001-01-01", "first=x&by=x&account=x", "item=99999999999999999999",
         "unit=%00&manager=%27%3B--", "cashier=-1&desk=1.5&method=bribe"],
    )  # fmt: skip
    def test_what_can_not_be_read_is_said_and_breaks_nothing(self, books, finance, page, query):
        office, _ = books
        assert finance.get(f"{self.url(office, page)}?{query}").status_code == 200

    def test_the_days_it_is_for_stand_in_their_fields(self, books, finance):
        office, _ = books
        page = finance.get(self.url(office, "rates")).content.decode()
        today = business_date(timezone.now())
        for name, day in (("first", today.replace(day=1)), ("last", today)):
            (field,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
            assert f'value="{day}"' in field

    def test_carrying_a_report_out_leaves_a_trace(self, books, finance):
        office, _ = books
        answer = finance.post(self.url(office, "takings"), {"format": "xlsx"})
        assert answer["Content-Type"].endswith("spreadsheetml.sheet")
        trace = JournalEntry.objects.get(action="report.export")
        assert trace.after
        assert trace.after["title"] == "收款汇总·按收款方式"

    @pytest.mark.usefixtures("books")
    def test_another_communitys_figures_are_not_this_ones(self):
        elsewhere = make_office()
        assert takings(elsewhere.community, TODAY_ONLY, By.METHOD).rows == []
        assert ageing(elsewhere.community, TODAY, Group.UNIT).rows == []
