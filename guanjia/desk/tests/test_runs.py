"""The monthly run on screen: previewed by item with what stands in its way, issued once."""

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, signed_in, staff
from guanjia.estate.tests.factories import make_unit
from guanjia.money.bills.models import Bill
from guanjia.money.tariffs.models import ChargeItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finance(office):
    return staff(office, Role.FINANCE)


def test_the_preview_names_what_stands_in_the_way(office, finance):
    office.charge(unit=make_unit(community=office.community, number="5-1-101", gross_area=None))
    make_unit(community=office.community, number="5-1-102")
    page = finance.get(office.url("runs"), {"month": "2026-12"}).content.decode()
    assert "236.69" in page
    assert "没有计费面积，不能出账" in page
    assert office.url("household", "5-1-101") in page
    assert "没有设置任何收费标准" in page
    assert office.url("household", "5-1-102") in page
    assert Bill.objects.filter(community=office.community).count() == 3


def test_a_month_is_issued_once(office, finance):
    first = finance.post(office.url("runs"), {"month": "2026-12"}, follow=True).content.decode()
    assert "2026年12月 已出账 1 笔，合计 236.69 元" in first
    assert "本月已出完" in first
    again = finance.post(office.url("runs"), {"month": "2026-12"}, follow=True).content.decode()
    assert "没有需要新出的账单" in again
    assert Bill.objects.filter(community=office.community).count() == 4


def test_only_the_items_chosen_are_issued(office, finance):
    other = ChargeItem.objects.create(community=office.community, name="车位服务费")
    finance.post(office.url("runs"), {"month": "2026-12", "item": other.pk})
    assert Bill.objects.filter(community=office.community).count() == 3


def test_a_month_that_is_none_is_said_so(office, finance):
    answer = finance.get(office.url("runs"), {"month": "2026-13"})
    assert answer.status_code == 422
    assert "没有 2026 年 13 月" in answer.content.decode()


def test_only_finance_runs_bills(office, cashier):
    assert cashier.get(office.url("runs")).status_code == 403
    assert cashier.post(office.url("runs"), {"month": "2026-12"}).status_code == 403
    stranger = signed_in(make_office().cashier)
    assert stranger.get(office.url("runs")).status_code == 404


def test_an_item_of_another_community_is_not_to_be_had(office, finance):
    foreign = ChargeItem.objects.get(community=make_office().community)
    answer = finance.post(office.url("runs"), {"month": "2026-12", "item": foreign.pk})
    assert answer.status_code == 422
