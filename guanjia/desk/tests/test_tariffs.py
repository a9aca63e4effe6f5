"""The price list on screen: every price with its day and its evidence, changed by new versions only."""

from datetime import date
from decimal import Decimal

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, signed_in, staff
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion

pytestmark = pytest.mark.django_db(transaction=True)

VERSION = {
    "effective_from": "2027-01-01",
    "evidence": "业主大会决议 2026-12-01",
    "basis": "gross_area",
    "unit_price": "2.65",
    "addition_fen": "5",
    "cycle_months": "3",
    "anchor": "calendar",
    "timing": "prepaid",
    "due_days": "30",
    "part_month": "actual_days",
    "rounding": "half_up",
}


@pytest.fixture
def finance(office):
    return staff(office, Role.FINANCE)


def test_the_list_tells_price_day_and_evidence(office, cashier):
    page = cashier.get(office.url("tariffs")).content.decode()
    for words in (
        "物业服务费",
        "高层住宅",
        "2.40 元/㎡·月",
        "2026-01-01",
        "现行",
        "前期物业服务合同第五条",
    ):
        assert words in page, words
    assert office.url("tariffs-new-version", office.tariff.pk) not in page


def test_a_new_version_stands_beside_the_old(office, finance):
    address = office.url("tariffs-new-version", office.tariff.pk)
    form = finance.get(address).content.decode()
    assert 'value="2.40"' in form  # begins as the latest stands
    assert "前期物业服务合同第五条" not in form  # its evidence is not the new one's
    finance.post(address, VERSION)
    versions = TariffVersion.objects.filter(tariff=office.tariff).order_by("effective_from")
    assert [v.unit_price for v in versions] == [Decimal("2.40"), Decimal("2.65")]
    assert versions[1].addition_fen == 500
    page = finance.get(office.url("tariffs")).content.decode()
    assert "未生效" in page
    assert "现行" in page
    assert "2.65 元/㎡·月，另加 5.00 元/月" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evidence": ""}, "这个字段是必填项"),
        ({"effective_from": "2026-01-01"}, "已有一个版本"),
        ({"unit_price": "-1"}, "大于"),
        ({"addition_fen": "abc"}, "不是金额"),
    ],
)
def test_a_version_that_cannot_stand_is_refused_in_words(office, finance, changes, words):
    address = office.url("tariffs-new-version", office.tariff.pk)
    answer = finance.post(address, VERSION | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert TariffVersion.objects.filter(tariff=office.tariff).count() == 1


LIFT = {"basis": "fixed", "unit_price": "", "steps": "1层及以下 0\n2-6层 0.30\n7层及以上 0.45"}


def test_a_price_table_is_published_shown_and_offered_again(office, finance):
    address = office.url("tariffs-new-version", office.tariff.pk)
    finance.post(address, VERSION | LIFT)
    page = finance.get(office.url("tariffs")).content.decode()
    assert "按楼层 0.00–0.45 元/月" in page
    assert "<li>7层及以上 0.45</li>" in page
    form = finance.get(address).content.decode()
    assert "2-6层 0.3" in form
    finance.post(address, VERSION | LIFT | {"effective_from": "2027-02-01", "unit_price": ""})
    assert TariffVersion.objects.filter(tariff=office.tariff).count() == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit_price": "", "steps": ""}, "请填写单价；按楼层或类别收费的，填分档价目"),
        ({"unit_price": "2"}, "分档收费时请清空单价"),
        ({"steps": "1-6层 0\n6层以上 1"}, "重叠：6 层有两个价"),
        ({"steps": "1-5层 0\n7层以上 1"}, "断开：6 层没有价"),
        ({"steps": "7层以上 1\n1-6层 0"}, "的顺序反了"),
    ],
)
def test_a_bad_price_table_says_which_lines_to_mend(office, finance, changes, words):
    address = office.url("tariffs-new-version", office.tariff.pk)
    answer = finance.post(address, VERSION | LIFT | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_items_and_tariffs_are_added(office, finance):
    finance.post(office.url("tariffs-new-item"), {"name": "车位服务费", "position": "2"})
    item = ChargeItem.objects.get(community=office.community, name="车位服务费")
    finance.post(office.url("tariffs-new", item.pk), {"name": "地下车位", **VERSION})
    tariff = Tariff.objects.get(community=office.community, item=item)
    assert tariff.versions.get().effective_from == date(2027, 1, 1)
    answer = finance.post(office.url("tariffs-new-item"), {"name": "车位服务费", "position": "2"})
    assert answer.status_code == 422
    assert "已经有了" in answer.content.decode()


def test_who_only_reads_changes_nothing(office, cashier):
    assert cashier.get(office.url("tariffs-new-item")).status_code == 403
    address = office.url("tariffs-new-version", office.tariff.pk)
    assert cashier.post(address, VERSION).status_code == 403


def test_a_tariff_of_another_community_does_not_exist(office):
    other = make_office()
    client = staff(other, Role.FINANCE)
    for address in (
        other.url("tariffs-new-version", office.tariff.pk),
        other.url("tariffs-new", office.tariff.item_id),
        office.url("tariffs"),
    ):
        assert client.get(address).status_code == 404
    assert signed_in(other.cashier).get(office.url("tariffs")).status_code == 404
