"""A payment at the desk: taken once, by the books' amount, or refused with everything typed still there."""

import re
import threading
from uuid import uuid4

import pytest
from django.db import connection

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_unit
from guanjia.money.payments.models import Desk, Payment, Receipt

pytestmark = pytest.mark.django_db(transaction=True)


def payments(office):
    return Payment.objects.filter(community=office.community)


def test_cash_leads_to_a_numbered_receipt(office, cashier):
    answer = cashier.post(office.url("payments"), office.paying(tendered="800"))
    receipt = Receipt.objects.get(community=office.community)
    place = office.url("receipt", office.desk.pk, 7444)
    assert (answer.status_code, answer["Location"]) == (302, f"{place}?print")
    assert receipt.payment.amount_fen == 3 * 23669
    assert receipt.payment.parts.get().change_fen == 80000 - 3 * 23669
    assert (receipt.payment.payer_name, receipt.payment.payer_capacity) == ("张素珍", "业主")
    assert not office.bills()


def test_a_second_press_and_the_back_button_lead_to_the_same_receipt(office, cashier):
    sent = office.paying()
    first = cashier.post(office.url("payments"), sent)
    again = cashier.post(office.url("payments"), sent)
    assert again["Location"] == first["Location"]
    assert payments(office).count() == 1


def test_a_press_with_a_key_of_its_own_finds_the_bills_paid(office, cashier):
    sent = office.paying()
    cashier.post(office.url("payments"), sent)
    answer = cashier.post(office.url("payments"), {**sent, "key": uuid4()})
    assert answer.status_code == 422
    assert "已经收过" in answer.content.decode()
    assert payments(office).count() == 1


def test_two_desks_at_once_charge_once(office):
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    barrier, answers = threading.Barrier(2), []

    def press(name):
        user = make_user(community=office.community, role=Role.CASHIER)
        client, desk = signed_in(user), Desk.objects.get(community=office.community, name=name)
        office.man(user, desk)
        client.post(office.url("desk-choice"), {"desk": desk.pk})
        sent = office.paying()
        barrier.wait()
        answers.append(client.post(office.url("payments"), sent).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[name]) for name in ("前台一", "前台二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 422]
    assert payments(office).count() == 1


def test_the_browsers_amount_is_not_believed(office, cashier):
    answer = cashier.post(
        office.url("payments"), office.paying(expected_fen=1, tendered="1000", method="cash")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "应收金额已变为 710.07 元" in page
    assert "把新的金额告诉客户" in page
    assert not payments(office)


def test_a_refusal_keeps_what_was_typed(office, cashier):
    first, *_ = office.bills()
    sent = office.paying([first], tendered="200", payer="", payer_name="邻居老王")
    page = cashier.post(office.url("payments"), sent).content.decode()
    assert "实收现金不足 236.69 元" in page
    assert 'value="200"' in page
    assert 'value="邻居老王"' in page
    assert re.search(r'value="cash" checked', page)
    ticked = re.findall(r'name="bill" value="(\d+)"[^>]* checked', page)
    assert ticked == [str(first.pk)]
    assert str(sent["key"]) not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": ""}, "请选收款方式"),
        ({"tendered": "八百"}, "不是金额"),
        ({"tendered": "-1"}, "不能是负数"),
        ({"method": "pos"}, "没有填写凭证号"),
        ({"bill": []}, "没有选中要收的费用"),
        ({"bill": ["x"]}, "读不懂"),
        ({"bill": [str(2**70)]}, "读不懂"),
        ({"payer": "", "payer_name": ""}, "请填缴款人姓名"),
        ({"payer": str(2**62)}, "缴款人已不在本户登记里"),
    ],
)
def test_what_cannot_be_taken_is_said_in_words(office, cashier, changes, words):
    answer = cashier.post(office.url("payments"), office.paying(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not payments(office)


@pytest.mark.parametrize("way", ["static_code", "split"])
def test_a_reference_used_before_asks_whether_it_may_be_so(office, cashier, way):
    first, second, _ = office.bills()
    used = {"method": "static_code", "reference": "42000012"}
    cashier.post(office.url("payments"), office.paying([first], **used))
    again = office.paying([second], method=way, reference="42000012")
    if way == "split":
        half = second.open_fen // 2
        rest = second.open_fen - half
        again |= {
            "amount_static_code": f"{half / 100:.2f}",
            "reference_static_code": "42000012",
            "amount_cash": f"{rest / 100:.2f}",
            "tendered_cash": "200",
        }
    page = cashier.post(office.url("payments"), again).content.decode()
    assert "已经用来收过一笔" in page
    assert 'name="again"' in page
    assert 'value="42000012"' in page
    assert 'name="again"' not in cashier.get(office.page()).content.decode()
    answer = cashier.post(office.url("payments"), {**again, "again": "1"})
    assert answer.status_code == 302


def test_a_refusal_keeps_part_and_prepayment(office, cashier):
    sent = office.paying(settle="500", prepay="89.93", tendered="100")
    page = cashier.post(office.url("payments"), sent).content.decode()
    assert "实收现金不足 589.93 元" in page
    assert re.search(r'name="settle"[^>]*value="500"', page)
    assert re.search(r'name="prepay"[^>]*value="89.93"', page)
    assert "伍佰捌拾玖元玖角叁分" in page


def test_bills_of_the_household_are_taken_together(office, cashier):
    household = Household.objects.create(community=office.community, name="张素珍")
    space = make_unit(community=office.community, number="车位B1-213", household=household)
    office.unit.household, office.unit.leads_household = household, True
    office.unit.save()
    bills = [*office.bills(), *office.charge(11, unit=space)]
    sent = office.paying(bills)
    with statements() as made:
        answer = cashier.post(office.url("payments"), sent)
    assert answer.status_code == 302
    assert payments(office).get().amount_fen == sum(bill.amount_fen for bill in bills)
    assert len(made) <= 18, made


def test_bills_of_a_stranger_are_not_taken(office, cashier):
    elsewhere = make_unit(community=office.community)
    bills = [*office.bills(), *office.charge(11, unit=elsewhere)]
    answer = cashier.post(office.url("payments"), office.paying(bills))
    assert answer.status_code == 422
    assert not payments(office)


def test_the_number_of_statements_does_not_grow_with_the_bills(office, cashier):
    first, *rest = office.bills()
    one, others = office.paying([first]), office.paying(rest)
    with statements() as few:
        cashier.post(office.url("payments"), one)
    with statements() as many:
        cashier.post(office.url("payments"), others)
    assert payments(office).count() == 2
    assert len(few) == len(many) <= 18, many


def test_a_desk_out_of_use_takes_nothing(office, cashier):
    Desk.objects.filter(pk=office.desk.pk).update(is_active=False)
    answer = cashier.post(office.url("payments"), office.paying())
    assert answer.status_code == 422
    assert "收银台" in answer.content.decode()
    assert not payments(office)


@pytest.mark.parametrize("role", [Role.CLERK, Role.FINANCE, Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_cashiers_take_money(office, role):
    answer = staff(office, role).post(office.url("payments"), office.paying())
    assert answer.status_code == 403
    assert not payments(office)


def test_another_community_has_no_such_unit(office):
    other = make_office()
    client = signed_in(other.cashier)
    assert client.post(office.url("payments"), office.paying()).status_code == 404
    stolen = {**office.paying(), "unit": "9-9-909"}
    assert client.post(other.url("payments"), stolen).status_code == 404
    bills = office.paying() | {"unit": other.unit.key, "payer": "", "payer_name": "甲"}
    assert client.post(other.url("payments"), bills).status_code == 422
    assert not payments(office)
    assert not payments(other)


def test_a_desk_of_another_community_cannot_be_chosen(office, cashier):
    foreign = Desk.objects.create(community=make_community(), name="别处")
    answer = cashier.post(office.url("desk-choice"), {"desk": foreign.pk})
    assert answer.status_code == 404


def test_the_choice_of_a_desk_leads_back_but_never_elsewhere(office, cashier):
    chosen = {"desk": office.desk.pk}
    back = cashier.post(office.url("desk-choice"), {**chosen, "next": office.page()})
    assert back["Location"] == office.page()
    away = cashier.post(office.url("desk-choice"), {**chosen, "next": "https://evil.example/"})
    assert away["Location"] == office.url("workbench")
