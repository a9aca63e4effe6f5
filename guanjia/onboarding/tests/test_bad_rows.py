"""A bad row keeps the whole workbook out, or only its unit where that was asked for; never half of anything."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError

from guanjia.accounts.tests.factories import make_community
from guanjia.core.refusal import Refused
from guanjia.estate.models import Tenure, Unit
from guanjia.onboarding.models import Import
from guanjia.onboarding.returned import returned_workbook
from guanjia.onboarding.tests.workbooks import register, size, take_in, told, totals
from guanjia.onboarding.writing import Writer
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db
GOOD = {"number": "1-1-101", "gross_area": 98.62, "name": "张三"}
BAD = {"number": "1-1-102", "gross_area": "九十平", "name": "李四"}


@pytest.fixture
def community():
    return make_community(cut_over_on=date(2026, 11, 1))


def empty(community):
    return not any(size(community).values())


def test_row_4999_of_5000_keeps_all_of_it_out(community):
    rows = [{"number": f"1-1-{n}", "gross_area": 98, "name": f"住户{n}"} for n in range(1, 5001)]
    rows[4997]["gross_area"] = "坏"
    outcome = take_in(community, register(*rows))
    assert [cell for cell, _, _ in told(outcome)] == ["房屋与业主!B4999"]
    assert outcome.refusal is not None
    assert empty(community)
    outcome = take_in(community, register(*rows), skip_bad=True)
    assert outcome.refusal is None
    assert Unit.objects.filter(community=community).count() == 4999
    assert not Unit.objects.filter(community=community, key="1-1-4998").exists()


def test_a_finding_says_where_what_and_how_to_mend_it(community):
    finding = take_in(community, register(GOOD, BAD)).examined.report()["findings"][0]
    assert finding == {
        "sheet": "房屋与业主",
        "cell": "房屋与业主!B3",
        "value": "九十平",
        "severity": "error",
        "message": "面积不是数字",
        "remedy": "请只填数字，例如 98.62",
    }


def test_a_unit_with_one_bad_row_stays_out_whole(community):
    partner = {"number": "1-1-102", "gross_area": "", "name": "王五", "capacity": "共有人"}
    outcome = take_in(community, register(GOOD, BAD, partner), skip_bad=True)
    assert ("房屋与业主!4", "error", "同一房屋的第 3 行有错") in told(outcome)
    assert [u.key for u in Unit.objects.filter(community=community)] == ["1-1-101"]


@pytest.mark.parametrize(
    ("rows", "cell", "message"),
    [
        ([GOOD, {**GOOD, "name": ""}], "A3", "房号重复，第 2 行已有"),
        ([GOOD, GOOD], "C3", "同一人重复，第 2 行已有"),
        ([GOOD, {**GOOD, "gross_area": 99, "name": "李四", "capacity": "家属"}], "B3", "“建筑面积”与第 2 行写的不一样"),
        ([{**GOOD, "number": ""}], "A2", "没有房号"),
        ([{**GOOD, "number": "单元"}], "A2", "房号看不懂"),
        ([{**GOOD, "capacity": "代办人"}], "D2", "代办人没有委托事项或期限"),
        ([{**GOOD, "capacity": "租户", "is_debtor": "是"}], "E2", "租户不能是缴费责任人"),
        ([{**GOOD, "is_debtor": "是"}, {**GOOD, "name": "李四", "is_debtor": "是"}], "D3", "同一时间有两个缴费责任人（另见第 2 行）"),
        ([{**GOOD, "share": "60%"}, {**GOOD, "name": "李四", "capacity": "共有人", "share": "1/2"}], "D3", "产权份额合计超过百分之百"),
        ([{**GOOD, "begins_on": "2026-01-02", "ends_on": "2026-01-01"}], "E2", "截止日早于起始日"),
        ([{**GOOD, "fees": "不存在"}], "D2", "没有收费标准“不存在”"),
        ([{**GOOD, "main": "9-9-999"}], "D2", "没有这个主房号"),
        ([{**GOOD, "kind": "城堡"}], "D2", "不在可选的说法里"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_an_error(community, rows, cell, message):
    outcome = take_in(community, register(*rows))
    assert (f"房屋与业主!{cell}", "error", message) in told(outcome)
    assert empty(community)


def test_two_tariffs_of_one_item_at_one_time_are_an_error(community):
    head = ["收费项目", "收费标准", "生效日", "计费依据", "单价"]
    prices = [head, *(["物业费", name, "2020-01-01", "建筑面积", 2] for name in ("高层", "多层"))]
    outcome = take_in(community, register({**GOOD, "fees": "高层#多层"}, 收费标准=prices))
    assert ("房屋与业主!D2", "error", "“物业费”同一时间有两个标准") in told(outcome)


def test_the_users_workbook_comes_back_with_its_faults_beside_it(community):
    examined = take_in(community, register(GOOD, BAD, {**GOOD, "number": "=1+1"})).examined
    back = io.BytesIO(returned_workbook(examined, in_full=True))
    page = openpyxl.load_workbook(back)["房屋与业主"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == ["房号", "建筑面积", "业主姓名", "错误"]
    assert rows[1] == ["1-1-101", 98.62, "张三", None]
    assert rows[2][:3] == ["1-1-102", "九十平", "李四"]
    assert rows[2][3] == "B 列面积不是数字。请只填数字，例如 98.62"
    assert page["B3"].fill.bgColor.rgb != page["B2"].fill.bgColor.rgb
    assert page["A4"].data_type == "s"


def test_a_workbook_that_came_back_can_be_mended_and_imported(community):
    examined = take_in(community, register(GOOD, BAD)).examined
    book = openpyxl.load_workbook(io.BytesIO(returned_workbook(examined, in_full=True)))
    book["房屋与业主"]["B3"].value = 90
    mended = io.BytesIO()
    book.save(mended)
    assert take_in(community, mended.getvalue()).refusal is None
    assert Unit.objects.filter(community=community).count() == 2


def fail(*_args):
    raise IntegrityError


@pytest.mark.parametrize(
    "step", ["_buildings", "_units", "_people", "_tenures", "_fees", "_vehicles", "_unit_entries"]
)
def test_a_fault_at_any_step_leaves_nothing(community, step, monkeypatch):
    monkeypatch.setattr(Writer, step, fail)
    with pytest.raises(Refused, match="有人改动"):
        take_in(community, register(GOOD))
    assert empty(community)
    assert not Import.objects.filter(community=community).exists()
    assert not JournalEntry.objects.filter(community=community).exists()


def test_the_control_without_the_transaction_half_of_it_would_stay(community, monkeypatch):
    examined = take_in(community, register(GOOD), dry_run=True).examined
    monkeypatch.setattr(Writer, "_tenures", fail)
    from guanjia.onboarding.tests.workbooks import AT

    with pytest.raises(IntegrityError):
        Writer(examined.plan, examined.known, community, None, AT).write()
    assert Unit.objects.filter(community=community).exists()
    assert not Tenure.objects.filter(community=community).exists()


def test_a_dry_run_counts_and_writes_nothing(community):
    outcome = take_in(community, register(GOOD), dry_run=True)
    assert totals(outcome)["new"] == 4
    assert (outcome.row, empty(community)) == (None, True)
