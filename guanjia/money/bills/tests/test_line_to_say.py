"""The sentence a clerk reads out before taking money (FEE-R1)."""

from datetime import date
from decimal import Decimal

import pytest

from guanjia.money.bills.explain import line_to_say
from guanjia.money.bills.models import Bill
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion
from guanjia.money.tariffs.rules import Basis

pytestmark = pytest.mark.rules


def bill(item, month, price, basis=Basis.GROSS_AREA, amount_fen=23669):
    tariff = Tariff(item=ChargeItem(name=item), name="高层住宅")
    version = TariffVersion(
        tariff=tariff,
        effective_from=date(2025, 1, 1),
        basis=basis,
        unit_price=Decimal(price),
        evidence="合同",
    )
    return Bill(
        item=tariff.item,
        tariff_version=version,
        period_first=date(2025, month, 1),
        period_last=date(2025, month, 28),
        quantity=Decimal("98.62"),
        months=1,
        amount_fen=amount_fen,
    )


def test_the_largest_item_is_named_with_its_price_and_the_rest_by_name():
    water = bill("公摊水电", 1, "18.50", Basis.FIXED, 1850)
    said = line_to_say([water, bill("物业服务费", 1, "2.40"), bill("物业服务费", 2, "2.40")])
    assert said == "物业服务费每平方米每月两块四，加上公摊水电，3 笔一共 491 元 8 角 8 分。"


def test_a_price_that_changed_within_the_bills_is_told_with_its_month():
    said = line_to_say([bill("物业服务费", 3, "2.40"), bill("物业服务费", 2, "2.20")])
    assert said.startswith("物业服务费每平方米每月两块二，2025年3月起两块四，2 笔一共")


def test_nothing_unpaid_is_said_too():
    assert line_to_say([]) == "目前没有未缴的费用。"
