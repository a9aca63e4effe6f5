"""Another system's workbook comes in as it is: several sheets, codes, side notes, owners who are not listed."""

from datetime import date
from decimal import Decimal

import pytest

from guanjia.accounts.tests.factories import make_community
from guanjia.estate.models import Party, Tenure, Unit
from guanjia.money.tariffs.models import TariffVersion, UnitTariff
from guanjia.onboarding.tests.workbooks import PEER, size, take_in, told, totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def community():
    return make_community(cut_over_on=date(2026, 11, 1))


def test_everything_on_its_sheets_comes_in(community):
    outcome = take_in(community, PEER, file_name="peer-register-hc.xlsx")
    assert outcome.refusal is None
    assert size(community) == {
        "Building": 13,
        "Unit": 9,
        "Party": 5,
        "Tenure": 5,
        "Vehicle": 0,
        "ChargeItem": 2,
        "Tariff": 2,
        "TariffVersion": 2,
        "UnitTariff": 11,
    }


def test_a_room_has_its_building_entrance_area_and_owner(community):
    take_in(community, PEER)
    unit = Unit.objects.select_related("building").get(community=community, key="1-1-1011")
    assert (unit.building.name, unit.entrance, unit.floor) == ("1栋", "1", 1)
    assert (unit.gross_area, unit.kind, unit.layout) == (Decimal("94.56"), "dwelling", "")
    tenure = Tenure.objects.select_related("party").get(community=community, unit=unit)
    assert (tenure.party.name, tenure.party.phone) == ("张三丰", "13800000000")
    assert (tenure.capacity, tenure.is_debtor) == ("owner", True)
    assert tenure.begins_on == date(2020, 6, 10), "its fee's first day"


def test_fee_settings_become_tariffs(community):
    take_in(community, PEER, file_name="peer-register-hc.xlsx")
    version = TariffVersion.objects.get(community=community, tariff__name="测试收费1")
    assert (version.basis, version.unit_price, version.addition_fen) == (
        "gross_area",
        Decimal("1.3"),
        2000,
    )
    assert (version.cycle_months, version.timing, version.anchor) == (6, "prepaid", "start")
    assert version.effective_from == date(2020, 6, 10)
    assert "peer-register-hc.xlsx" in version.evidence


def test_a_room_pays_each_fee_from_its_own_day(community):
    take_in(community, PEER)
    paid = UnitTariff.objects.filter(community=community, unit__key="1-1-1014")
    assert sorted(paid.values_list("item__name", "begins_on", "ends_on")) == [
        ("测试收费1", date(2020, 6, 10), date(2037, 1, 1)),
        ("测试收费2", date(2020, 7, 10), date(2037, 1, 1)),
    ]


def test_rooms_whose_owner_is_not_listed_come_in_without_one(community):
    outcome = take_in(community, PEER)
    warned = {cell for cell, severity, message in told(outcome) if "没有编号" in message}
    assert warned == {"房屋信息!G7", "房屋信息!G8", "房屋信息!G9"}
    rooms = Unit.objects.filter(community=community, key__in=["1-1-1022", "1-1-1023", "1-1-1024"])
    assert set(rooms.values_list("status", flat=True)) == {"handed_over"}
    assert not Tenure.objects.filter(community=community, unit__in=rooms).exists()


def test_wrong_check_digits_are_warnings_and_shown_masked(community):
    outcome = take_in(community, PEER)
    report = outcome.examined.report()
    assert report["bad"] == 0
    wrong = [f for f in report["findings"] if f["message"] == "证件号不对"]
    assert [f["cell"] for f in wrong] == [f"业主信息!F{n}" for n in (2, 3, 5, 6)]
    assert wrong[0]["value"] == "110***********0001"


def test_an_unowned_parking_space_is_unsold_and_found_by_its_number(community):
    take_in(community, PEER)
    space = Unit.objects.get(community=community, kind="parking_space")
    assert (space.number, space.key, space.status) == ("车位C0001", "P-C-1", "unsold")
    assert space.gross_area == Decimal("98.32")


def test_side_notes_are_neither_rows_nor_errors(community):
    outcome = take_in(community, PEER)
    assert [sheet["rows"] for sheet in outcome.examined.report()["sheets"]] == [26, 5, 2, 8, 1]
    assert all(severity == "warning" for _, severity, _ in told(outcome))


def test_importing_twice_changes_nothing(community):
    take_in(community, PEER)
    before = list(Party.objects.filter(community=community).values())
    once = size(community)
    again = take_in(community, PEER)
    assert totals(again) == {"new": 0, "changed": 0, "same": 45}
    assert size(community) == once
    assert list(Party.objects.filter(community=community).values()) == before
