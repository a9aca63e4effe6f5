"""The household page: what is owed by whom, in words, masked, in a fixed number of statements."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.estate.actions import change_unit_status
from guanjia.estate.models import Household, Tenure, Vehicle
from guanjia.estate.states import Capacity, UnitStatus
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.money.payments.models import Desk
from guanjia.records.models import PersonalReveal

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(office, client, unit=None):
    answer = client.get(office.page(unit))
    assert answer.status_code == 200
    return answer.content.decode()


def ticked(page):
    return re.findall(r'name="bill" value="(\d+)"[^>]* checked', page)


def test_the_sum_is_told_before_it_is_taken(office, cashier):
    page = page_of(office, cashier)
    assert "每平方米每月两块四，3 笔一共 710 元 零 7 分" in page
    assert "柒佰壹拾元零柒分" in page
    assert page.count("98.62 ㎡ × 2.40") == 3
    assert "高层住宅，2026-01-01 起执行（前期物业服务合同第五条）" in page
    assert "四舍五入到分" in page


def test_overdue_and_merely_unpaid_are_told_apart(office, cashier):
    page = page_of(office, cashier)  # due 10-01, 10-31 and 12-01; today is 11-23
    assert "逾期 2 期" in page
    assert "逾期 53 天" in page
    assert "逾期 23 天" in page
    assert page.count('class="overdue"') == 2
    assert ticked(page) == [str(bill.pk) for bill in office.bills()]


def test_a_former_owners_debts_stay_his(office, cashier):
    Tenure.objects.filter(party=office.owner).update(ends_on=date(2026, 11, 30))
    heir = make_party(community=office.community, name="新业主")
    make_tenure(unit=office.unit, party=heir, begins_on=date(2026, 12, 1))
    office.charge(12)
    with time_machine.travel(datetime(2026, 12, 2, 2, tzinfo=UTC), tick=False):
        page = page_of(office, signed_in(office.cashier))
    *_, own = office.bills()
    assert ticked(page) == [str(own.pk)]
    assert "原业主未缴" in page
    assert "逾期" not in page.split("</header>")[1]  # his delay is not the heir's


def test_bills_of_the_whole_household_stand_together(office, cashier):
    household = Household.objects.create(community=office.community, name="张素珍")
    space = make_unit(community=office.community, number="车位B1-213", household=household)
    make_tenure(unit=space, party=office.owner)
    office.unit.household = household
    office.unit.save()
    Vehicle.objects.create(community=office.community, unit=space, plate="示A6H201")
    office.charge(11, unit=space)
    page = page_of(office, cashier)
    assert len(ticked(page)) == 4
    assert "车位B1-213" in page
    assert "示A6H201" in page
    assert len(ticked(page_of(office, cashier, space))) == 4


def test_the_page_costs_the_same_however_much_there_is(office, cashier):
    with statements() as little:
        page_of(office, cashier)
    household = Household.objects.create(community=office.community, name="张素珍")
    office.unit.household = household
    office.unit.save()
    for _ in range(3):
        sister = make_unit(community=office.community, household=household)
        make_tenure(unit=sister, party=office.owner)
        office.charge(9, 10, 11, unit=sister)
        relative = make_party(community=office.community, name="李国强")
        make_tenure(unit=office.unit, party=relative, capacity=Capacity.HOUSEHOLD_MEMBER)
    with statements() as much:
        page_of(office, cashier)
    assert len(little) == len(much) <= 12, much
    office.charge(7, 8)
    with statements() as more:
        page_of(office, cashier)
    assert len(more) == len(much)


def test_words_follow_the_ticks(office, cashier):
    first, *_ = office.bills()
    answer = cashier.get(office.url("household-due", office.unit.key), {"bill": [first.pk, "x"]})
    words = answer.content.decode()
    assert "98.62 平方米，一个月 236.69 元" in words
    assert "贰佰叁拾陆元陆角玖分" in words
    assert 'hx-swap-oob="true"' in words


def test_words_follow_what_is_paid_now(office, cashier):
    asked = {"bill": [bill.pk for bill in office.bills()], "settle": "300", "prepay": "50"}
    words = cashier.get(office.url("household-due", office.unit.key), asked).content.decode()
    assert "3 笔一共 710 元 零 7 分，先收 300 元，存预存 50 元。" in words
    assert "叁佰伍拾元整" in words
    assert "应收 236.69 的一部分" in words
    unread = cashier.get(office.url("household-due", office.unit.key), {**asked, "settle": "三百"})
    assert "柒佰陆拾元零柒分" in unread.content.decode()


def test_the_panel_tells_what_the_debtor_has_left(office, cashier):
    assert "没有余额" in page_of(office, cashier)
    office.prepay(12345)
    assert "余额 123.45" in page_of(office, cashier)


def test_numbers_are_masked_until_a_reason_is_given(office, cashier):
    address = office.url("reveals", office.owner.pk)
    page = page_of(office, cashier)
    assert "139****5520" in page
    assert "13912345520" not in page
    without = cashier.post(address, {"field": "phone", "reason": " "})
    assert without.status_code == 422
    assert not PersonalReveal.objects.exists()
    shown = cashier.post(address, {"field": "phone", "reason": "回拨告知停水"})
    assert "13912345520" in shown.content.decode()
    trace = PersonalReveal.objects.get()
    assert (trace.by, trace.subject_id, trace.reason) == (
        office.cashier,
        office.owner.pk,
        "回拨告知停水",
    )


def test_who_may_not_reveal_is_offered_no_button(office):
    client = staff(office, Role.FINANCE)
    assert "显示" not in page_of(office, client)
    answer = client.post(office.url("reveals", office.owner.pk), {"field": "phone", "reason": "x"})
    assert answer.status_code == 403


def test_who_sees_no_money_gets_the_unit_file(office):
    client = staff(office, Role.ADMINISTRATOR)
    answer = client.get(office.page())
    assert answer["Location"] == office.url("household-file", office.unit.key)
    page = client.get(answer["Location"]).content.decode()
    assert "档案完整度" in page
    assert office.page() + '"' not in page  # no tab that would be refused
    assert client.get(office.url("household-receipts", office.unit.key)).status_code == 403


def test_tabs_tell_what_was_paid_and_what_was_changed(office, cashier):
    cashier.post(office.url("payments"), office.paying())
    paid = cashier.get(office.url("household-receipts", office.unit.key)).content.decode()
    assert "0007444" in paid
    supervisor = staff(office, Role.SUPERVISOR)
    changed = supervisor.get(office.url("household-changes", office.unit.key)).content.decode()
    assert "收款" in changed
    assert "710.07" in changed
    assert cashier.get(office.url("household-changes", office.unit.key)).status_code == 403


def test_who_sees_no_money_finds_none_among_the_changes(office, cashier):
    cashier.post(office.url("payments"), office.paying())
    vacant = UnitStatus.VACANT
    change_unit_status(unit=office.unit, to=vacant, by=office.cashier, at=MORNING)
    administrator = staff(office, Role.ADMINISTRATOR)
    page = administrator.get(office.url("household-changes", office.unit.key)).content.decode()
    changed = page.partition("<main")[2]
    assert "变更房屋状态" in changed
    assert "收款" not in changed
    assert "710.07" not in changed


def test_several_desks_are_offered_before_money_is_taken(office):
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    client = signed_in(office.cashier)
    page = page_of(office, client)
    assert "前台二" in page
    assert "收款并打印" not in page
    client.post(office.url("desk-choice"), {"desk": office.desk.pk})
    assert "收款并打印" in page_of(office, client)


def test_without_a_desk_a_cashier_hears_who_opens_one(office):
    Desk.objects.filter(pk=office.desk.pk).update(is_active=False)
    client = signed_in(office.cashier)
    for page in (page_of(office, client), client.get(office.url("workbench")).content.decode()):
        assert "还没有收银台，请系统管理员在 管理 › 收银台 里添加" in page
        assert "收款请由有收银权限的同事办理" not in page
    assert "还没有收银台" not in page_of(office, staff(office, Role.CLERK))


def test_a_clerk_sees_the_sum_but_no_button(office):
    page = page_of(office, staff(office, Role.CLERK))
    assert "710.07" in page
    assert "收款并打印" not in page


def test_outsiders_find_nothing(office):
    client = signed_in(make_office().cashier)
    for route in ("household", "household-due", "household-receipts", "household-file"):
        assert client.get(office.url(route, office.unit.key)).status_code == 404
    assert client.get(office.url("search"), {"q": "321201"}).status_code == 404
    assert client.get(office.url("household", "1-1-101")).status_code == 404
    reveal = office.url("reveals", office.owner.pk)
    assert client.post(reveal, {"field": "phone", "reason": "x"}).status_code == 404


def test_guards_have_no_desk_and_strangers_sign_in(office, client):
    guard = staff(office, Role.GUARD)
    assert guard.get(office.page()).status_code == 403
    assert guard.get(office.url("search"), {"q": "1201"}).status_code == 403
    answer = client.get(office.page())
    assert answer["Location"].startswith(reverse("accounts:sign-in"))


def test_the_omnibox_leads_to_the_unit(office, cashier):
    found = cashier.get(office.url("search"), {"q": "321201"}).json()
    (item,) = found["groups"][0]["items"]
    assert (item["title"], item["detail"], item["url"]) == ("3-2-1201", "张素珍", office.page())
    assert cashier.get(office.url("search"), {"q": "没有"}).json() == {"groups": []}
