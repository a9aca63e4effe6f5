"""A one-off charge is a bill like any other: once per press, explained, paid, and cancelled until then."""

from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.money.bills.actions import cancel_bill
from guanjia.money.bills.explain import explain, line_to_say
from guanjia.money.bills.models import Bill, ExtraCharge
from guanjia.money.bills.rules import extra_fen
from guanjia.money.ledger.models import EntryLine
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.tariffs.models import ChargeItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


def test_a_charge_is_owed_today_explained_and_paid(office):
    unit = office.unit()
    bill = office.charge(unit, quantity="2", description="补办业主卡")
    assert (bill.open_fen, bill.due_on) == (4000, business_date(MORNING))
    (owed,) = office.owed(unit)
    why = explain(owed)
    assert (why.formula, why.words) == ("20.00 × 2", "补办业主卡 每份 20.00 元，2 份 40.00 元")
    assert office.cashier.name in why.evidence
    assert line_to_say([owed]) == "工本费：补办业主卡 每份 20.00 元，2 份 40.00 元。"
    office.pay([owed])
    assert office.owed(unit) == []


def test_one_press_charges_once_and_another_request_under_its_key_is_refused(office):
    unit, key = office.unit(), uuid4()
    first = office.charge(unit, key=key)
    assert office.charge(unit, key=key) == first
    with pytest.raises(Refused, match="前后不一致"):
        office.charge(unit, key=key, quantity="2")
    assert ExtraCharge.objects.count() == 1


def test_two_charges_of_one_day_and_item_stand_side_by_side(office):
    unit = office.unit()
    office.charge(unit)
    office.charge(unit)
    assert [bill.open_fen for bill in office.owed(unit)] == [2000, 2000]


def test_a_charge_does_not_keep_the_month_from_being_billed(office):
    office.item.is_extra = True
    office.item.save()
    unit = office.unit()
    ChargeItem.objects.filter(pk=office.item.pk).update(name="工本费")
    office.charge(unit)
    assert office.bill("2026-11")[0].bill_count == 1


def test_a_charge_by_mistake_is_cancelled_until_it_is_paid(office):
    unit = office.unit()
    wrong, right = office.charge(unit), office.charge(unit)
    cancel_bill(bill=wrong, reason="按错了", by=office.cashier, at=MORNING)
    assert office.owed(unit) == [right]
    office.pay([right])
    with pytest.raises(Refused, match="先作废收据"):
        cancel_bill(bill=right, reason="按错了", by=office.cashier, at=MORNING)


def test_an_item_that_is_not_for_this_is_refused(office):
    unit = office.unit()
    office.charge(unit)
    ChargeItem.objects.update(is_extra=False, extra_price=None)
    with pytest.raises(Refused, match="没有开放临时收费"):
        office.charge(unit)


@pytest.mark.parametrize("price", ["0", "0.004"])
def test_nothing_is_no_charge(office, price):
    with pytest.raises(Refused, match="不足一分"):
        office.charge(office.unit(), unit_price=price)


def test_a_tenant_may_be_charged_but_nobody_from_elsewhere(office):
    unit = office.unit()
    tenant, stranger = (
        make_party(community=office.community, name=name) for name in ("周敏", "王强")
    )
    make_tenure(unit=unit, party=tenant, capacity=Capacity.TENANT, is_debtor=False)
    assert office.charge(unit, debtor_id=tenant.pk).debtor_id == tenant.pk
    with pytest.raises(Refused, match="已不在本户"):
        office.charge(unit, debtor_id=stranger.pk)


def test_money_for_others_is_owed_on(office):
    ChargeItem.objects.create(
        community=office.community, name="工本费", is_agency=True, is_extra=True
    )
    office.charge(office.unit())
    lines = EntryLine.objects.filter(community=office.community)
    assert sorted(lines.values_list("account", "amount_fen")) == [(1122, 2000), (2241, -2000)]


def test_a_bill_is_made_by_a_run_or_a_charge_never_by_neither_or_both(office):
    unit = office.unit()
    office.bill()
    (ours,) = office.owed(unit)
    extra = office.charge(unit).extra
    for changes in ({"extra": extra}, {"run": None}, {"tariff_version": None}, {"extra": None}):
        made = Bill.objects.get(pk=ours.pk) if "extra" not in changes else office.charge(unit)
        made.pk, made.period_first = None, made.period_last
        for name, value in changes.items():
            setattr(made, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            made.save(force_insert=True)


def test_another_communitys_unit_is_refused_by_the_key(office):
    with pytest.raises(IntegrityError), transaction.atomic():
        office.charge(make_unit(community=make_office().community))


@given(
    st.integers(1, 10**8).map(lambda n: Decimal(n).scaleb(-4)),
    st.integers(1, 10**10).map(lambda n: Decimal(n).scaleb(-4)),
)
def test_the_amount_is_quantity_times_price_rounded_once(quantity, price):
    exact = Fraction(quantity) * Fraction(price) * 100
    assert abs(Fraction(extra_fen(quantity, price)) - exact) <= Fraction(1, 2)
    assert extra_fen(quantity, price) >= exact - Fraction(1, 2)
