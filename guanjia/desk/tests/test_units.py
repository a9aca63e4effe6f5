"""The list of units, and correcting one."""

from datetime import date

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.desk.tests.office import staff, statements
from guanjia.estate.models import Building, Unit
from guanjia.estate.states import Capacity, UnitKind, UnitStatus
from guanjia.estate.tests.factories import make_building, make_party, make_tenure, make_unit
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(office):
    return staff(office, Role.CLERK)


def numbers(answer):
    return [row.unit.number for row in answer.context["rows"]]


def as_typed(unit, **changes):
    """Return what the form of corrections sends when nothing is changed but ``changes``."""
    return {
        "number": unit.number,
        "kind": unit.kind,
        "building": unit.building_id or "",
        "entrance": unit.entrance,
        "gross_area": unit.gross_area,
        "reason": "产权证面积与登记不符",
        **changes,
    }


def test_a_line_tells_owner_tenant_masked_phone_and_what_is_overdue(office, clerk):
    tenant = make_party(community=office.community, name="周倩", phone="13600010917")
    make_tenure(unit=office.unit, party=tenant, capacity=Capacity.TENANT)
    answer = clerk.get(office.url("units"))
    (row,) = answer.context["rows"]
    assert (row.owners, row.tenants, row.phone) == (["张素珍"], ["周倩"], "139****5520")
    page = answer.content.decode()
    assert "473.38" in page  # September and October; November is not due yet
    assert "13912345520" not in page
    assert office.page() in page


def test_units_stand_as_people_count_them(office, clerk):
    for number in ("10-1-101", "2-1-1102", "2-1-902"):
        make_unit(community=office.community, number=number)
    shown = numbers(clerk.get(office.url("units")))
    assert shown == ["2-1-902", "2-1-1102", "3-2-1201", "10-1-101"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "zsz"}, ["3-2-1201"]),
        ({"q": "3栋2单元"}, ["3-2-1201"]),
        ({"q": "5520"}, ["3-2-1201"]),
        ({"q": "不存在的人"}, []),
        ({"status": "vacant"}, ["8-1-101"]),
        ({"kind": "parking_space"}, ["B1-086"]),
        ({"status": "vacant", "q": "zsz"}, []),
        ({"status": "rubbish"}, ["3-2-1201", "8-1-101", "B1-086"]),
    ],
)
def test_the_address_says_what_is_listed(office, clerk, asked, found):
    make_unit(community=office.community, number="8-1-101", status=UnitStatus.VACANT)
    make_unit(community=office.community, number="B1-086", kind=UnitKind.PARKING_SPACE)
    assert sorted(numbers(clerk.get(office.url("units"), asked))) == found


def test_a_building_filters_and_pages_keep_the_filter(office, clerk):
    building = make_building(community=office.community)
    for n in range(41):
        make_unit(community=office.community, building=building, number=f"7-1-{n + 100}")
    answer = clerk.get(office.url("units"), {"building": building.pk, "page": 2})
    assert numbers(answer) == ["7-1-140"]
    assert f"?building={building.pk}&amp;page=1" in answer.content.decode()
    stranger = make_building()
    assert len(numbers(clerk.get(office.url("units"), {"building": stranger.pk}))) == 40


def test_the_list_takes_the_same_statements_for_any_number_of_units(office, clerk):
    with statements() as few:
        clerk.get(office.url("units"))
    for _ in range(30):
        make_tenure(unit=make_unit(community=office.community))
    with statements() as many:
        clerk.get(office.url("units"))
    assert len(many) == len(few) <= 9


def test_a_unit_is_added_with_a_new_building(office, clerk):
    typed = {"number": "5栋1单元302室", "kind": "dwelling", "status": "unsold", "floor": "3"}
    answer = clerk.post(office.url("unit-new"), {**typed, "new_building": "5栋"})
    unit = Unit.objects.get(community=office.community, key="5-1-302")
    assert answer.headers["Location"] == office.url("residents", unit.key)
    assert (unit.building.name, unit.floor, unit.status) == ("5栋", 3, "unsold")


def test_a_taken_number_comes_back_as_typed_and_leaves_no_building_behind(office, clerk):
    typed = {"number": "3栋2单元1201", "kind": "dwelling", "status": "unsold"}
    answer = clerk.post(office.url("unit-new"), {**typed, "new_building": "新楼栋5栋"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "已经有了" in page
    assert 'value="3栋2单元1201"' in page
    assert not Building.objects.filter(community=office.community).exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gross_area": "0"}, "大于"),
        ({"gross_area": "90", "internal_area": "98"}, "套内面积大于建筑面积"),
        ({"number": "？？"}, "房号"),
        ({"reason": ""}, "更正原因"),
    ],
)
def test_a_correction_that_cannot_be_right_says_so(office, clerk, changes, message):
    url = office.url("unit-edit", office.unit.key)
    answer = clerk.post(url, as_typed(office.unit, **changes))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    office.unit.refresh_from_db()
    assert str(office.unit.gross_area) == "98.62"


def test_a_correction_is_journalled_with_its_reason(office, clerk):
    url = office.url("unit-edit", office.unit.key)
    assert clerk.post(url, as_typed(office.unit, gross_area="99.10")).status_code == 302
    office.unit.refresh_from_db()
    assert str(office.unit.gross_area) == "99.10"
    entry = JournalEntry.objects.get(community=office.community, action="unit.change")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["gross_area"], entry.after["gross_area"]) == ("98.62", "99.10")
    assert entry.reason == "产权证面积与登记不符"


def test_only_the_next_states_are_offered(office, clerk):
    url = office.url("unit-status", office.unit.key)
    assert clerk.post(url, {"to": "unsold"}).status_code == 422
    assert clerk.post(url, {"to": "let", "reason": "出租"}).status_code == 302
    office.unit.refresh_from_db()
    assert office.unit.status == UnitStatus.LET
    bare = make_unit(community=office.community, status=UnitStatus.UNSOLD)
    page = clerk.get(office.url("unit-edit", bare.key)).content.decode()
    assert office.url("unit-handover", bare.key) in page
    assert office.url("unit-status", bare.key) not in page


def test_units_share_a_household_and_leave_it(office, clerk):
    spaces = [make_unit(community=office.community, number=f"B1-08{n}") for n in (6, 7)]
    url = office.url("unit-household", office.unit.key)
    assert clerk.post(url, {"others": "B1-086、-1层087"}).status_code == 302
    office.unit.refresh_from_db()
    assert office.unit.leads_household
    for space in spaces:
        space.refresh_from_db()
        assert space.household == office.unit.household
    clerk.post(office.url("unit-household-exit", spaces[0].key))
    spaces[0].refresh_from_db()
    assert spaces[0].household is None
    answer = clerk.post(office.url("unit-household-exit", office.unit.key), follow=True)
    assert "户内主房屋" in answer.content.decode()


@pytest.mark.parametrize("typed", ["9-9-999", "3-2-1201", "？？"])
def test_a_household_takes_only_other_units_that_exist(office, clerk, typed):
    make_unit(number="9-9-999")  # another community's
    answer = clerk.post(office.url("unit-household", office.unit.key), {"others": typed})
    assert answer.status_code == 422


def test_who_may_not_write_and_who_is_a_stranger(office):
    auditor = staff(office, Role.AUDITOR)
    page = auditor.get(office.url("units")).content.decode()
    assert office.url("unit-new") not in page
    assert auditor.get(office.url("unit-edit", office.unit.key)).status_code == 403
    abroad = make_unit(community=make_community(), number="1-1-101")
    clerk = staff(office, Role.CLERK)
    for route in ("unit-edit", "residents", "resident-new", "unit-transfer", "document-new"):
        assert clerk.get(office.url(route, abroad.key)).status_code == 404


def test_a_guard_sees_no_units(office):
    assert staff(office, Role.GUARD).get(office.url("units")).status_code == 403


def test_the_day_of_handing_over_is_shown(office, clerk):
    Unit.objects.filter(pk=office.unit.pk).update(handed_over_on=date(2024, 5, 1))
    assert "2024-05-01 交付" in clerk.get(office.url("unit-edit", office.unit.key)).content.decode()
