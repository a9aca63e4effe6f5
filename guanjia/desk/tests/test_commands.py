"""The same jobs by command: a month's bills and a payment, with exit codes that scripts can trust."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.money.bills.models import Bill
from guanjia.money.payments.models import Desk, Payment

pytestmark = pytest.mark.django_db(transaction=True)


def run(command, **options):
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def refused(command, **options):
    with pytest.raises(CommandError) as refusal:
        run(command, **options)
    return refusal.value.returncode, str(refusal.value)


def test_a_month_is_billed_by_command_once(office):
    where = {"community": office.community.name, "month": "2026-12", "json": True}
    would = json.loads(run("bill", **where, dry_run=True))
    assert (would["bills"], would["total_fen"], would["dry_run"]) == (1, 23669, True)
    assert would["items"][0]["exceptions"] == {}
    assert Bill.objects.filter(community=office.community).count() == 3
    assert json.loads(run("bill", **where))["bills"] == 1
    assert json.loads(run("bill", **where))["bills"] == 0
    assert Bill.objects.filter(community=office.community).count() == 4


def test_a_run_says_what_it_did(office):
    said = run("bill", community=office.community.code, month="2026-12", item=["物业服务费"])
    assert "物业服务费：已出账 1 笔，236.69 元" in said


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"month": "2026-13"}, 2, "没有 2026 年 13 月"),
        ({"community": "没有的项目"}, 2, "没有名为"),
        ({"item": ["电梯费"]}, 2, "现有：物业服务费"),
    ],
)
def test_a_run_that_cannot_be_understood_exits_2(office, options, code, words):
    given = {"community": office.community.name, "month": "2026-12", **options}
    assert refused("bill", **given)[0] == code
    assert words in refused("bill", **given)[1]


def pay(office, **changes):
    return {
        "community": office.community.name,
        "unit": "3栋2单元1201室",
        "method": "cash",
        "tendered": "1000",
        "by": office.cashier.staff_no.lower(),
        **changes,
    }


def test_a_payment_by_command_is_one_at_the_desk(office):
    report = json.loads(run("take_payment", **pay(office), json=True))
    assert report == {
        "unit": "3-2-1201",
        "amount_fen": 71007,
        "change_fen": 28993,
        "method": "cash",
        "payer": "张素珍",
        "desk": "前台一",
        "receipt": "0007444",
        "business_date": "2026-11-23",
    }
    code, words = refused("take_payment", **pay(office))
    assert (code, words) == (1, "3-2-1201 没有未缴的费用")
    assert Payment.objects.filter(community=office.community).count() == 1


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"tendered": "1"}, 1, "实收现金不足"),
        ({"tendered": "一千"}, 2, "不是金额"),
        ({"method": "pos"}, 1, "没有填写凭证号"),
        ({"unit": "9-9-909"}, 1, "没有房号"),
        ({"unit": "?"}, 2, "看不出房号"),
        ({"by": "无此人"}, 2, "没有工号"),
        ({"desk": "前台九"}, 2, "没有收银台"),
    ],
)
def test_a_payment_that_cannot_be_taken_is_said_in_words(office, changes, code, words):
    found, said = refused("take_payment", **pay(office, **changes))
    assert found == code
    assert words in said
    assert not Payment.objects.filter(community=office.community).exists()


def test_by_command_too_only_cashiers_take_money(office):
    clerk = make_user(community=office.community, role=Role.CLERK)
    assert "没有收款的权限" in refused("take_payment", **pay(office, by=clerk.staff_no))[1]


def test_a_payment_without_a_desk_says_who_opens_one(office):
    Desk.objects.filter(pk=office.desk.pk).update(is_active=False)
    assert "请系统管理员在 管理 › 收银台 里添加" in refused("take_payment", **pay(office))[1]
