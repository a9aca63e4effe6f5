"""Lists as a person likes them: filters in the address and under a name, columns and row heights remembered."""

import pytest
from django.urls import reverse

from guanjia.accounts.lists import MOST_FILTERS
from guanjia.accounts.models import Preference
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import make_office, signed_in, staff

pytestmark = pytest.mark.django_db(transaction=True)


def to(office, page, what):
    return reverse(f"desk:list-{what}", args=[office.community.code, page])


def save(office, client, name, query, page="units"):
    words = {"name": name, "query": query, "next": office.url("units") + f"?{query}"}
    return client.post(to(office, page, "filters"), words, follow=True)


def test_a_filter_is_kept_under_a_name_for_its_owner_alone(office, cashier):
    page = save(office, cashier, "空置住宅", "kind=dwelling&status=vacant&page=3&q=")
    assert page.redirect_chain[0][0].startswith(office.url("units"))
    assert "已保存筛选“空置住宅”" in page.text
    link = f'href="{office.url("units")}?kind=dwelling&amp;status=vacant"'
    assert link in cashier.get(office.url("units")).text
    asked = cashier.get(office.url("units"), {"status": "vacant", "kind": "dwelling"}).text
    assert f'{link} aria-current="true"' in asked
    assert "保存这次筛选" not in asked
    colleague = signed_in(make_user(community=office.community, role=Role.CASHIER))
    assert link not in colleague.get(office.url("units")).text
    assert link not in cashier.get(office.url("receipts")).text
    words = {"name": "空置住宅", "next": office.url("units")}
    cashier.post(to(office, "units", "filter-removal"), words)
    assert link not in cashier.get(office.url("units")).text


def test_the_same_name_replaces_and_too_many_are_refused(office, cashier):
    for number in range(MOST_FILTERS):
        save(office, cashier, f"第 {number}", f"q={number}")
    save(office, cashier, "第 0", "q=changed")
    kept = Preference.objects.get(page="units").value["filters"]
    assert len(kept) == MOST_FILTERS
    assert kept[-1] == {"name": "第 0", "query": "q=changed"}
    assert f"最多保存 {MOST_FILTERS} 个筛选" in save(office, cashier, "多一个", "q=x").text
    assert "请给这个筛选起个名字" in save(office, cashier, "", "q=x").text


def test_columns_and_row_height_are_remembered(office, cashier):
    words = {"column": ["kind", "area"], "density": "compact", "next": office.url("units")}
    cashier.post(to(office, "units", "look"), words)
    page = cashier.get(office.url("units")).text
    assert "table num stacks units compact" in page
    assert '<th scope="col">电话</th>' not in page
    assert "139****5520" not in page
    assert '<th scope="col" class="r">建筑面积 ㎡</th>' in page


def test_nonsense_is_passed_over(office, cashier):
    assert cashier.post(to(office, "nosuch", "look")).status_code == 404
    other = make_office()
    assert cashier.post(to(other, "units", "look")).status_code == 404
    words = {"column": ["drop table"], "density": "url(x)", "next": "https://example.org/"}
    answer = cashier.post(to(office, "units", "look"), words)
    assert answer["Location"] == office.url("workbench")
    assert Preference.objects.get().value == {
        "hidden": ["area", "kind", "phone", "tenants"],
        "density": "",
    }
    Preference.objects.update(value={"hidden": ["gone"], "density": "huge"})
    assert "139****5520" in cashier.get(office.url("units")).text


@pytest.mark.parametrize(
    ("route", "role"),
    [
        ("desk:units", Role.CLERK),
        ("desk:receipts", Role.CLERK),
        ("desk:teams", Role.SUPERVISOR),
        ("onboarding:imports", Role.SUPERVISOR),
        ("accounts:staff", Role.ADMINISTRATOR),
    ],
)
def test_every_list_has_its_tools(office, route, role):
    page = staff(office, role).get(reverse(route, args=[office.community.code])).text
    assert "列和行高" in page
    assert "data-list-page" in page


def test_staff_are_filtered_by_name_role_and_whether_they_are_here(office):
    administrator = staff(office, Role.ADMINISTRATOR)
    address = reverse("accounts:staff", args=[office.community.code])
    make_user(community=office.community, role=Role.AUDITOR, name="顾平", is_active=False)
    assert "顾平" in administrator.get(address, {"role": "auditor"}).text
    assert "陈晓雯" not in administrator.get(address, {"role": "auditor"}).text
    assert "顾平" not in administrator.get(address, {"active": "yes"}).text
    assert "顾平" in administrator.get(address, {"q": "顾"}).text
    assert "没有符合条件的员工" in administrator.get(address, {"q": "nobody"}).text
