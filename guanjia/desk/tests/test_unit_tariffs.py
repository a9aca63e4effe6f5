"""What a unit pays is set and ended on its page; of one item, one tariff at a time."""

from datetime import date

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, staff
from guanjia.money.tariffs.models import UnitTariff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finance(office):
    return staff(office, Role.FINANCE)


def assigned(office):
    return UnitTariff.objects.filter(community=office.community, unit=office.unit).order_by("pk")


def test_the_page_lists_periods_and_offers_forms_to_those_who_may(office, finance, cashier):
    address = office.url("household-tariffs", office.unit.key)
    read = cashier.get(address).content.decode()
    for words in ("物业服务费", "高层住宅", "2026-01-01", "长期", "现行"):
        assert words in read, words
    assert "从这一天起收" not in read
    assert address in cashier.get(office.page()).content.decode()
    assert "从这一天起收" in finance.get(address).content.decode()


def test_a_tariff_is_ended_and_another_follows(office, finance):
    (first,) = assigned(office)
    key = office.unit.key
    then = finance.post(
        office.url("unit-tariff-end", key, first.pk), {"ends_on": "2026-12-31"}, follow=True
    )
    assert "2026-12-31" in then.content.decode()
    typed = {"tariff": office.tariff.pk, "begins_on": "2027-01-01"}
    then = finance.post(office.url("unit-tariff-new", key), typed, follow=True)
    assert "未开始" in then.content.decode()
    periods = list(assigned(office).values_list("begins_on", "ends_on"))
    assert periods == [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), None),
    ]
    late = finance.post(office.url("unit-tariff-end", key, first.pk), {"ends_on": "2027-01-01"})
    assert (late.status_code, "已有同一收费项目的标准" in late.content.decode()) == (422, True)
    assert list(assigned(office).values_list("begins_on", "ends_on")) == periods


def test_a_second_tariff_of_the_item_is_refused_and_stays_typed(office, finance):
    typed = {"tariff": office.tariff.pk, "begins_on": "2026-12-05"}
    answer = finance.post(office.url("unit-tariff-new", office.unit.key), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "已有同一收费项目的标准。请先填写原标准的截止日" in page
    assert 'value="2026-12-05"' in page
    assert assigned(office).count() == 1


@pytest.mark.parametrize(
    ("day", "words"), [("2025-12-31", "截止日早于起始日"), ("", "必填"), ("昨天", "有效")]
)
def test_an_end_that_cannot_be_is_refused_in_its_row(office, finance, day, words):
    (row,) = assigned(office)
    address = office.url("unit-tariff-end", office.unit.key, row.pk)
    answer = finance.post(address, {"ends_on": day})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert assigned(office).get().ends_on is None


def test_readers_change_nothing_and_others_find_nothing(office, finance, cashier):
    (row,) = assigned(office)
    key, typed = office.unit.key, {"ends_on": "2026-12-31"}
    assert cashier.post(office.url("unit-tariff-end", key, row.pk), typed).status_code == 403
    assert cashier.post(office.url("unit-tariff-new", key)).status_code == 403
    other = make_office()
    outsider = staff(other, Role.FINANCE)
    assert outsider.get(office.url("household-tariffs", key)).status_code == 404
    assert outsider.post(office.url("unit-tariff-end", key, row.pk), typed).status_code == 404
    assert outsider.post(other.url("unit-tariff-end", key, row.pk), typed).status_code == 404
    foreign = {"tariff": other.tariff.pk, "begins_on": "2027-01-01"}
    answer = finance.post(office.url("unit-tariff-new", key), foreign)
    assert (answer.status_code, assigned(office).count()) == (422, 1)
