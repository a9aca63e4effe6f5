"""Which rows are rows, and what their cells mean, as offices really fill them in."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from guanjia.accounts.tests.factories import make_community
from guanjia.core.refusal import Refused
from guanjia.core.tests.hostile import DIRTY_NAMES, NAMES
from guanjia.estate.models import Party, Tenure, Unit, Vehicle
from guanjia.money.tariffs.models import TariffVersion
from guanjia.onboarding.tests.workbooks import register, take_in, told, totals, workbook

pytestmark = pytest.mark.django_db
HEAD = ["房号", "建筑面积", "业主姓名", "电话"]


@pytest.fixture
def community():
    return make_community(cut_over_on=date(2026, 11, 1))


def keys(community):
    return set(Unit.objects.filter(community=community).values_list("key", flat=True))


def test_blank_rows_titles_and_notes_are_no_rows(community):
    content = workbook(
        {
            "2026年登记": [
                ["示例花园业主登记表"],
                [],
                ["序号", *HEAD, "", "填表说明"],
                [1, "1-1-101", 98.62, "张三", "13905920001", "", "电话填手机号"],
                ["", "", "", "", "", "", "房号写全"],
                ["", "  ", "", None, ""],
                [2, "1-1-102", 98.62, "李四", "13905920002"],
                [],
                ["说明：以上由前台填写"],
                ["合计", "2 户"],
                ["制表人 王五"],
            ]
        }
    )
    outcome = take_in(community, content)
    assert told(outcome) == []
    assert keys(community) == {"1-1-101", "1-1-102"}


def test_codes_that_excel_made_numbers_are_codes_again(community):
    rows = [["楼栋", "单元", *HEAD], [3.0, 2.0, 1201.0, 98.62, "张三", 13905920001.0]]
    take_in(community, workbook({"登记": rows}))
    assert keys(community) == {"3-2-1201"}
    assert Party.objects.get(community=community).phone == "13905920001"


@pytest.mark.parametrize("number", ["3-2-1201", "3栋2单元1201室", "3幢2-1201", "３－２－１２０１"])
def test_every_spelling_of_a_number_is_one_unit(community, number):
    take_in(community, register({"number": "3-2-1201"}))
    outcome = take_in(community, register({"number": number}))
    assert totals(outcome)["new"] == 0


@pytest.mark.parametrize(
    "written",
    [
        "2020-06-10",
        "2020-6-10",
        "2020/6/10",
        "2020.6.10",
        "2020年6月10日",
        "20200610",
        43992,
        datetime(2020, 6, 10),  # noqa: DTZ001 - a cell knows no zone
    ],
)
def test_a_day_is_read_however_it_is_written(community, written):
    take_in(community, register({"number": "1-1-101", "name": "张三", "begins_on": written}))
    assert Tenure.objects.get(community=community).begins_on == date(2020, 6, 10)


@pytest.mark.parametrize("written", ["2021-02-29", "昨天", "2020-13-01", "0000-00-00"])
def test_what_is_no_day_is_an_error_with_a_remedy(community, written):
    outcome = take_in(
        community, register({"number": "1-1-101", "name": "张三", "begins_on": written})
    )
    assert [(cell, severity) for cell, severity, _ in told(outcome)] == [("房屋与业主!C2", "error")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (98.62, "98.62"),
        ("98.62㎡", "98.62"),
        ("９８．６２", "98.62"),
        ("1,098.6", "1098.60"),
        (0, None),
    ],
)
def test_an_area_is_read_however_it_is_written(community, written, read):
    take_in(community, register({"number": "1-1-101", "gross_area": written}))
    assert Unit.objects.get(community=community).gross_area == (read and Decimal(read))


@pytest.mark.parametrize(
    ("written", "read"),
    [("商户", "merchant"), ("特种行业", "special"), ("居民用户", "resident"), ("", "")],
)
def test_a_tier_is_read_by_its_word(community, written, read):
    take_in(community, register({"number": "1-1-101", "customer_tier": written}))
    assert Unit.objects.get(community=community).customer_tier == read


def test_a_tier_that_is_no_tier_is_an_error(community):
    outcome = take_in(community, register({"number": "1-1-101", "customer_tier": "贵宾"}))
    assert outcome.refusal is not None


def test_a_price_table_comes_in_or_is_told_apart_line_by_line(community):
    def prices(steps, unit_price=""):
        heads = ["收费项目", "收费标准", "生效日", "计费依据", "单价", "分档价目"]
        rows = [heads, ["电梯费", "高层", "2026-01-01", "每套固定", unit_price, steps]]
        return register({"number": "1-1-101"}, 收费标准=rows)

    for cell, words in (("1层 0；3层 1", "断开"), ("2-6层", "看不出价格")):
        (finding,) = told(take_in(community, prices(cell)))
        assert finding[0] == "收费标准!F2"
        assert words in finding[2]
    ((_, _, message),) = told(take_in(community, prices("1层 0；2层 1", "5")))
    assert message == "既有单价又有分档价目"
    assert told(take_in(community, prices("1层及以下 0；2层及以上 30"))) == []
    version = TariffVersion.objects.get(community=community)
    assert [step.label for step in version.price_steps] == ["1层及以下", "2层及以上"]


@pytest.mark.parametrize("written", ["九十平", "-5", "1e18", "9" * 400, "=1+1", "#REF!"])
def test_what_is_no_area_is_an_error(community, written):
    outcome = take_in(community, register({"number": "1-1-101", "gross_area": written}))
    assert outcome.refusal is not None
    assert keys(community) == set()


# A lone surrogate cannot stand in a workbook.
@pytest.mark.parametrize("name", [*NAMES, *(n for n in DIRTY_NAMES if "\ud800" not in n)])
def test_every_name_comes_in_clean_and_once(community, name):
    content = register({"number": "1-1-101", "name": name})
    take_in(community, content)
    again = take_in(community, content)
    assert totals(again)["new"] == 0
    wanted = DIRTY_NAMES.get(name, name)
    kept = Party.objects.get(community=community).name
    assert kept in {wanted, wanted.replace("\u200b", "").replace("\u202e", "")}


@pytest.mark.parametrize("filler", ["18999999999", "无", "00000000000"])
def test_fillers_for_phones_are_none(community, filler):
    outcome = take_in(community, register({"number": "1-1-101", "name": "张三", "phone": filler}))
    assert told(outcome) == []
    assert Party.objects.get(community=community).phone is None


def test_doubtful_numbers_are_kept_and_warned_of_masked(community):
    row = {
        "number": "1-1-101",
        "name": "张三",
        "phone": "1390592000",
        "id_number": "110101199003070001",
    }
    outcome = take_in(community, register(row))
    assert [severity for _, severity, _ in told(outcome)] == ["warning", "warning"]
    shown = [f["value"] for f in outcome.examined.report()["findings"]]
    assert all("*" in value for value in shown)
    assert Party.objects.get(community=community).phone == "1390592000"


def test_people_below_a_unit_belong_to_it(community):
    content = register(
        {"number": "1-1-101", "gross_area": 98.62, "name": "张三"},
        {"number": "", "gross_area": "", "name": "李四", "capacity": "家属"},
        {"number": "1-1-101", "gross_area": 98.62, "name": "王五", "capacity": "租户"},
    )
    assert told(take_in(community, content)) == []
    held = Tenure.objects.filter(community=community, unit__key="1-1-101")
    assert sorted(held.values_list("party__name", "capacity", "is_debtor")) == [
        ("张三", "owner", True),
        ("李四", "household_member", False),
        ("王五", "tenant", False),
    ]


def test_one_owner_of_several_units_is_one_person(community):
    person = {"name": "张三", "phone": "13905920001"}
    content = register(*({"number": f"1-1-10{n}", **person} for n in range(1, 5)))
    take_in(community, content)
    assert Party.objects.filter(community=community).count() == 1


def test_namesakes_with_their_own_id_numbers_stay_apart(community):
    content = register(
        {"number": "1-1-101", "name": "张三", "id_number": "11010119900307002X"},
        {"number": "1-1-102", "name": "张三", "id_number": "110101199003070038"},
    )
    take_in(community, content)
    assert Party.objects.filter(community=community).count() == 2


def test_one_family_phone_makes_no_two_names_one(community):
    content = register(
        {"number": "1-1-101", "name": "张三", "phone": "13905920001"},
        {"number": "1-1-102", "name": "李四", "phone": "13905920001"},
    )
    take_in(community, content)
    assert Party.objects.filter(community=community).count() == 2


def test_a_vehicle_goes_with_its_owner(community):
    cars = [["房号", "车牌", "车主"], ["1-1-101", "闽d·12345", "张三"], ["1-1-101", "闽D12345", ""]]
    content = register({"number": "1-1-101", "name": "张三"}, 车辆=cars)
    take_in(community, content)
    vehicle = Vehicle.objects.select_related("party").get(community=community)
    assert (vehicle.plate, vehicle.party.name) == ("闽D12345", "张三")
    assert totals(take_in(community, content))["new"] == 0


def test_a_workbook_without_a_register_is_refused(community):
    with pytest.raises(Refused, match="没有认出"):
        take_in(community, workbook({"Sheet1": [["甲", "乙"], [1, 2]]}))


def test_a_missing_column_is_named(community):
    content = workbook({"房屋与业主": [["楼栋", "建筑面积", "业主姓名"], ["3栋", 98, "张三"]]})
    outcome = take_in(community, content)
    assert ("房屋与业主!1", "error", "缺少“房号”一列") in told(outcome)
