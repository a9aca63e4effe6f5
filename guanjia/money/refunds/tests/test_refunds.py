"""A prepayment given back: asked for, approved by another, paid by a third; refused in words where something lacks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.closing.tests.factories import bank
from guanjia.money.ledger.models import ClosedDay, EntryLine, Link
from guanjia.money.payments.drawer import cash_in
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.money.prepayments.actions import transfer_prepayment
from guanjia.money.refunds.actions import (
    pay_refund,
    refuse_refund,
    request_refund,
    withdraw_refund,
)
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.states import Evidence
from guanjia.money.refunds.tests.factories import approve, ask, asking, leave, pay, prepayment_by
from guanjia.records.models import JournalEntry, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def receipt(office):
    return leave(office, office.unit())


def broken(office) -> list[str]:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count]


def left(receipt) -> tuple[int, int]:
    kept = prepayment_by(receipt)
    return kept.balance_fen, kept.held_fen


class TestTheWholeWay:
    def test_cash_goes_out_of_the_drawer_on_a_numbered_voucher(self, office, receipt):
        refund = ask(office, receipt)
        assert left(receipt) == (500_00, 200_00)
        voucher = pay(office, approve(refund))
        assert left(receipt) == (300_00, 0)
        assert (voucher.full_number, voucher.amount_fen) == ("T000001", 200_00)
        lines = EntryLine.objects.filter(entry=voucher.entry)
        assert dict(lines.values_list("account", "amount_fen")) == {2203: 200_00, 1001: -200_00}
        assert Link.objects.get(entry=voucher.entry).series == office.desk.series
        assert broken(office) == []

    def test_a_transfer_is_paid_by_finance_from_the_bank_account(self, office, receipt):
        refund = ask(
            office, receipt, method=Method.TRANSFER, account="工行武平支行 6222020000001234"
        )
        finance = make_user(community=office.community, role=Role.FINANCE)
        voucher = pay(office, approve(refund), reference="20261123-0007", by=finance)
        assert voucher.desk is None
        lines = EntryLine.objects.filter(entry=voucher.entry)
        assert dict(lines.values_list("account", "amount_fen")) == {2203: 200_00, 1002: -200_00}
        assert broken(office) == []

    def test_each_step_is_journalled_and_the_customer_told_once(self, office, receipt):
        pay(office, approve(ask(office, receipt)))
        rows = JournalEntry.objects.filter(action__startswith="refund.").order_by("pk")
        assert [row.action for row in rows] == ["refund.request", "refund.approve", "refund.pay"]
        assert OutboxMessage.objects.filter(topic="refund.paid").count() == 1
        told = str([row.after for row in rows])
        assert "张素珍" not in told

    def test_vouchers_are_numbered_one_after_the_other(self, office, receipt):
        numbers = [pay(office, approve(ask(office, receipt, 50_00))).number for _ in range(3)]
        assert numbers == [1, 2, 3]

    def test_refused_or_withdrawn_its_money_is_free_again(self, office, receipt):
        director = make_user(community=office.community, role=Role.DIRECTOR)
        words: dict[str, Any] = {"by": director, "at": MORNING}
        refused = refuse_refund(refund=ask(office, receipt), reason="签字不符", **words)
        assert (refused.state, refused.decision) == ("refused", "签字不符")
        withdrawn = withdraw_refund(refund=approve(ask(office, receipt)), reason="不退了", **words)
        assert withdrawn.state == "withdrawn"
        assert left(receipt) == (500_00, 0)
        assert broken(office) == []


class TestThreePeople:
    def test_who_asked_does_not_approve(self, office, receipt):
        refund = ask(office, receipt, by=office.cashier)
        with pytest.raises(Refused, match="不能自己批准"):
            approve(refund, by=office.cashier)

    def test_neither_who_asked_nor_who_approved_pays(self, office, receipt):
        refund = approve(ask(office, receipt, 100_00, by=office.cashier))
        with pytest.raises(Refused, match="您申请的，付款要由第三个人"):
            pay(office, refund)
        other = approve(ask(office, receipt, 100_00), by=office.cashier)
        with pytest.raises(Refused, match="您批准的"):
            pay(office, other)
        assert not Voucher.objects.exists()


class TestWhatARequestNeeds:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"amount_fen": 0}, "大于零"),
            ({"amount_fen": 500_01}, "不够退 500.01"),
            ({"method": Method.POS}, "不能用POS"),
            ({"receipts": ()}, "原收据号"),
            ({"receipts": ("0009999",)}, "0009999 不是这笔预存的收据"),
            ({"method": Method.TRANSFER}, "收款账户"),
            ({"payee_is_owner": False}, "为什么由他代领"),
            ({"payee_is_owner": False, "payee_why": "女儿"}, "证件"),
            ({"evidence": Evidence.LOSS, "receipts": ()}, "证件号末四位"),
            ({"evidence": Evidence.LOSS, "receipts": (), "identity_tail": "123X"}, "怎样遗失"),
            (
                {
                    "evidence": Evidence.LOSS,
                    "receipts": (),
                    "loss": "搬家时丢了",
                    "identity_tail": "123X",
                    "payee_is_owner": False,
                    "payee_why": "女儿",
                },
                "要存款人本人来领",
            ),
        ],
    )
    def test_what_lacks_is_said(self, office, receipt, changes, why):
        with pytest.raises(Refused, match=why):
            ask(office, receipt, changes.pop("amount_fen", 200_00), **changes)
        assert not Refund.objects.exists()

    def test_a_reason_is_needed(self, office, receipt):
        with pytest.raises(TextError):
            ask(office, receipt, reason=" ")

    def test_a_lost_receipt_is_declared_in_person(self, office, receipt):
        words: dict[str, Any] = {"evidence": Evidence.LOSS, "receipts": (), "loss": "搬家时丢了"}
        assert ask(office, receipt, identity_tail="123X", **words).receipts == ""

    def test_what_is_held_already_is_not_asked_for_twice(self, office, receipt):
        ask(office, receipt, 400_00)
        with pytest.raises(Refused, match=r"其中 400.00 元已在办退款"):
            ask(office, receipt, 200_00)

    def test_who_receives_it_as_the_owner_bears_the_owners_name(self, office):
        unit = office.unit()
        owner = make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR).party
        receipt = leave(office, unit)
        with pytest.raises(Refused, match=f"存款人是{owner.name}，收款人填的是李四"):
            ask(office, receipt, payee_name="李四")
        another = {"payee_is_owner": False, "payee_why": "女儿", "identity_tail": "123X"}
        ask(office, receipt, 100_00, payee_name="李四", **another)
        ask(office, receipt, 100_00, payee_name=owner.name)

    def test_a_receipt_taken_back_proves_nothing(self, office):
        unit = office.unit()
        wrong, right = leave(office, unit), leave(office, unit)
        office.take_back(wrong)
        with pytest.raises(Refused, match=f"{wrong.full_number} 不是这笔"):
            ask(office, right, receipts=(wrong.full_number,))

    def test_money_moved_here_is_proved_by_the_receipt_of_where_it_was(self, office):
        household = Household.objects.create(community=office.community, name="张素珍")
        unit, space = office.unit(household=household), office.unit(household=household)
        receipt = leave(office, unit)
        words = {"reason": "存错了", "by": office.cashier, "at": MORNING, "key": uuid4()}
        moved = transfer_prepayment(
            source=prepayment_by(receipt), to=space, amount_fen=500_00, **words
        )
        refund = ask_of(office, moved.target, receipt)
        assert pay(office, approve(refund)).amount_fen == 200_00
        assert broken(office) == []


class TestWhatHoldsAndWhatIsTaken:
    def test_held_money_pays_no_bill_until_the_request_is_withdrawn(self, office):
        unit = office.unit()
        office.bill()
        receipt = leave(office, unit)
        refund = ask(office, receipt, 400_00)
        bills = office.owed(unit)
        words = {"method": Method.PREPAYMENT, "tendered_fen": None}
        with pytest.raises(Refused, match=r"余额只有 100.00"):
            office.pay(bills, tender=words)
        withdraw_refund(refund=refund, reason="先抵费用", by=office.cashier, at=MORNING)
        assert office.pay(bills, tender=words)
        assert broken(office) == []

    def test_a_receipt_in_refund_is_not_reversed_nor_one_that_was_refunded(self, office, receipt):
        refund = ask(office, receipt)
        with pytest.raises(Refused, match="正在办退款"):
            office.take_back(receipt)
        pay(office, approve(refund))
        with pytest.raises(Refused, match="已经退过款"):
            office.take_back(receipt)

    def test_the_control_a_receipt_whose_request_was_withdrawn_is_reversed(self, office, receipt):
        refund = ask(office, receipt)
        withdraw_refund(refund=refund, reason="改冲收据", by=office.cashier, at=MORNING)
        assert office.take_back(receipt)

    def test_held_money_is_not_moved_to_another_unit(self, office):
        household = Household.objects.create(community=office.community, name="张素珍")
        unit, space = office.unit(household=household), office.unit(household=household)
        refund = ask(office, leave(office, unit), 400_00)
        words = {"reason": "转", "by": office.cashier, "at": MORNING, "key": uuid4()}
        with pytest.raises(Refused, match=r"400.00 元正在办退款"):
            transfer_prepayment(source=refund.prepayment, to=space, amount_fen=200_00, **words)


class TestPressedTwice:
    def test_one_request_and_one_voucher(self, office, receipt):
        key, clerk = uuid4(), make_user(community=office.community, role=Role.CLERK)
        first, second = (ask(office, receipt, key=key, by=clerk) for _ in range(2))
        assert first == second
        approve(first)
        key = uuid4()
        one, two = (pay(office, first, key=key) for _ in range(2))
        assert one == two
        assert left(receipt) == (300_00, 0)

    def test_another_press_finds_it_paid(self, office, receipt):
        refund = approve(ask(office, receipt))
        pay(office, refund)
        with pytest.raises(Refused, match="已经付了"):
            pay(office, refund)
        assert Voucher.objects.count() == 1


class TestWhereItIsPaid:
    def test_not_at_a_desk_without_a_shift(self, office, receipt):
        refund = approve(ask(office, receipt))
        other = Desk.objects.create(community=office.community, name="前台二", prefix="B")
        with pytest.raises(Refused, match="还没有开班"):
            pay_at(refund, other, office.cashier)

    def test_not_by_somebody_outside_the_shift(self, office, receipt):
        refund = approve(ask(office, receipt))
        stranger = make_user(community=office.community, role=Role.CASHIER)
        with pytest.raises(Refused, match="没有您"):
            pay(office, refund, by=stranger)

    def test_not_out_of_a_drawer_with_less(self, office, receipt):
        refund = approve(ask(office, receipt))
        bank(office.desk, 300_01, by=office.cashier, at=MORNING)
        with pytest.raises(Refused, match="现金不够退"):
            pay(office, refund)
        assert (left(receipt), cash_in(office.desk)) == ((500_00, 200_00), 199_99)
        leave(office, office.unit(), 1)
        assert pay(office, refund).amount_fen == 200_00
        assert cash_in(office.desk) == 0

    def test_not_before_it_is_approved_nor_another_way_than_asked(self, office, receipt):
        refund = ask(office, receipt)
        with pytest.raises(Refused, match="还没有批准"):
            pay(office, refund)
        approve(refund)
        with pytest.raises(Refused, match="申请的是现金退款"):
            pay(office, refund, reference="8801")

    def test_not_on_a_closed_day_but_on_the_next(self, office, receipt):
        refund = approve(ask(office, receipt))
        ClosedDay.objects.create(
            community=office.community, business_date=MORNING.date(), by=office.cashier
        )
        with pytest.raises(Refused, match="已日结"):
            pay(office, refund)
        assert left(receipt) == (500_00, 200_00)
        voucher = pay(office, refund, at=MORNING + timedelta(days=1))
        assert (voucher.number, voucher.business_date) == (1, MORNING.date() + timedelta(days=1))


def ask_of(office, prepayment, receipt):
    clerk = make_user(community=office.community, role=Role.CLERK)
    asked = asking(receipt)
    return request_refund(source=prepayment, asking=asked, key=uuid4(), by=clerk, at=MORNING)


def pay_at(refund, desk, by):
    return pay_refund(refund=refund, desk=desk, key=uuid4(), by=by, at=MORNING)
