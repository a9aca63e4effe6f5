"""Several methods at once, a part of what is owed, money left for later, and transfers that came earlier."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.estate.actions.tenures import transfer_ownership
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_party, make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.models import Part, Payment
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.money.prepayments.actions import transfer_prepayment
from guanjia.money.prepayments.models import Prepayment
from guanjia.records.models import OutboxMessage

pytestmark = pytest.mark.django_db
FEE = 23669


@pytest.fixture
def office():
    return make_office()


def owned(office, **fields):
    """Return a unit with an owner who owes its charges."""
    unit = office.unit(**fields)
    make_tenure(unit=unit, is_debtor=True, begins_on=NEW_YEAR)
    return unit


def clean(office) -> bool:
    return [verdict.check.name for verdict in audit(office.community) if verdict.count] == []


def balances(office) -> dict[int, int]:
    rows = EntryLine.objects.filter(community=office.community).values_list("account", "amount_fen")
    sums: dict[int, int] = {}
    for account, fen in rows:
        sums[account] = sums.get(account, 0) + fen
    return {account: fen for account, fen in sums.items() if fen}


class TestSplit:
    def test_each_method_lies_where_it_came(self, office):
        unit = office.unit()
        office.bill()
        parts = (
            Tender(Method.CASH, 10_000, tendered_fen=20_000),
            Tender(Method.POS, 10_000, reference="8801"),
            Tender(Method.TRANSFER, FEE - 20_000, reference="8802"),
        )
        receipt = office.pay(office.owed(unit), tenders=parts)
        assert list(receipt.payment.parts.values_list("method", "amount_fen", "reference")) == [
            ("cash", 10_000, ""),
            ("pos", 10_000, "8801"),
            ("transfer", FEE - 20_000, "8802"),
        ]
        assert balances(office) == {1001: 10_000, 101201: 10_000, 1002: FEE - 20_000, 6001: -FEE}
        assert clean(office)

    def test_parts_that_are_not_the_sum_are_refused(self, office):
        unit = office.unit()
        office.bill()
        parts = (Tender(Method.CASH, 10_000, 10_000), Tender(Method.POS, 10_000, reference="8801"))
        with pytest.raises(Refused, match=r"各种方式合计 200.00 元，与本次应收 236.69 元不同"):
            office.pay(office.owed(unit), tenders=parts)

    def test_a_part_of_nothing_is_refused(self, office):
        unit = office.unit()
        office.bill()
        parts = (Tender(Method.CASH, FEE, FEE), Tender(Method.POS, 0, reference="8801"))
        with pytest.raises(Refused, match="不大于零"):
            office.pay(office.owed(unit), tenders=parts)


class TestReferences:
    def test_one_reference_pays_twice_only_when_said(self, office):
        first, second = office.unit(), office.unit()
        office.bill()
        by_card = {"method": Method.POS, "reference": "8801", "tendered_fen": None}
        office.pay(office.owed(first), tender=by_card)
        with pytest.raises(Refused, match="参考号 8801 已经用来收过一笔"):
            office.pay(office.owed(second), tender=by_card)
        office.pay(office.owed(second), tender=by_card, again=True)
        assert Part.objects.filter(reference="8801").count() == 2

    def test_a_reference_that_was_voided_is_free_again(self, office):
        unit = office.unit()
        office.bill()
        by_card = {"method": Method.POS, "reference": "8801", "tendered_fen": None}
        office.take_back(office.pay(office.owed(unit), tender=by_card))
        assert office.pay(office.owed(unit), tender=by_card)

    def test_another_methods_same_number_is_another(self, office):
        first, second = office.unit(), office.unit()
        office.bill()
        for unit, method in ((first, Method.POS), (second, Method.TRANSFER)):
            tender = {"method": method, "reference": "8801", "tendered_fen": None}
            office.pay(office.owed(unit), tender=tender)


class TestInPart:
    def test_the_oldest_bills_are_paid_first(self, office):
        unit = office.unit()
        for month in ("2026-12", "2026-11", "2026-10"):
            office.bill(month)
        some = {"amount_fen": 30_000, "tendered_fen": 30_000}
        receipt = office.pay(office.owed(unit), settle_fen=30_000, tender=some)
        assert [bill.open_fen for bill in office.owed(unit)] == [2 * FEE - 30_000, FEE]
        assert office.owed(unit)[0].period_first == date(2026, 11, 1)
        assert receipt.payment.amount_fen == 30_000
        rest = office.owed(unit)
        office.pay(rest)
        assert office.owed(unit) == []
        assert clean(office)

    @pytest.mark.parametrize("fen", [0, -1, FEE + 1])
    def test_neither_nothing_nor_more_than_is_owed(self, office, fen):
        unit = office.unit()
        office.bill()
        with pytest.raises(Refused, match=r"不在 0.01 至应收 236.69 元之间"):
            office.pay(office.owed(unit), settle_fen=fen)


class TestPrepayment:
    def paid_ahead(self, office, unit, fen=50_000):
        taking = Taking(
            unit_id=unit.pk,
            prepay_fen=fen,
            tenders=(Tender(Method.CASH, fen, fen),),
            payer_name="张素珍",
            payer_capacity="业主",
        )
        return office.take(taking)

    def test_what_is_left_is_a_debt_to_the_payer(self, office):
        unit = owned(office)
        receipt = self.paid_ahead(office, unit)
        assert balances(office) == {1001: 50_000, 2203: -50_000}
        kept = Prepayment.objects.get()
        assert (kept.unit, kept.balance_fen) == (unit, 50_000)
        assert kept.party == unit.tenures.get().party
        assert receipt.payment.prepaid_fen == 50_000
        assert clean(office)

    def test_it_pays_later_bills_with_a_receipt(self, office):
        unit = owned(office)
        self.paid_ahead(office, unit)
        office.bill()
        drawn = {"method": Method.PREPAYMENT, "tendered_fen": None}
        receipt = office.pay(office.owed(unit), tender=drawn)
        assert Prepayment.objects.get().balance_fen == 50_000 - FEE
        assert balances(office) == {1001: 50_000, 2203: FEE - 50_000, 6001: -FEE}
        assert receipt.number == 7445
        assert clean(office)

    def test_more_than_is_left_is_refused(self, office):
        unit = owned(office)
        self.paid_ahead(office, unit, 10_000)
        office.bill()
        with pytest.raises(Refused, match=r"预存余额只有 100.00 元，不够 236.69 元"):
            office.pay(office.owed(unit), tender={"method": Method.PREPAYMENT})

    def test_change_may_stay_as_a_prepayment(self, office):
        unit = owned(office)
        office.bill()
        handed = {"amount_fen": 30_000, "tendered_fen": 30_000}
        office.pay(office.owed(unit), prepay_fen=30_000 - FEE, tender=handed)
        assert Prepayment.objects.get().balance_fen == 30_000 - FEE
        assert office.owed(unit) == []
        assert clean(office)

    def test_it_serves_the_whole_household_but_nobody_elses_debt(self, office):
        household = Household.objects.create(community=office.community, name="张素珍")
        unit = owned(office, household=household)
        space = office.unit("12.50", household=household)
        party = unit.tenures.get().party
        make_tenure(unit=space, party=party, is_debtor=True, begins_on=NEW_YEAR)
        self.paid_ahead(office, unit, 90_000)
        office.bill("2026-11")
        office.pay(office.owed(space), tender={"method": Method.PREPAYMENT})
        buyer = make_party(community=office.community)
        transfer_ownership(unit=unit, to=buyer, on=date(2026, 12, 1), by=office.cashier, at=MORNING)
        office.bill("2026-12")
        with pytest.raises(Refused, match="不是同一个人欠的"):
            office.pay(office.owed(unit), tender={"method": Method.PREPAYMENT})
        former, new = office.owed(unit)
        office.pay([former], tender={"method": Method.PREPAYMENT})
        with pytest.raises(Refused, match=r"预存余额只有 0.00 元"):
            office.pay([new], tender={"method": Method.PREPAYMENT})
        assert clean(office)

    def test_a_receipt_whose_prepayment_is_used_up_can_not_be_taken_back_first(self, office):
        unit = owned(office)
        ahead = self.paid_ahead(office, unit)
        office.bill()
        used = office.pay(office.owed(unit), tender={"method": Method.PREPAYMENT})
        with pytest.raises(Refused, match=r"已用掉一部分，只剩 263.31 元"):
            office.take_back(ahead)
        office.take_back(used)
        assert Prepayment.objects.get().balance_fen == 50_000
        office.take_back(ahead)
        assert Prepayment.objects.get().balance_fen == 0
        assert clean(office)

    def test_it_moves_between_the_units_of_a_household_only(self, office):
        household = Household.objects.create(community=office.community, name="张素珍")
        unit, space = owned(office, household=household), office.unit(household=household)
        stranger = office.unit()
        self.paid_ahead(office, unit)
        source = Prepayment.objects.get()
        words = {"reason": "存错了户", "by": office.cashier, "at": MORNING}
        with pytest.raises(Refused, match="不在同一户"):
            transfer_prepayment(source=source, to=stranger, amount_fen=100, key=uuid4(), **words)
        with pytest.raises(Refused, match=r"只有 500.00 元"):
            transfer_prepayment(source=source, to=space, amount_fen=50_001, key=uuid4(), **words)
        words["key"] = uuid4()
        first, again = (
            transfer_prepayment(source=source, to=space, amount_fen=20_000, **words)
            for _ in range(2)
        )
        assert first == again
        assert dict(Prepayment.objects.values_list("unit", "balance_fen")) == {
            unit.pk: 30_000,
            space.pk: 20_000,
        }
        assert clean(office)

    def test_one_payment_does_not_draw_and_add(self, office):
        unit = owned(office)
        self.paid_ahead(office, unit)
        office.bill()
        tenders = (Tender(Method.PREPAYMENT, FEE), Tender(Method.CASH, 100, 100))
        with pytest.raises(Refused, match="不能又用又存"):
            office.pay(office.owed(unit), prepay_fen=100, tenders=tenders)


class TestReceivedEarlier:
    def test_a_transfer_keeps_the_day_it_arrived_and_posts_today(self, office):
        unit = office.unit()
        office.bill()
        tender = {"method": Method.TRANSFER, "reference": "8801", "tendered_fen": None}
        day = MORNING.date() - timedelta(days=3)
        payment = office.pay(office.owed(unit), tender=tender, received_on=day).payment
        assert Payment.objects.get(pk=payment.pk).received_on == day
        assert payment.business_date == MORNING.date()

    def test_cash_arrives_when_it_is_handed_over(self, office):
        unit = office.unit()
        office.bill()
        with pytest.raises(Refused, match="没有早先的到账日"):
            office.pay(office.owed(unit), received_on=MORNING.date() - timedelta(days=1))

    @pytest.mark.parametrize("days", [-1, 400])
    def test_neither_tomorrow_nor_years_ago(self, office, days):
        unit = office.unit()
        office.bill()
        tender = {"method": Method.TRANSFER, "reference": "8801", "tendered_fen": None}
        day = MORNING.date() - timedelta(days=days)
        with pytest.raises(Refused, match="到账日期"):
            office.pay(office.owed(unit), tender=tender, received_on=day)


def test_every_payment_tells_the_outside_once(office):
    unit = office.unit("10.00")
    office.bill()
    office.pay(office.owed(unit))
    message = OutboxMessage.objects.get()
    assert (message.topic, message.payload["methods"]) == ("payment.taken", {"cash": 2400})
    assert Decimal(message.payload["amount_fen"]) == 2400
