"""A workbook adds and completes. Who owes, since when, at which price, in which state: it never moves those."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from guanjia.accounts.tests.factories import make_community
from guanjia.estate.models import Party, Tenure, Unit
from guanjia.money.tariffs.models import TariffVersion, UnitTariff
from guanjia.onboarding.tests.workbooks import register, size, take_in, told, totals
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db
PRICES = [["收费项目", "收费标准", "生效日", "计费依据", "单价"]]
HIGH = ["物业费", "高层", "2020-01-01", "建筑面积", 2.4]
ROW = {
    "number": "1-1-101",
    "gross_area": 98.62,
    "status": "入住",
    "name": "张三",
    "phone": "13905920001",
    "begins_on": "2020-06-10",
    "fees": "高层",
    "fees_begin": "2020-06-10",
}


@pytest.fixture
def community():
    """One unit with its owner and fee."""
    community = make_community(cut_over_on=date(2026, 11, 1))
    outcome = take_in(community, register(ROW, 收费标准=[*PRICES, HIGH]))
    assert outcome.refusal is None
    return community


def again(community, **changes):
    """Import the same row with something else in it."""
    return take_in(community, register({**ROW, **changes}))


def test_another_owner_is_told_and_left_for_a_transfer(community):
    outcome = again(community, name="李四", phone="13905920002")
    assert ("房屋与业主!D2", "warning", "现登记的缴费责任人是张三") in told(outcome)
    assert not Party.objects.filter(community=community, name="李四").exists()
    assert Tenure.objects.get(community=community).party.name == "张三"


@pytest.mark.parametrize(
    ("changes", "cell", "message"),
    [
        ({"begins_on": "2021-01-01"}, "F2", "现登记为 2020-06-10"),
        ({"ends_on": "2027-01-01"}, "I2", "现登记为 长期"),
        ({"is_debtor": "否"}, "I2", "与现登记的缴费责任人不同"),
        ({"status": "空置"}, "C2", "现登记状态为“入住”"),
        ({"fees_begin": "2022-01-01"}, "H2", "现登记为 2020-06-10 至 长期"),
    ],
)
def test_what_has_a_verb_of_its_own_is_told_and_stays(community, changes, cell, message):
    before = [
        list(model.objects.filter(community=community).values())
        for model in (Unit, Tenure, UnitTariff)
    ]
    outcome = again(community, **changes)
    assert (f"房屋与业主!{cell}", "warning", message) in told(outcome)
    assert totals(outcome)["changed"] == 0
    assert before == [
        list(model.objects.filter(community=community).values())
        for model in (Unit, Tenure, UnitTariff)
    ]


def test_a_published_price_is_never_changed(community):
    dearer: list[object] = [*PRICES, [*HIGH[:4], 2.8]]
    outcome = take_in(community, register(ROW, 收费标准=dearer))
    assert ("收费标准!E2", "error", "收费标准“高层”已经发布，导入不改价") in told(outcome)
    assert TariffVersion.objects.get(community=community).unit_price == Decimal("2.4")


def test_another_tariff_of_the_same_item_is_told_and_left(community):
    low = ["物业费", "多层", "2020-01-01", "建筑面积", 1.2]
    outcome = take_in(community, register({**ROW, "fees": "多层"}, 收费标准=[*PRICES, low]))
    assert ("房屋与业主!G2", "warning", "“物业费”已设了另一个标准") in told(outcome)
    assert UnitTariff.objects.get(community=community).tariff.name == "高层"


def test_empty_cells_erase_nothing(community):
    outcome = again(community, gross_area="", phone="", status="")
    assert (totals(outcome)["new"], totals(outcome)["changed"]) == (0, 0)
    assert Unit.objects.get(community=community).gross_area == Decimal("98.62")
    assert Party.objects.get(community=community).phone == "13905920001"


def test_facts_are_completed_and_journalled_with_what_was_before(community):
    outcome = again(community, gross_area=99.5, floor=1, layout="两室一厅")
    assert totals(outcome)["changed"] == 1
    unit = Unit.objects.get(community=community)
    assert (unit.gross_area, unit.floor, unit.layout) == (Decimal("99.5"), 1, "两室一厅")
    entry: Any = JournalEntry.objects.filter(community=community, subject="estate.unit").latest(
        "pk"
    )
    assert entry.before == {"floor": None, "gross_area": "98.62", "layout": ""}
    assert entry.after == {"floor": 1, "gross_area": "99.50", "layout": "两室一厅"}


def test_a_new_phone_is_written_and_journalled_masked(community):
    outcome = again(community, phone="13905929999", id_number="11010119900307002X")
    assert outcome.examined.report()["counts"]["人员"] == {"new": 0, "changed": 1, "same": 0}
    party = Party.objects.get(community=community)
    assert (party.phone, party.id_number) == ("13905929999", "11010119900307002X")
    entry: Any = JournalEntry.objects.get(community=community, action="party.change")
    assert (entry.before["phone"], entry.after["phone"]) == ("139****0001", "139****9999")
    assert totals(again(community, phone="13905929999"))["changed"] == 0


def test_a_member_of_the_household_is_added_to_a_unit_on_file(community):
    before = size(community)
    again(community, name="李四", phone="", capacity="家属", relation="配偶")
    assert size(community) == {**before, "Party": 2, "Tenure": 2}
    entry: Any = JournalEntry.objects.filter(community=community, subject="estate.unit").latest(
        "pk"
    )
    assert entry.after == {"people": ["李**（家属）"]}


def test_units_join_the_household_of_their_main_unit_once(community):
    space = {"number": "车位12", "kind": "车位", "main": "1-1-101"}
    take_in(community, register(space))
    main = Unit.objects.select_related("household").get(community=community, key="1-1-101")
    other = Unit.objects.get(community=community, key="P-12")
    assert (main.leads_household, main.household.name) == (True, "1-1-101")
    assert (other.leads_household, other.household_id) == (False, main.household_id)
    assert totals(take_in(community, register(space))) == {"new": 0, "changed": 0, "same": 1}


def test_one_import_has_one_row_in_the_journal_with_its_counts(community):
    entry: Any = JournalEntry.objects.get(community=community, action="register.import")
    assert entry.after["counts"]["房屋"] == {"new": 1, "changed": 0, "same": 0}
    assert entry.after["bad"] == 0
