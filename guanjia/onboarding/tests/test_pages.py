"""The import's pages: upload, preview, columns, confirmation, the workbook given back, export."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from guanjia.accounts.models import Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import client_of
from guanjia.onboarding.actions import forget_files
from guanjia.onboarding.models import ColumnMapping, Import
from guanjia.onboarding.tests.workbooks import AT, PEER, register, size, workbook
from guanjia.onboarding.workbook import read
from guanjia.records.models import PersonalReveal

pytestmark = pytest.mark.django_db
GOOD = {"number": "1-1-101", "gross_area": 98.62, "name": "张三", "phone": "13905920001"}
BAD = {"number": "1-1-102", "gross_area": "九十平", "name": "李四", "phone": "13905920002"}


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def client(community) -> Client:
    return client_of(make_user(community=community, role=Role.SUPERVISOR))


def upload(client, community, content, name="登记.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(f"/{community.code}/register/", {"file": file})


def address(row, part=""):
    return f"/{row.community.code}/register/imports/{row.pk}/{part}"


def may_price(client, community):
    """Let the one who imports set prices too."""
    user = User.objects.get(pk=client.session["_auth_user_id"])
    Grant.objects.create(community=community, user=user, role=Role.FINANCE, granted_at=AT)


def test_an_upload_leads_to_a_preview_that_has_written_nothing(client, community):
    may_price(client, community)
    response = upload(client, community, PEER)
    row = Import.objects.get(community=community)
    assert response.headers["Location"] == address(row)
    page = client.get(address(row)).content.decode()
    assert "预览，尚未写入" in page
    assert "业主信息!F2" in page
    assert "确认导入" in page
    assert not any(size(community).values())


def test_no_full_number_stands_on_the_preview_or_in_its_row(client, community):
    upload(client, community, PEER)
    row = Import.objects.get(community=community)
    page = client.get(address(row)).content.decode()
    for number in ("13800000000", "110101199003070001"):
        assert number not in page
        assert number not in str(row.report)


def test_prices_come_in_only_with_who_may_set_them(client, community):
    upload(client, community, PEER)
    row = Import.objects.get(community=community)
    page = client.get(address(row)).content.decode()
    assert "您没有这项权限" in page
    assert "确认导入" not in page
    page = client.post(address(row, "confirmation/"), follow=True).content.decode()
    assert "请财务" in page
    assert not any(size(community).values())
    upload(client, community, register(GOOD))
    client.post(address(Import.objects.latest("pk"), "confirmation/"))
    assert size(community)["Unit"] == 1


def test_a_confirmed_preview_is_written_once(client, community):
    may_price(client, community)
    upload(client, community, PEER)
    row = Import.objects.get(community=community)
    client.post(address(row, "confirmation/"))
    written = size(community)
    assert written["Unit"] == 9
    again = client.post(address(row, "confirmation/"), follow=True)
    assert "这份文件已经导入过了" in again.content.decode()
    assert size(community) == written
    assert Import.objects.get(pk=row.pk).status == "done"


def test_errors_keep_it_out_until_bad_rows_are_passed_over(client, community):
    upload(client, community, register(GOOD, BAD))
    row = Import.objects.get(community=community)
    page = client.post(address(row, "confirmation/"), follow=True).content.decode()
    assert "有 1 行出错，整份没有导入" in page
    assert not any(size(community).values())
    page = client.post(address(row, "confirmation/"), {"skip_bad": "on"}, follow=True)
    assert "已导入，跳过了出错的 1 行。" in page.content.decode()
    assert size(community)["Unit"] == 1


def test_the_workbook_comes_back_as_a_download(client, community):
    upload(client, community, register(GOOD, BAD))
    row = Import.objects.get(community=community)
    assert client.get(address(row, "returned/")).status_code == 405
    response = client.post(address(row, "returned/"))
    assert response.headers["Content-Disposition"].startswith("attachment")
    sheet = read(b"".join(response.streaming_content))[0]
    assert sheet.rows[0][-1] == "错误"
    assert "面积不是数字" in sheet.rows[2][-1]
    assert "13905920001" in sheet.rows[1]
    seen = PersonalReveal.objects.get(community=community)
    assert (seen.subject, seen.subject_id, seen.field) == ("onboarding.import", row.pk, "content")


def test_anybody_else_gets_the_workbook_back_masked(client, community):
    upload(client, community, register(GOOD, BAD))
    row = Import.objects.get(community=community)
    other = client_of(make_user(community=community, role=Role.ADMINISTRATOR))
    response: Any = other.post(address(row, "returned/"))
    sheet = read(b"".join(response.streaming_content))[0]
    assert "面积不是数字" in sheet.rows[2][-1]
    assert not any("1390592000" in text for texts in sheet.rows for text in texts)
    assert not PersonalReveal.objects.filter(community=community).exists()


def test_a_heading_that_nobody_knows_is_chosen_once_and_remembered(client, community):
    rows = [["代码", "建筑面积", "业主姓名", "楼栋"], ["1-1-101", 98.62, "张三", ""]]
    upload(client, community, workbook({"房屋与业主": rows}))
    row = Import.objects.get(community=community)
    assert row.report["bad"] == 1
    assert "缺少“房号”一列" in client.get(address(row)).content.decode()
    client.post(address(row, "columns/"), {"c0": "number", "c1": "gross_area", "c2": "name", "c3": "building"})  # fmt: skip
    row.refresh_from_db()
    assert (row.report["bad"], row.report["counts"]["房屋"]["new"]) == (0, 1)
    mapping = ColumnMapping.objects.get(community=community)
    assert (mapping.table, mapping.heading, mapping.field) == ("register", "代码", "number")
    upload(client, community, workbook({"房屋与业主": rows}))
    assert Import.objects.latest("pk").report["bad"] == 0


@pytest.mark.parametrize("content", [b"", b"no workbook", PEER[:2000]])
def test_a_file_that_cannot_be_read_is_said_at_the_form(client, community, content):
    response = upload(client, community, content)
    assert response.status_code == 422
    assert not Import.objects.filter(community=community).exists()


def test_files_are_forgotten_after_a_week_and_what_they_did_stays(client, community):
    upload(client, community, PEER)
    row = Import.objects.get(community=community)
    assert forget_files(at=row.at + timedelta(days=6)) == 0
    assert forget_files(at=row.at + timedelta(days=8)) == 1
    row.refresh_from_db()
    assert (row.file, row.report["warnings"]) == (None, 7)
    assert (row.report["findings"], row.report["columns"]) == ([], [])
    assert "已随文件在 7 天后清除" in client.get(address(row)).content.decode()
    page = client.post(address(row, "confirmation/"), follow=True).content.decode()
    assert "已过保留期" in page
    assert client.get(address(row)).status_code == 200


def test_an_export_is_masked_unless_a_reason_is_given(client, community):
    upload(client, community, register(GOOD))
    client.post(address(Import.objects.get(community=community), "confirmation/"))
    for reason, shown in (("", "139****0001"), ("核对", "13905920001")):
        response = client.post(f"/{community.code}/register/exports/", {"reveal_reason": reason})
        rows = read(b"".join(response.streaming_content))[0].rows
        assert shown in rows[1]
    assert PersonalReveal.objects.filter(community=community).count() == 1


def test_numbers_in_full_need_the_right_to_see_them(community):
    client = client_of(make_user(community=community, role=Role.ADMINISTRATOR))
    url = f"/{community.code}/register/exports/"
    assert client.post(url, {"reveal_reason": "核对"}).status_code == 403
    assert client.post(url).status_code == 200


def test_the_template_can_be_had(client, community):
    response = client.get(f"/{community.code}/register/template/")
    titles = [sheet.title for sheet in read(b"".join(response.streaming_content))]
    assert titles == ["房屋与业主", "收费标准", "车辆"]
