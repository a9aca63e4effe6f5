"""A deposit taken at the desk: owed back from that moment, never income, on a receipt that says so."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.tests.factories import MORNING, make_community
from guanjia.core.refusal import Refused
from guanjia.estate.tests.factories import make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.deposits.models import DepositMovement, HeldDeposit
from guanjia.money.deposits.tests.factories import (
    deposit,
    deposit_alone,
    held_by,
    kind_of,
    take_deposit,
)
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.receipt_pdf import as_printed
from guanjia.money.payments.reversing import reverse_payment
from guanjia.money.payments.rules import Deposit, Method, Tender
from guanjia.money.payments.sheets import sheet_of
from guanjia.money.payments.tests.factories import NEW_YEAR, cash_for, make_office
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db
FEE = 23669


@pytest.fixture
def office():
    return make_office()


def clean(office) -> bool:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count] == []


def balances(office) -> dict[int, int]:
    rows = EntryLine.objects.filter(community=office.community).values_list("account", "amount_fen")
    sums: dict[int, int] = {}
    for account, fen in rows:
        sums[account] = sums.get(account, 0) + fen
    return {account: fen for account, fen in sums.items() if fen}


class TestTaking:
    def test_it_is_owed_back_and_no_income(self, office):
        unit = office.unit()
        receipt = take_deposit(office, unit)
        assert balances(office) == {1001: 200_000, 224101: -200_000}
        held = held_by(receipt)
        assert (held.unit, held.amount_fen, held.balance_fen) == (unit, 200_000, 200_000)
        assert (held.payer_name, held.received_on) == ("张素珍", MORNING.date())
        assert receipt.payment.deposit_fen == 200_000
        assert clean(office)

    def test_it_comes_beside_bills_and_a_prepayment_by_several_methods(self, office):
        unit = office.unit()
        office.bill()
        total = FEE + 10_000 + 202_000
        taking = replace(
            cash_for(office.owed(unit)),
            prepay_fen=10_000,
            deposits=(deposit(office, reference="厨卫改造"), deposit(office, 2_000, "出入证押金")),
            tenders=(
                Tender(Method.CASH, 50_000, 50_000),
                Tender(Method.POS, total - 50_000, reference="8801"),
            ),
        )
        receipt = office.take(taking)
        assert receipt.payment.amount_fen == total
        assert balances(office) == {
            1001: 50_000,
            101201: total - 50_000,
            2203: -10_000,
            224101: -202_000,
            6001: -FEE,
        }
        assert office.owed(unit) == []
        assert clean(office)

    def test_whose_it_is_comes_from_the_register(self, office):
        unit = office.unit()
        owner = make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR).party
        receipt = take_deposit(office, unit, payer_id=owner.pk)
        assert held_by(receipt).party == owner

    def test_a_transfer_that_came_earlier_is_held_from_that_day(self, office):
        day = MORNING.date().replace(day=20)
        by_bank = (Tender(Method.TRANSFER, 200_000, reference="8802"),)
        receipt = take_deposit(office, office.unit(), tenders=by_bank, received_on=day)
        assert held_by(receipt).received_on == day
        assert clean(office)

    def test_the_same_press_holds_it_once(self, office):
        taking = deposit_alone(office.unit(), deposit(office))
        key = "8f6c9f0e-0f5d-4a53-9a77-0d6ad9a0a001"
        first, again = (office.take(taking, key=key) for _ in range(2))
        assert first.pk == again.pk
        assert HeldDeposit.objects.count() == 1

    def test_the_journal_and_the_message_tell_its_sum(self, office):
        take_deposit(office, office.unit())
        row = JournalEntry.objects.get(action="payment.take")
        assert (row.after or {})["deposit_fen"] == 200_000

    def test_a_payment_with_one_takes_one_statement_more(self, office):
        units = [office.unit() for _ in range(3)]
        office.bill()
        office.pay(office.owed(units[0]))
        plain = cash_for(office.owed(units[1]))
        held = replace(
            cash_for(office.owed(units[2])),
            deposits=(deposit(office, 100),),
            tenders=(Tender(Method.CASH, FEE + 100, FEE + 100),),
        )
        counts = []
        for taking in (plain, held):
            with CaptureQueriesContext(connection) as queries:
                office.take(taking)
            counts.append(len(queries))
        assert counts[1] == counts[0] + 1


class TestRefusing:
    def test_neither_nothing_nor_less(self, office):
        unit = office.unit()
        for fen in (0, -100):
            with pytest.raises(Refused, match="押金的金额不大于零"):
                office.take(
                    replace(
                        deposit_alone(unit, deposit(office, fen)),
                        tenders=(Tender(Method.CASH, 100, 100),),
                    )
                )
        assert not HeldDeposit.objects.exists()

    def test_a_kind_out_of_use_or_of_another_community(self, office):
        unit = office.unit()
        foreign = Deposit(kind_of(make_community()).pk, 100)
        kind = kind_of(office.community)
        kind.is_active = False
        kind.save()
        for asked in (Deposit(kind.pk, 100), foreign):
            with pytest.raises(Refused, match="种类已停用"):
                office.take(deposit_alone(unit, asked))

    def test_a_prepayment_pays_bills_and_no_deposit(self, office):
        unit = office.unit()
        office.bill()
        ahead = replace(
            deposit_alone(unit, deposit(office, 50_000)), deposits=(), prepay_fen=50_000
        )
        office.take(ahead)
        both = replace(
            cash_for(office.owed(unit)),
            deposits=(deposit(office, 10_000),),
            tenders=(Tender(Method.PREPAYMENT, FEE + 10_000),),
        )
        with pytest.raises(Refused, match="不能用来交押金"):
            office.take(both)
        drawn = (Tender(Method.PREPAYMENT, FEE), Tender(Method.CASH, 10_000, 10_000))
        office.take(replace(both, tenders=drawn))
        assert clean(office)

    def test_methods_that_do_not_cover_it(self, office):
        taking = deposit_alone(office.unit(), deposit(office))
        with pytest.raises(Refused, match=r"合计 100.00 元，与本次应收 2,000.00 元不同"):
            office.take(replace(taking, tenders=(Tender(Method.CASH, 10_000, 10_000),)))


class TestReceipt:
    def test_a_line_each_and_how_it_comes_back(self, office):
        unit = office.unit()
        taking = deposit_alone(
            unit, deposit(office, reference="厨卫改造"), deposit(office, 2_000, "出入证押金")
        )
        printed: dict[str, Any] = as_printed(sheet_of(office.take(taking), nth=1, at=MORNING))
        assert [line["cells"] for line in printed["lines"]] == [
            ["装修押金", "押金（非收入）", "凭本收据原件退还；用途：厨卫改造", "2,000.00"],
            ["出入证押金", "押金（非收入）", "凭本收据原件退还", "20.00"],
        ]
        assert "其中押金 2,020.00 元不是收入，凭本收据原件退还" in printed["notice"]

    def test_a_receipt_without_one_says_nothing_of_it(self, office):
        unit = office.unit()
        office.bill()
        printed: dict[str, Any] = as_printed(
            sheet_of(office.pay(office.owed(unit)), nth=1, at=MORNING)
        )
        assert "押金" not in printed["notice"]


class TestTakingBack:
    def test_a_void_takes_the_deposit_back_too(self, office):
        receipt = take_deposit(office, office.unit())
        office.take_back(receipt)
        assert held_by(receipt).balance_fen == 0
        assert [(m.kind, m.amount_fen) for m in DepositMovement.objects.order_by("pk")] == [
            ("taken", 200_000),
            ("reversed", -200_000),
        ]
        assert balances(office) == {}
        assert clean(office)

    def test_reversing_is_the_same_on_a_later_day(self, office):
        receipt = take_deposit(office, office.unit())
        office.take_back(receipt, at=MORNING.replace(day=MORNING.day + 1))
        assert held_by(receipt).balance_fen == 0
        assert clean(office)

    def test_twice_is_refused(self, office):
        receipt = take_deposit(office, office.unit())
        office.take_back(receipt)
        with pytest.raises(Refused, match="已经作废或红冲过"):
            reverse_payment(
                receipt=receipt,
                desk=office.desk,
                reason="再来一次",
                copy_missing="",
                may_void=True,
                may_red=True,
                by=office.cashier,
                at=MORNING,
            )
