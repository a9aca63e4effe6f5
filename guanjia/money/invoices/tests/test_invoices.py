"""An invoice asked for, issued, recorded and taken back; refused in words where something lacks."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from guanjia.accounts.models import Community, Company
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.money.audit.checks import audit
from guanjia.money.deposits.tests.factories import take_deposit
from guanjia.money.invoices.actions import (
    reject_invoice,
    request_invoice,
    withdraw_invoice,
)
from guanjia.money.invoices.models import Document, Invoice, Invoiceable
from guanjia.money.invoices.reads import facts_of, invoices_in, last_name, uninvoiced
from guanjia.money.invoices.rules import masked
from guanjia.money.invoices.states import InvoiceState
from guanjia.money.invoices.taking_back import take_back
from guanjia.money.invoices.tests.factories import (
    FIRM,
    PERSON,
    TODAY,
    ask,
    number,
    paid,
    record,
    redden,
)
from guanjia.money.payments.models import Reversal
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.refunds.tests.factories import leave
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.models import JournalEntry, OutboxMessage

pytestmark = pytest.mark.django_db
FEE = 236_69


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def receipt(office):
    return paid(office)


def broken(office) -> list[str]:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count]


def left(receipt) -> int:
    (fact,) = facts_of(receipt.community, [receipt.pk])
    return fact.free_fen


def taking_back(office, receipt):
    return take_back(
        receipt=receipt,
        desk=office.desk,
        reason="收错了户",
        copy_missing="",
        may_void=True,
        may_red=True,
        by=office.cashier,
        at=MORNING,
    )


class TestTheWholeWay:
    def test_it_is_asked_for_recorded_and_reversed_and_the_receipt_is_free_again(
        self, office, receipt
    ):
        invoice = ask(receipt, asking=FIRM)
        assert (invoice.amount_fen, invoice.state, left(receipt)) == (FEE, "requested", 0)
        document = record(invoice)
        invoice.refresh_from_db()
        assert (document.amount_fen, document.colour, invoice.state) == (FEE, "blue", "recorded")
        red = redden(invoice)
        invoice.refresh_from_db()
        assert (red.amount_fen, red.reason, invoice.state) == (-FEE, "抬头开错", "reversed")
        assert left(receipt) == FEE
        assert ask(receipt).state == "requested"
        assert broken(office) == []

    def test_each_step_is_journalled_and_sent_once_without_a_name(self, receipt):
        invoice = ask(receipt, asking=FIRM)
        record(invoice)
        redden(invoice)
        rows = JournalEntry.objects.filter(action__startswith="invoice.").order_by("pk")
        done = ["invoice.request", "invoice.record", "invoice.reverse"]
        assert [row.action for row in rows] == done
        sent = OutboxMessage.objects.filter(topic__startswith="invoice.").order_by("pk")
        topics = ["invoice.requested", "invoice.recorded", "invoice.reversed"]
        assert [row.topic for row in sent] == topics
        said = str([row.after for row in rows] + [row.payload for row in sent])
        assert FIRM.title not in said
        assert FIRM.send_to not in said

    def test_several_receipts_of_one_payer_get_one_invoice(self, office):
        receipts = [paid(office), paid(office, "60.00")]
        invoice = ask(*receipts)
        assert invoice.amount_fen == sum(receipt.payment.amount_fen for receipt in receipts)
        assert [left(receipt) for receipt in receipts] == [0, 0]
        assert broken(office) == []

    def test_the_same_press_asks_once(self, receipt):
        clerk, key = make_user(community=receipt.community, role=Role.CLERK), uuid4()
        first, second = (ask(receipt, key=key, by=clerk) for _ in range(2))
        assert first == second
        with pytest.raises(Refused, match="前后不一致"):
            ask(receipt, key=key, by=clerk, title="李四")

    @pytest.mark.parametrize(
        ("end", "state"), [(reject_invoice, "rejected"), (withdraw_invoice, "withdrawn")]
    )
    def test_what_is_not_issued_yet_is_given_back_or_withdrawn(self, office, receipt, end, state):
        invoice = ask(receipt)
        with pytest.raises(TextError):
            end(invoice=invoice, reason=" ", by=office.cashier, at=MORNING)
        end(invoice=invoice, reason="抬头不全", by=office.cashier, at=MORNING)
        invoice.refresh_from_db()
        assert (invoice.state, invoice.ending, left(receipt)) == (state, "抬头不全", FEE)
        for again in (record, redden):
            with pytest.raises(Refused, match="重新申请"):
                again(invoice)
        assert broken(office) == []

    def test_the_last_name_of_this_payer_for_this_unit_is_remembered(self, office, receipt):
        assert last_name(receipt) is None
        asked = ask(receipt, asking=FIRM)
        assert last_name(receipt) == asked
        assert asked.send_to == FIRM.send_to
        elsewhere = paid(office)
        assert last_name(elsewhere) is None


class TestWhatMayBeInvoiced:
    def test_a_deposit_and_money_collected_for_others_may_not(self, office):
        ChargeItem.objects.create(
            community=office.community,
            name="工本费",
            is_agency=True,
            is_extra=True,
            extra_price=20,
        )
        unit = office.unit()
        agency = office.pay([office.charge(unit)])
        for receipt in (agency, take_deposit(office, unit)):
            with pytest.raises(Refused, match="没有可以开票的费用"):
                ask(receipt)
        assert not uninvoiced(office.community, TODAY, TODAY)

    def test_a_receipt_of_income_in_part_is_invoiced_for_that_part(self, office):
        unit = office.unit()
        office.bill()
        total = FEE + 100_00
        receipt = office.pay(
            office.owed(unit),
            prepay_fen=100_00,
            tender={"amount_fen": total, "tendered_fen": total},
        )
        assert ask(receipt).amount_fen == FEE

    def test_what_was_left_ahead_is_invoiced_when_it_is_drawn(self, office):
        unit = office.unit()
        before = leave(office, unit, FEE)
        with pytest.raises(Refused, match="没有可以开票的费用"):
            ask(before)
        office.bill()
        drawn = office.pay(
            office.owed(unit), tender={"method": Method.PREPAYMENT, "tendered_fen": None}
        )
        assert ask(drawn).amount_fen == FEE


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"title": " "}, "没有填抬头"),
            ({"tax_number": ""}, "没有填税号"),
            ({"tax_number": "91350200MA0000001E"}, "校验位不对"),
            ({"tax_number": "350200"}, "不是统一社会信用代码"),
            ({"send_to": "0592-5061234"}, "不是手机号或邮箱"),
            ({"send_to": "piao@"}, "不是手机号或邮箱"),
        ],
    )
    def test_a_name_that_lacks_something_is_not_asked_for(self, receipt, changes, why):
        with pytest.raises(Refused, match=why):
            ask(receipt, asking=FIRM, **changes)
        assert not Invoice.objects.exists()

    def test_a_receipt_is_invoiced_once(self, receipt):
        ask(receipt)
        with pytest.raises(Refused, match="已经申请或开过发票"):
            ask(receipt)

    def test_receipts_of_two_payers_get_two(self, office, receipt):
        unit = office.unit("70.00")
        office.bill()
        other = office.pay(office.owed(unit), payer_name="李四")
        with pytest.raises(Refused, match="不是同一个缴款人"):
            ask(receipt, other)

    def test_none_is_asked_for_nothing(self, office):
        with pytest.raises(Refused, match="没有选"):
            request_invoice(receipts=[], asking=PERSON, key=uuid4(), by=office.cashier, at=MORNING)

    def test_a_receipt_taken_back_is_not_invoiced(self, office, receipt):
        office.take_back(receipt)
        with pytest.raises(Refused, match="已作废或红冲"):
            ask(receipt)

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"number": "2635200000000000001"}, "不是 20 位数字"),
            ({"number": "２６３５２０００００００００００００００１"}, "不是 20 位数字"),
            ({"amount_fen": FEE + 1}, "与申请的 236.69 元不同"),
            ({"issued_on": TODAY + timedelta(days=1)}, "开票日期在今天之后"),
            ({"issued_on": date(2025, 1, 1)}, "过去一年以上"),
        ],
    )
    def test_what_can_not_be_its_invoice_is_not_recorded(self, receipt, changes, why):
        invoice = ask(receipt)
        with pytest.raises(Refused, match=why):
            record(invoice, **changes)
        assert not Document.objects.exists()

    def test_a_number_is_recorded_once_in_all_that_the_seller_runs(self, office, receipt):
        used = record(ask(receipt)).number
        with pytest.raises(Refused, match="已经登记过"):
            record(ask(paid(office)), number=used)
        elsewhere = make_office()
        with pytest.raises(Refused, match="已经登记过"):
            record(ask(paid(elsewhere)), number=used)
        another = Company.objects.create(name="另一家物业服务有限公司")
        Community.objects.filter(pk=elsewhere.community.pk).update(company=another)
        elsewhere.community.refresh_from_db()
        assert record(ask(paid(elsewhere)), number=used).number == used

    def test_the_red_one_comes_on_its_day_or_later_with_a_reason(self, receipt):
        invoice = ask(receipt)
        record(invoice)
        with pytest.raises(Refused, match="在原发票 2026-11-23 之前"):
            redden(invoice, issued_on=TODAY - timedelta(days=1))
        with pytest.raises(TextError):
            redden(invoice, reason="")
        with pytest.raises(Refused, match="已经登记过"):
            redden(invoice, number=Document.objects.get().number)

    def test_issued_it_is_not_withdrawn_and_not_recorded_twice(self, office, receipt):
        invoice = ask(receipt)
        record(invoice)
        with pytest.raises(Refused, match="只能由财务红冲"):
            withdraw_invoice(invoice=invoice, reason="不要了", by=office.cashier, at=MORNING)
        with pytest.raises(Refused, match="已经开了"):
            record(invoice, number=number())


class TestTakingTheReceiptBack:
    def test_it_stays_while_an_invoice_stands_on_it(self, office, receipt):
        invoice = ask(receipt)
        for step in (lambda: None, lambda: record(invoice)):
            step()
            with pytest.raises(Refused, match="先撤回开票申请"):
                taking_back(office, receipt)
        redden(invoice)
        assert taking_back(office, receipt).payment == receipt.payment
        assert broken(office) == []

    def test_the_control_without_an_invoice_it_goes(self, office, receipt):
        taking_back(office, receipt)
        assert Reversal.objects.count() == 1


class TestReading:
    def test_what_is_left_to_invoice_is_listed_by_day(self, office, receipt):
        leave(office, office.unit())
        days = (TODAY, TODAY)
        assert list(uninvoiced(office.community, *days)) == [receipt]
        assert not uninvoiced(office.community, date(2026, 11, 1), date(2026, 11, 22))
        ask(receipt)
        assert not uninvoiced(office.community, *days)

    def test_invoices_are_found_by_state_title_number_and_day(self, office, receipt):
        invoice = ask(receipt, asking=FIRM)
        made = record(invoice)
        place = office.community
        for found in (
            invoices_in(place, state=InvoiceState.RECORDED),
            invoices_in(place, words="商贸"),
            invoices_in(place, words=made.number),
            invoices_in(place, since=TODAY, until=TODAY),
        ):
            (row,) = found
            assert (row.number, row.units) == (made.number, [receipt.payment.unit.number])
        assert not invoices_in(place, state=InvoiceState.REVERSED)
        assert not invoices_in(place, words="别家")
        assert not invoices_in(place, until=TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("address", "shown"),
    [("piao@example.com", "p**@example.com"), ("13912345520", "139****5520"), ("", "")],
)
def test_where_it_is_sent_is_shown_masked(address, shown):
    assert masked(address) == shown


def test_only_the_database_says_what_is_taken(receipt):
    ask(receipt)
    kept = Invoiceable.objects.get()
    assert (kept.total_fen, kept.claimed_fen) == (FEE, FEE)
