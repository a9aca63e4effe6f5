"""Charging once, rounding off and taking back, as the browser asks for it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.money.bills.models import Adjustment, Bill
from guanjia.money.tariffs.actions import add_item
from guanjia.money.tariffs.models import ChargeItem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    office = make_office(10, 11)
    for name, price in (("工本费", Decimal(20)), ("垃圾清运费", None)):
        add_item(
            community=office.community,
            name=name,
            is_extra=True,
            extra_price=price,
            position=5,
            by=None,
            at=MORNING,
        )
    return office


@pytest.fixture
def cashier(office):
    return signed_in(office.cashier)


def charging(name="工本费", **changes):
    item = ChargeItem.objects.get(name=name)
    return {
        "item": item.pk,
        "quantity": "2",
        "unit_price": "20.00",
        "description": "补办业主卡",
        "debtor": "",
        "key": uuid4(),
    } | changes


def add(office, browser, **changes):
    return browser.post(office.url("extra-new", office.unit.key), charging(**changes))


def test_what_was_charged_comes_ticked_beside_what_was(office, cashier):
    older, _ = office.bills()
    sent = add(office, cashier, ticked=[older.pk])
    assert sent.status_code == 302
    made = Bill.objects.get(extra__isnull=False)
    page = cashier.get(sent["Location"])
    assert page.context["due"].ids == {older.pk, made.pk}
    assert page.context["due"].total_fen == older.open_fen + 4000
    assert "补办业主卡" in page.content.decode()


def test_pressed_twice_it_is_charged_once(office, cashier):
    key = uuid4()
    first, second = (add(office, cashier, key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Bill.objects.filter(extra__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"quantity": "0"}, "大于或等于"),
        ({"quantity": "二"}, "输入一个数"),
        ({"unit_price": ""}, "这个字段是必填项"),
        ({"unit_price": "1.005"}, "小数"),
        ({"debtor": "999999"}, "已不在本户"),
        ({"item": "0"}, "选择一个有效的选项"),
    ],
)
def test_bad_input_comes_back_as_it_was_typed_in_the_open_dialog(office, cashier, changes, why):
    page = add(office, cashier, **changes)
    text = page.content.decode()
    assert page.status_code == 422
    assert why in text
    assert 'id="extra-charge"' in text and "data-open" in text
    assert 'value="补办业主卡"' in text
    assert not Bill.objects.filter(extra__isnull=False).exists()


def test_another_communitys_item_is_no_choice(office, cashier):
    theirs = add_item(
        community=make_office().community,
        name="车位费",
        is_extra=True,
        by=None,
        at=MORNING,
    )
    assert add(office, cashier, item=theirs.pk).status_code == 422


def dialog(office, browser):
    return browser.get(office.url("extra-new", office.unit.key))


def test_the_dialog_names_what_may_be_charged_and_whom(office, cashier):
    text = dialog(office, cashier).content.decode()
    assert 'id="extra-charge"' in text and "data-open" in text
    assert "工本费" in text and office.owner.name in text


def test_without_anything_to_charge_the_dialog_says_who_can_mend_it(office, cashier):
    ChargeItem.objects.update(is_extra=False, extra_price=None)
    text = dialog(office, cashier).content.decode()
    assert "请财务在“收费标准”里" in text and "<form" not in text


def test_who_takes_no_money_charges_for_nothing(office):
    clerk = staff(office, Role.CLERK)
    assert dialog(office, clerk).status_code == 403
    assert "临时收费" not in clerk.get(office.page()).content.decode()


def test_where_nothing_is_owed_one_may_still_charge(office, cashier):
    cashier.post(office.url("payments"), office.paying())
    assert office.bills() == []
    assert "临时收费" in cashier.get(office.page()).content.decode()


def test_rounding_off_leaves_whole_yuan_of_what_is_ticked(office, cashier):
    bills = office.bills()
    total = sum(bill.open_fen for bill in bills)
    asked = {"ticked": [bill.pk for bill in bills], "expected_fen": total}
    page = cashier.post(office.url("rounding", office.unit.key), asked, follow=True)
    assert page.context["due"].total_fen == total - total % 100
    assert "抹零" in page.content.decode()
    again = cashier.post(office.url("rounding", office.unit.key), asked, follow=True)
    assert "与页面上的" in again.content.decode()
    assert Adjustment.objects.count() == 1


def test_a_desk_takes_back_its_own_charge_and_finance_a_runs_bill(office, cashier):
    add(office, cashier)
    extra, issued = (
        Bill.objects.get(extra__isnull=False),
        office.bills()[0],
    )
    finance = staff(office, Role.FINANCE)
    clerk = staff(office, Role.CLERK)
    ours = office.url("extra-cancellation", extra.extra_id)
    theirs = office.url("bill-cancellation", issued.pk)
    assert finance.get(office.url("bill-cancellation", extra.pk)).status_code == 404
    for browser, url, bill, may in (
        (cashier, theirs, issued, False),
        (clerk, ours, extra, False),
        (finance, ours, extra, False),
        (cashier, ours, extra, True),
        (finance, theirs, issued, True),
    ):
        assert browser.get(url).status_code == (200 if may else 403)
        assert browser.post(url, {"reason": "按错了"}).status_code == (302 if may else 403)
        bill.refresh_from_db()
        assert bill.is_cancelled == may


def test_no_reason_or_money_taken_nothing_is_taken_back(office, cashier):
    add(office, cashier)
    bill = Bill.objects.get(extra__isnull=False)
    url = office.url("extra-cancellation", bill.extra_id)
    assert cashier.post(url, {"reason": " "}).status_code == 422
    cashier.post(office.url("payments"), office.paying([bill]))
    page = cashier.post(url, {"reason": "按错了"})
    assert page.status_code == 422
    assert "先作废收据" in page.content.decode()


def test_another_communitys_bill_is_not_there(office, cashier):
    theirs = make_office(11).bills()[0]
    finance = staff(office, Role.FINANCE)
    assert finance.get(office.url("bill-cancellation", theirs.pk)).status_code == 404


def test_the_page_costs_one_statement_more_where_something_was_taken_off(office, cashier):
    cashier.get(office.page())
    with statements() as before:
        cashier.get(office.page())
    bills = office.bills()
    total = sum(bill.open_fen for bill in bills)
    asked = {"ticked": [bill.pk for bill in bills], "expected_fen": total}
    cashier.post(office.url("rounding", office.unit.key), asked)
    cashier.get(office.page())
    with statements() as after:
        page = cashier.get(office.page())
    assert len(after) == len(before) + 1
    assert "抹零（2 笔合计" in page.content.decode()


def test_the_trail_tells_of_charges_and_what_was_taken_off(office, cashier):
    add(office, cashier)
    bill = Bill.objects.get(extra__isnull=False)
    cashier.post(office.url("extra-cancellation", bill.extra_id), {"reason": "客户不办了"})
    page = staff(office, Role.DIRECTOR).get(office.url("household-changes", office.unit.key))
    text = page.content.decode()
    assert "临时收费" in text and "撤销费用" in text and "客户不办了" in text


def test_an_item_is_opened_for_the_desk_and_closed_again(office):
    finance = staff(office, Role.FINANCE)
    item = ChargeItem.objects.get(name="物业服务费")
    url = office.url("tariffs-item", item.pk)
    told = {"name": item.name, "position": "0", "is_extra": "on", "extra_price": "5.00"}
    assert finance.post(url, told).status_code == 302
    item.refresh_from_db()
    assert (item.is_extra, item.extra_price) == (True, Decimal(5))
    wrong = finance.post(url, {"name": item.name, "position": "0", "extra_price": "5.00"})
    assert wrong.status_code == 422
    too_much = finance.post(url, {**told, "extra_price": "100000000.00"})
    assert too_much.status_code == 422
    taken = finance.post(url, {"name": "工本费", "position": "0"})
    assert "已经有了" in taken.content.decode()
