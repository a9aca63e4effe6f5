"""A deposit given back: on its own receipt, less what the payer agreed to in writing, after the works were looked over."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.estate.actions import merge_parties
from guanjia.estate.tests.factories import make_party, make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.deposits.models import DepositMovement
from guanjia.money.deposits.tests.factories import deposit, deposit_alone, held_by, take_deposit
from guanjia.money.ledger.models import ClosedDay, EntryLine
from guanjia.money.payments.drawer import cash_in
from guanjia.money.payments.models import Desk
from guanjia.money.payments.reads import receipts_numbered
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.money.refunds import actions
from guanjia.money.refunds.actions import withdraw_refund
from guanjia.money.refunds.models import Deduction, Refund, Voucher
from guanjia.money.refunds.rules import Deducting
from guanjia.money.refunds.states import Evidence
from guanjia.money.refunds.tests.factories import approve, ask_deposit, keep, paid_back, pay
from guanjia.money.tariffs.actions import add_item
from guanjia.records.file_kinds import UnfitFileError
from guanjia.records.models import Attachment, JournalEntry

pytestmark = pytest.mark.django_db
WHOLE = 2_000_00
PAPER = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def receipt(office):
    return take_deposit(office, office.unit())


def broken(office) -> list[str]:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count]


def left(receipt) -> tuple[int, int]:
    held = held_by(receipt)
    return held.balance_fen, held.held_fen


def lines_of(voucher) -> dict[int, int]:
    rows = EntryLine.objects.filter(entry=voucher.entry)
    return dict(rows.values_list("account", "amount_fen"))


class TestTheWholeWay:
    def test_it_is_held_from_the_request_on_and_goes_out_of_the_drawer(self, office, receipt):
        refund = ask_deposit(office, receipt)
        assert left(receipt) == (WHOLE, WHOLE)
        voucher = pay(office, approve(refund))
        assert left(receipt) == (0, 0)
        assert lines_of(voucher) == {224101: WHOLE, 1001: -WHOLE}
        assert (voucher.full_number, voucher.amount_fen) == ("T000001", WHOLE)
        assert broken(office) == []

    def test_what_is_deducted_is_income_of_its_item_and_the_rest_goes_out(self, office, receipt):
        voucher = pay(office, approve(ask_deposit(office, receipt, **keep(office, 350_00))))
        assert lines_of(voucher) == {224101: WHOLE, 1001: -1_650_00, 6001: -350_00}
        assert voucher.amount_fen == 1_650_00
        moved = DepositMovement.objects.filter(entry=voucher.entry)
        assert dict(moved.values_list("kind", "amount_fen")) == {
            "refunded": -1_650_00,
            "deducted": -350_00,
        }
        (line,) = Deduction.objects.all()
        assert (line.item, line.reason) == (office.item, "电梯厅墙面划伤修补")
        assert broken(office) == []

    def test_what_is_kept_for_others_is_owed_to_them(self, office, receipt):
        water = add_item(
            community=office.community, name="水费", is_agency=True, by=office.cashier, at=MORNING
        )
        lines = (
            Deducting(water.pk, 30_00, "施工用水"),
            Deducting(office.item.pk, 20_00, "清运"),
        )
        asked = {**keep(office), "deductions": lines}
        voucher = pay(office, approve(ask_deposit(office, receipt, **asked)))
        assert lines_of(voucher) == {224101: WHOLE, 1001: -1_950_00, 2241: -30_00, 6001: -20_00}
        assert broken(office) == []

    def test_all_of_it_may_be_kept_and_the_voucher_says_that_nothing_went_out(
        self, office, receipt
    ):
        before = cash_in(office.desk)
        voucher = pay(office, approve(ask_deposit(office, receipt, **keep(office, WHOLE))))
        assert (voucher.amount_fen, cash_in(office.desk)) == (0, before)
        assert lines_of(voucher) == {224101: WHOLE, 6001: -WHOLE}
        assert broken(office) == []

    def test_a_part_leaves_the_rest_to_ask_for(self, office, receipt):
        pay(office, approve(ask_deposit(office, receipt, 500_00)))
        assert left(receipt) == (1_500_00, 0)
        with pytest.raises(Refused, match=r"装修押金余额 1,500.00 元，不够退 1,500.01"):
            ask_deposit(office, receipt, 1_500_01)
        pay(office, approve(ask_deposit(office, receipt, 1_500_00)))
        assert left(receipt) == (0, 0)
        assert broken(office) == []

    def test_by_transfer_finance_pays_it(self, office, receipt):
        asked: dict[str, Any] = {
            "method": Method.TRANSFER,
            "account": "工行武平支行 6222020000001234",
        }
        finance = make_user(community=office.community, role=Role.FINANCE)
        refund = approve(ask_deposit(office, receipt, **asked, **keep(office)))
        voucher = pay(office, refund, reference="20261123-0007", by=finance)
        assert lines_of(voucher) == {224101: WHOLE, 1002: -1_650_00, 6001: -350_00}
        assert broken(office) == []

    def test_withdrawn_it_is_free_again(self, office, receipt):
        refund = approve(ask_deposit(office, receipt, **keep(office)))
        withdraw_refund(refund=refund, reason="复验不合格", by=office.cashier, at=MORNING)
        assert left(receipt) == (WHOLE, 0)
        assert broken(office) == []

    def test_each_step_is_journalled_with_what_was_deducted(self, office, receipt):
        pay(office, approve(ask_deposit(office, receipt, **keep(office, 350_00))))
        rows = JournalEntry.objects.filter(action__startswith="refund.").order_by("pk")
        assert [row.action for row in rows] == ["refund.request", "refund.approve", "refund.pay"]
        assert [(row.after or {}).get("deducted_fen") for row in rows] == [350_00, None, 350_00]
        assert "张素珍" not in str([row.after for row in rows])

    def test_on_a_closed_day_it_waits_for_the_next(self, office, receipt):
        refund = approve(ask_deposit(office, receipt))
        day = MORNING.date()
        ClosedDay.objects.create(community=office.community, business_date=day, by=office.cashier)
        with pytest.raises(Refused, match="已日结"):
            pay(office, refund)
        assert left(receipt) == (WHOLE, WHOLE)
        assert pay(office, refund, at=MORNING + timedelta(days=1)).amount_fen == WHOLE


class TestWhatARequestNeeds:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"fen": WHOLE + 1}, "装修押金余额 2,000.00 元，不够退"),
            ({"receipts": ("0009999",)}, "0009999 不是这笔装修押金的收据"),
            ({"receipts": ()}, "原收据号"),
            ({"payee_name": "李四"}, "缴款人是张素珍，收款人填的是李四"),
            ({"payee_is_owner": False}, "收款人不是缴款人本人"),
            (
                {
                    "evidence": Evidence.LOSS,
                    "receipts": (),
                    "loss": "丢了",
                    "identity_tail": "123X",
                    "payee_is_owner": False,
                    "payee_why": "工头",
                },
                "要缴款人本人来领",
            ),
            ({"checked_on": None}, "装修押金要先竣工验收"),
            ({"check_paper": ""}, "没有填验收单"),
            ({"checked_on": date(2026, 11, 24)}, "不在收押金那天"),
            ({"checked_on": date(2026, 11, 22)}, "不在收押金那天"),
        ],
    )
    def test_what_lacks_is_said(self, office, receipt, changes, why):
        asked = dict(changes)
        with pytest.raises(Refused, match=why):
            ask_deposit(office, receipt, asked.pop("fen", WHOLE), **asked)
        assert not Refund.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"consent": ""}, "没有客户签字的依据"),
            ({"fen": 349_99}, "扣款共 350.00 元，超过这次退的 349.99 元"),
            ({"fen": 350_00, "method": Method.TRANSFER, "account": "工行 1"}, "没有钱要转账"),
            ({"reason_of_line": ""}, "扣款没有写金额或原因"),
            ({"fen_of_line": 0}, "扣款没有写金额或原因"),
            ({"fen_of_line": -1}, "扣款没有写金额或原因"),
        ],
    )
    def test_what_a_deduction_lacks_is_said(self, office, receipt, changes, why):
        asked = keep(office, 350_00) | changes
        (line,) = asked["deductions"]
        fen, reason = asked.pop("fen_of_line", 350_00), asked.pop("reason_of_line", line.reason)
        asked["deductions"] = (replace(line, amount_fen=fen, reason=reason),)
        with pytest.raises(Refused, match=why):
            ask_deposit(office, receipt, asked.pop("fen", WHOLE), **asked)
        assert not Refund.objects.exists()

    def test_a_kind_without_works_needs_no_check(self, office):
        card = office.take(deposit_alone(office.unit(), deposit(office, 20_00, "出入证押金")))
        refund = ask_deposit(office, card, 20_00, checked_on=None, check_paper="")
        assert (refund.checked_on, refund.what) == (None, "出入证押金")

    def test_a_lost_receipt_is_declared_by_who_paid(self, office, receipt):
        lost: dict[str, Any] = {"evidence": Evidence.LOSS, "receipts": (), "loss": "搬家时丢了"}
        assert ask_deposit(office, receipt, identity_tail="123X", **lost).loss == "搬家时丢了"

    def test_the_receipt_of_another_deposit_proves_nothing(self, office, receipt):
        other = take_deposit(office, office.unit())
        with pytest.raises(Refused, match="不是这笔装修押金的收据"):
            ask_deposit(office, receipt, receipts=(other.full_number,))

    def test_the_number_is_read_as_printed_where_the_desks_letters_end_in_a_digit(self, office):
        desk = Desk.objects.create(community=office.community, name="前台二", prefix="A1")
        other = Desk.objects.create(community=office.community, name="前台三", prefix="A")
        receipt, stranger = (
            office.take(deposit_alone(office.unit(), deposit(office)), desk=place)
            for place in (desk, other)
        )
        assert receipt.full_number == "A10000001"
        for typed in ("A10000001", "a11", "0000001", "1"):
            found = receipts_numbered(office.community, typed)
            assert receipt in found, typed
        assert stranger not in receipts_numbered(office.community, "A10000001")
        ask_deposit(office, receipt, 100_00)
        with pytest.raises(Refused, match="不是这笔装修押金的收据"):
            ask_deposit(office, receipt, 100_00, receipts=(stranger.full_number,))

    def test_who_paid_is_known_by_the_receipts_name_and_the_registers(self, office):
        unit = office.unit()
        owner = make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR).party
        receipt = take_deposit(office, unit, payer_id=owner.pk)
        kept = make_party(community=office.community, name="张素贞")
        words = {"by": office.cashier, "at": MORNING, "reason": "同一个人"}
        merge_parties(into=kept, duplicate=owner, **words)
        ask_deposit(office, receipt, 100_00, payee_name="张素珍")
        ask_deposit(office, receipt, 100_00, payee_name="张素贞")

    def test_the_signed_page_is_kept_once_however_often_it_is_sent(self, office, receipt):
        clerk = make_user(community=office.community, role=Role.CLERK)
        key = "8f6c9f0e-0f5d-4a53-9a77-0d6ad9a0a002"
        pages = [SimpleUploadedFile("扣款单.pdf", PAPER) for _ in range(2)]
        first, again = (
            ask_deposit(office, receipt, by=clerk, key=key, scan=page, **keep(office))
            for page in pages
        )
        assert first == again
        assert first.consent_scan == Attachment.objects.get()

    def test_a_page_that_is_none_leaves_nothing_behind(self, office, receipt):
        with pytest.raises(UnfitFileError), transaction.atomic():
            page = SimpleUploadedFile("x.exe", b"MZ" + bytes(40))
            ask_deposit(office, receipt, scan=page, **keep(office))
        assert left(receipt) == (WHOLE, 0)


class TestItsReceipt:
    def test_in_refund_it_is_not_taken_back_and_withdrawn_it_is(self, office, receipt):
        refund = ask_deposit(office, receipt, 500_00)
        with pytest.raises(Refused, match="收的押金正在办退款"):
            office.take_back(receipt)
        withdraw_refund(refund=refund, reason="改冲收据", by=office.cashier, at=MORNING)
        assert office.take_back(receipt)
        assert broken(office) == []

    def test_refunded_it_stays(self, office, receipt):
        pay(office, approve(ask_deposit(office, receipt, 500_00)))
        with pytest.raises(Refused, match=r"已退掉或扣掉一部分，只剩 1,500.00"):
            office.take_back(receipt)

    def test_taken_back_there_is_nothing_to_give(self, office, receipt):
        office.take_back(receipt)
        with pytest.raises(Refused, match=r"余额 0.00 元，不够退"):
            ask_deposit(office, receipt, 1_00)


class TestTheDatabase:
    """Where nobody looked, the tables themselves refuse."""

    @pytest.fixture(autouse=True)
    def _unlooked(self, monkeypatch):
        monkeypatch.setattr(actions, "may_request", lambda *_, **__: True)

    def test_more_than_is_free_is_not_held(self, office, receipt):
        ask_deposit(office, receipt, 1_500_00)
        with pytest.raises(Refused, match="押金余额刚被别处"):
            ask_deposit(office, receipt, 500_01)

    @pytest.mark.parametrize(
        ("changes", "guard"),
        [
            ({"checked_on": None}, "waits for its completion check"),
            ({"fen": 100}, "refunds_deductions_agreed"),
        ],
    )
    def test_neither_unchecked_nor_beyond_its_amount(self, office, receipt, changes, guard):
        asked = keep(office) | changes
        with pytest.raises(IntegrityError, match=guard), transaction.atomic():
            ask_deposit(office, receipt, asked.pop("fen", WHOLE), **asked)
        assert left(receipt) == (WHOLE, 0)

    def test_lines_that_come_later_do_not_commit(self, office, receipt):
        refund = ask_deposit(office, receipt, **keep(office))
        with pytest.raises(IntegrityError, match="are not what it says"), transaction.atomic():
            Deduction.objects.create(
                community=office.community,
                refund=refund,
                item=office.item,
                amount_fen=1,
                reason="补扣",
            )
            connection.check_constraints()


def test_a_voucher_numbers_both_sources_in_one_series(office, receipt):
    first = pay(office, approve(ask_deposit(office, receipt, 500_00)))
    second = paid_back(office, office.unit())
    assert [first.full_number, second.full_number] == ["T000001", "T000002"]
    assert Voucher.objects.count() == 2
