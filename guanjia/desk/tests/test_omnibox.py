"""The omnibox: what the person may do after ``>``, documents by number, plates; in few statements."""

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, staff, statements
from guanjia.estate.models import Vehicle
from guanjia.money.payments.models import Desk

pytestmark = pytest.mark.django_db(transaction=True)


def found(client, office, text):
    """Return the titles found, by group."""
    groups = client.get(office.url("search"), {"q": text}).json()["groups"]
    return {group["label"]: [item["title"] for item in group["items"]] for group in groups}


def command(client, office, text):
    [group] = client.get(office.url("search"), {"q": text}).json()["groups"]
    return group["items"][0]


@pytest.mark.parametrize("typed", [">收款", "＞收款", "》收款", "> sk", ">shoukuan", ">缴费"])
def test_a_command_is_found_by_characters_pinyin_and_initials(office, cashier, typed):
    first = command(cashier, office, typed)
    assert (first["title"], first["key"], first["url"]) == ("收款", "F9", "")
    assert first["ask"]


def test_the_bare_mark_lists_all_that_the_person_may_do_each_once(office, cashier):
    listed = found(cashier, office, ">")["办事"]
    assert listed[:3] == ["收款", "收费标准", "补打收据"]
    assert len(listed) == len(set(listed))
    assert {"换人", "换收银台", "登记房屋", "一户一档"} <= set(listed)
    assert "按月出账" not in listed
    assert "按月出账" in found(staff(office, Role.FINANCE), office, ">")["办事"]
    assert "收款" not in found(staff(office, Role.AUDITOR), office, ">")["办事"]


@pytest.mark.parametrize("role", [Role.CASHIER, Role.FINANCE, Role.ADMINISTRATOR, Role.DIRECTOR])
def test_every_command_listed_opens(office, role):
    client = staff(office, role)
    [group] = client.get(office.url("search"), {"q": ">"}).json()["groups"]
    for item in group["items"]:
        if item["url"]:
            assert client.get(item["url"]).status_code in (200, 302), item


def test_a_receipt_is_found_by_its_number_where_receipts_may_be_seen(office, cashier):
    second = Desk.objects.create(community=office.community, name="前台二", prefix="B")
    cashier.post(office.url("payments"), office.paying(office.bills()[:1]))
    cashier.post(office.url("desk-choice"), {"desk": second.pk})
    office.man(office.cashier, second)
    cashier.post(office.url("payments"), office.paying(office.bills()[:1]))
    assert found(cashier, office, "0007444")["收据"] == ["0007444"]
    assert found(cashier, office, "7444")["收据"] == ["0007444"]
    assert found(cashier, office, "b1")["收据"] == ["B0000001"]
    assert "收据" not in found(staff(office, Role.ADMINISTRATOR), office, "7444")
    other = make_office()
    assert found(staff(other, Role.CASHIER), other, "7444") == {}


def test_a_plate_is_found(office, cashier):
    Vehicle.objects.create(community=office.community, unit=office.unit, plate="示A6H201")
    assert found(cashier, office, "示a·6h2")["房屋"] == ["3-2-1201"]


def test_commands_take_no_statement_and_a_search_few(office, cashier):
    with statements() as signing_in:
        cashier.get(office.url("search"), {"q": ""})
    with statements() as run:
        cashier.get(office.url("search"), {"q": ">"})
    assert len(run) == len(signing_in)
    with statements() as run:
        cashier.get(office.url("search"), {"q": "7444"})
    assert len(run) <= len(signing_in) + 5


def test_the_desk_may_be_changed_from_a_page_of_its_own(office, cashier):
    second = Desk.objects.create(community=office.community, name="前台二", prefix="B")
    page = cashier.get(office.url("desk-choice")).text
    assert "前台一" in page
    assert "前台二" in page
    cashier.post(office.url("desk-choice"), {"desk": second.pk})
    assert "现在在前台二收款" in cashier.get(office.url("desk-choice")).text
