"""Deposits at the cash desk: typed beside the unpaid bills, taken by the same press, kept while the visit waits."""

import re

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, staff, statements
from guanjia.desk.tests.test_reception import draft, receive
from guanjia.desk.tests.test_taking_back import SAID
from guanjia.estate.models import Household, Party
from guanjia.estate.tests.factories import make_unit
from guanjia.money.deposits.models import DepositKind, HeldDeposit
from guanjia.money.deposits.tests.factories import kind_of
from guanjia.money.payments.models import Payment
from guanjia.money.prepayments.models import Prepayment
from guanjia.reception.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
FEE = 3 * 23669


def typed(office, n=1, name="装修押金", amount="2000", purpose=""):
    """Return one deposit's line as the page sends it."""
    return {
        f"deposit_kind_{n}": kind_of(office.community, name).pk,
        f"deposit_amount_{n}": amount,
        f"deposit_for_{n}": purpose,
    }


def fresh_line(office, browser, **sent):
    return browser.get(office.url("deposit-new", office.unit.key), sent)


class TestLines:
    def test_a_line_brings_the_first_kind_with_its_usual_amount(self, office, cashier):
        page = fresh_line(office, cashier).content.decode()
        assert re.search(r'name="deposit_kind_1"[^>]* autofocus', page)
        assert re.search(r'data-usual="2000.00" selected>装修押金', page)
        assert re.search(r'name="deposit_amount_1"[^>]*value="2000.00"', page)

    def test_the_next_line_brings_another_kind_in_the_first_free_place(self, office, cashier):
        sent = typed(office, 1) | typed(office, 3, "钥匙押金", "50")
        page = fresh_line(office, cashier, **sent).content.decode()
        assert 'name="deposit_kind_2"' in page
        assert re.search(r"selected>出入证押金", page)

    def test_a_receipt_has_room_for_three(self, office, cashier):
        sent = typed(office, 1) | typed(office, 2) | typed(office, 3)
        assert fresh_line(office, cashier, **sent).status_code == 204

    def test_a_kind_out_of_use_is_no_choice_and_without_any_the_line_says_who_can_mend_it(
        self, office, cashier
    ):
        DepositKind.objects.filter(name="装修押金").update(is_active=False)
        assert "装修押金" not in fresh_line(office, cashier).content.decode()
        DepositKind.objects.update(is_active=False)
        page = fresh_line(office, cashier).content.decode()
        assert "请财务在" in page
        assert "<select" not in page

    def test_who_takes_no_money_has_none(self, office):
        clerk = staff(office, Role.CLERK)
        assert fresh_line(office, clerk).status_code == 403
        assert "收押金" not in clerk.get(office.page()).content.decode()

    def test_another_communitys_unit_has_none(self, office, cashier):
        foreign = make_office().unit
        url = office.url("deposit-new", foreign.key)
        make_unit(community=foreign.community, number="9-9-909")
        assert cashier.get(url.replace(foreign.key, "9-9-909")).status_code == 404

    def test_the_page_without_one_costs_nothing_more_and_with_one_a_statement(
        self, office, cashier
    ):
        cashier.get(office.page())
        with statements() as without:
            cashier.get(office.page())
        assert not [sql for sql in without if 'FROM "deposits_depositkind"' in sql]
        due, line = office.url("household-due", office.unit.key), typed(office)
        with statements() as plain:
            cashier.get(due)
        with statements() as held:
            cashier.get(due, line)
        assert len(held) == len(plain) + 1


class TestTelling:
    def told(self, office, browser, **sent):
        return browser.get(office.url("household-due", office.unit.key), sent).content.decode()

    def test_words_paper_and_sum_tell_it_apart_from_the_bills(self, office, cashier):
        bills = [bill.pk for bill in office.bills()]
        page = self.told(office, cashier, bill=bills, **typed(office, purpose="厨卫改造"))
        assert "收装修押金 2000 元，押金凭收据原件退还。" in page
        assert "押金（非收入）" in page
        assert "用途：厨卫改造" in page
        assert "贰仟柒佰壹拾元零柒分" in page

    def test_what_cannot_be_read_yet_counts_nothing(self, office, cashier):
        page = self.told(office, cashier, **typed(office, amount="二千"))
        assert "没有选中要收的费用" in page
        gone = kind_of(office.community)
        gone.is_active = False
        gone.save()
        assert "没有选中要收的费用" in self.told(office, cashier, **typed(office))


class TestTaking:
    def test_one_press_takes_bills_a_prepayment_and_a_deposit(self, office, cashier):
        sent = office.paying(prepay="100", tendered="3000", **typed(office, purpose="厨卫改造"))
        answer = cashier.post(office.url("payments"), sent)
        assert answer.status_code == 302
        paid = Payment.objects.get()
        assert (paid.amount_fen, paid.prepaid_fen) == (FEE + 10_000 + 200_000, 10_000)
        assert paid.deposit_fen == 200_000
        held = HeldDeposit.objects.get()
        assert (held.unit, held.kind.name, held.reference) == (office.unit, "装修押金", "厨卫改造")
        assert (held.party, held.payer_name) == (office.owner, "张素珍")
        page = cashier.get(answer["Location"]).content.decode()
        assert "其中押金" in page
        assert "非收入，凭本收据原件退还" in page

    def test_a_deposit_alone_needs_no_bill(self, office, cashier):
        sent = office.paying(
            [], tendered="2050", **typed(office), **typed(office, 2, "钥匙押金", "50")
        )
        assert cashier.post(office.url("payments"), sent).status_code == 302
        assert sorted(HeldDeposit.objects.values_list("amount_fen", flat=True)) == [5_000, 200_000]
        assert len(office.bills()) == 3

    def test_a_second_press_takes_it_once(self, office, cashier):
        sent = office.paying([], tendered="2000", **typed(office))
        first, again = (cashier.post(office.url("payments"), sent) for _ in range(2))
        assert first["Location"] == again["Location"]
        assert HeldDeposit.objects.count() == 1

    def test_whose_it_is_follows_a_merged_party_and_is_nobody_registered_for_a_proxy(
        self, office, cashier
    ):
        kept = Party.objects.create(community=office.community, name="张素珍（正）")
        Party.objects.filter(pk=office.owner.pk).update(merged_into=kept)
        cashier.post(office.url("payments"), office.paying([], tendered="2000", **typed(office)))
        proxy = {"payer": "", "payer_name": "装修公司"}
        sent = office.paying([], tendered="2000", **typed(office), **proxy)
        cashier.post(office.url("payments"), sent)
        owners = HeldDeposit.objects.order_by("pk").values_list("party", "payer_name")
        assert list(owners) == [(kept.pk, "张素珍"), (None, "装修公司")]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"deposit_kind_1": ""}, "请选押金的种类"),
            ({"deposit_amount_1": ""}, "请填押金的金额"),
            ({"deposit_amount_1": "0"}, "押金的金额不大于零"),
            ({"deposit_amount_1": "-5"}, "不能是负数"),
            ({"deposit_amount_1": "两千"}, "不是金额"),
            ({"deposit_for_1": "长" * 61}, "60"),
            ({"deposit_for_1": "a\u200b\u0000b"}, "空字符"),
            ({"deposit_kind_1": "99999999"}, "种类已停用"),
            ({"deposit_kind_1": "x"}, "整数"),
            ({"tendered": "1999.99"}, "实收现金不足"),
        ],
    )
    def test_a_refusal_keeps_the_line_as_it_was_typed(self, office, cashier, changes, words):
        line = typed(office, purpose="厨卫改造")
        sent = office.paying([], **{"tendered": "2000", **line, **changes})
        answer = cashier.post(office.url("payments"), sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        if "deposit_for_1" not in changes:
            assert 'value="厨卫改造"' in page
        if "deposit_amount_1" not in changes:
            assert re.search(r'name="deposit_amount_1"[^>]*value="2000"', page)
        if not {"deposit_kind_1"} & changes.keys():
            assert re.search(r"selected>装修押金", page)
        assert not HeldDeposit.objects.exists()

    def test_a_line_left_empty_is_none(self, office, cashier):
        empty = {"deposit_kind_1": "", "deposit_amount_1": "", "deposit_for_1": " "}
        assert cashier.post(office.url("payments"), office.paying(**empty)).status_code == 302
        assert Payment.objects.get().deposit_fen == 0

    def test_a_prepayment_pays_no_deposit(self, office, cashier):
        office.prepay(300_000)
        sent = office.paying([], method="prepayment", **typed(office))
        answer = cashier.post(office.url("payments"), sent)
        assert answer.status_code == 422
        assert not HeldDeposit.objects.exists()
        assert Prepayment.objects.get().balance_fen == 300_000


class TestHoldingTheVisit:
    def keep(self, office, browser, values):
        """Start a visit and keep what is half typed on the household's page."""
        receive(office, browser)
        sent = {"draft": draft(office, values=values)}
        url = office.url("visit-draft", Visit.objects.get().pk)
        assert browser.post(url, sent).status_code == 200
        return browser.get(office.page()).content.decode()

    def test_a_half_typed_line_comes_back_with_the_visit(self, office, cashier):
        values = typed(office, 2, amount="300") | {"deposit_kind_1": "", "settle": "9"}
        page = self.keep(office, cashier, values)
        assert 'name="deposit_kind_2"' in page
        assert 'name="deposit_kind_1"' not in page
        assert '"deposit_amount_2": "300"' in page

    @pytest.mark.parametrize("values", [[], None, {"deposit_kind_1": {"a": 1}}, "x"])
    def test_a_draft_of_another_shape_does_no_harm(self, office, cashier, values):
        assert "收押金" in self.keep(office, cashier, values)


class TestTab:
    def tab(self, office, browser, unit=None):
        return browser.get(office.url("household-deposits", (unit or office.unit).key))

    def test_it_tells_what_is_held_on_which_receipt_and_how_it_came(self, office, cashier):
        assert "本户没有押金" in self.tab(office, cashier).content.decode()
        line = typed(office, purpose="厨卫改造")
        cashier.post(office.url("payments"), office.paying([], tendered="2000", **line))
        page = self.tab(office, cashier).content.decode()
        for words in ("装修押金", "厨卫改造", "张素珍", "0007444", "2026-11-23", "收取"):
            assert words in page
        assert page.count("2,000.00") == 4  # held in all, taken, held of this one, moved

    def test_one_that_was_taken_back_stands_last_as_cleared(self, office, cashier):
        for name, amount in (("装修押金", "2000"), ("钥匙押金", "50")):
            line = typed(office, name=name, amount=amount)
            cashier.post(office.url("payments"), office.paying([], tendered=amount, **line))
        void = office.url("receipt-void", office.desk.pk, 7445)
        told = cashier.get(void).content.decode()
        assert "押金冲回" in told
        assert "重新待缴" not in told
        assert cashier.post(void, SAID | {"desk": office.desk.pk}).status_code == 302
        page = self.tab(office, cashier).content.decode()
        assert page.index("装修押金") < page.index("钥匙押金")
        assert "已清" in page
        assert "冲回" in page

    def test_it_shows_the_whole_household_and_no_other(self, office, cashier):
        household = Household.objects.create(community=office.community, name="张素珍")
        space = make_unit(community=office.community, number="车位B1-213", household=household)
        office.unit.household = household
        office.unit.save()
        cashier.post(office.url("payments"), office.paying([], tendered="2000", **typed(office)))
        stranger = make_unit(community=office.community)
        assert "3-2-1201" in self.tab(office, cashier, space).content.decode()
        assert "本户没有押金" in self.tab(office, cashier, stranger).content.decode()

    def test_it_costs_the_same_however_many_there_are(self, office, cashier):
        def cost():
            with statements() as made:
                self.tab(office, cashier)
            return len(made)

        cashier.post(office.url("payments"), office.paying([], tendered="2000", **typed(office)))
        few = cost()
        for _ in range(3):
            cashier.post(
                office.url("payments"), office.paying([], tendered="2000", **typed(office))
            )
        assert cost() == few

    def test_who_sees_no_money_sees_none_of_it(self, office):
        assert self.tab(office, staff(office, Role.ADMINISTRATOR)).status_code == 403
        assert self.tab(office, staff(office, Role.AUDITOR)).status_code == 200
