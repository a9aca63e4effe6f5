"""The pages of going live: upload, preview, confirmation, trial balance, two signatures, taking back."""

import io

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import client_of
from guanjia.money.bills.models import Opening
from guanjia.money.opening.models import Signature, state
from guanjia.money.opening.states import OpeningState
from guanjia.onboarding.models import Import
from guanjia.onboarding.tests.openings import BOOK, KEPT, OWED, live_office, opening_workbook
from guanjia.onboarding.workbook import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return live_office()


@pytest.fixture
def base(place):
    return f"/{place[0].community.code}/register/opening/"


def person(place, role):
    return client_of(make_user(community=place[0].community, role=role))


@pytest.fixture
def finance(place):
    return person(place, Role.FINANCE)


def upload(client, base, content):
    file = io.BytesIO(content)
    file.name = "期初.xlsx"
    return client.post(f"{base}files/", {"file": file})


def bring(client, base, *owed, **words):
    where = upload(client, base, opening_workbook(*owed, **words)).headers["Location"]
    return client.post(f"{where}confirmation/").headers["Location"]


def text(response):
    return response.content.decode()


def test_from_the_workbook_to_the_seal(finance, place, base):
    director = person(place, Role.DIRECTOR)
    where = upload(finance, base, opening_workbook(OWED, kept=[KEPT], books=[BOOK])).headers[
        "Location"
    ]
    page = text(finance.get(where))
    for told in ("物业服务费", "200.00", "80.00", "从 B0009000 起", "确认入账"):
        assert told in page
    assert not Opening.objects.exists()
    balance = finance.post(f"{where}confirmation/").headers["Location"]
    page = text(finance.get(balance))
    for told in ("期初试算平衡表", "借贷平衡，与总账一致", "280.00", "我已核对，签字（制表）"):
        assert told in page
    assert "不能是同一个人" not in page
    finance.post(f"{balance}signatures/", {"part": "prepared"})
    assert "制表和复核不能是同一个人" in text(finance.get(balance))
    assert "我已核对，签字（复核）" in text(director.get(balance))
    director.post(f"{balance}signatures/", {"part": "reviewed"})
    assert state(Opening.objects.get()) is OpeningState.SEALED
    page = text(finance.get(balance))
    assert "已复核封账" in page
    assert "整份撤回" not in page
    assert "已复核封账" in text(director.get(base))


def test_a_second_press_changes_nothing(finance, base):
    where = upload(finance, base, opening_workbook(OWED)).headers["Location"]
    finance.post(f"{where}confirmation/")
    page = text(finance.post(f"{where}confirmation/", follow=True))
    assert "这份文件已经导入过了" in page
    again = upload(finance, base, opening_workbook(OWED)).headers["Location"]
    assert "再确认也不会改变什么" in text(finance.get(again))
    assert "什么也没有改变" in text(finance.post(f"{again}confirmation/", follow=True))
    assert Opening.objects.count() == 1


def test_errors_leave_no_button_and_come_back_in_the_workbook(finance, base):
    where = upload(finance, base, opening_workbook({**OWED, "charged": "x"})).headers["Location"]
    page = text(finance.get(where))
    assert "整份不能入账" in page
    assert "欠费!F2" in page
    assert "确认入账" not in page
    page = text(finance.post(f"{where}confirmation/", follow=True))
    assert "有 1 行出错，整份没有入账" in page
    back = finance.post(f"{where}returned/")
    assert "不是金额" in read(b"".join(back.streaming_content))[0].rows[1][-1]


def test_it_is_taken_back_with_a_reason_only(finance, base):
    balance = bring(finance, base, OWED)
    for nothing in ("", "\u200b\u200b"):
        assert finance.post(f"{balance}withdrawal/", {"reason": nothing}).status_code == 422
    page = text(finance.post(f"{balance}withdrawal/", {"reason": "填错了"}, follow=True))
    assert "已撤回" in page
    assert "填错了" in page
    refused = finance.post(f"{balance}withdrawal/", {"reason": "再来"})
    assert refused.status_code == 422
    assert "已经撤回" in text(refused)


def test_the_trial_balance_is_carried_out_on_paper_and_as_a_workbook(finance, base):
    balance = bring(finance, base, OWED, kept=[KEPT])
    assert finance.post(f"{balance}sheet/", {"format": "pdf"}).content.startswith(b"%PDF")
    book = finance.post(f"{balance}sheet/", {"format": "xlsx"})
    rows = read(b"".join(book.streaming_content))[0].rows
    assert ["1122", "应收账款", "物业服务费", "1", "200", "0"] in rows
    assert ["合计", "", "", "2", "280", "280"] in rows


@pytest.mark.parametrize(
    ("role", "sees", "brings", "signs"),
    [
        (Role.FINANCE, 200, 200, 302),
        (Role.DIRECTOR, 200, 403, 302),
        (Role.AUDITOR, 200, 403, 403),
        (Role.SUPERVISOR, 403, 403, 403),
        (Role.CASHIER, 403, 403, 403),
    ],
)
def test_who_may_see_bring_and_sign(place, finance, base, role, sees, brings, signs):
    balance, client = bring(finance, base, OWED), person(place, role)
    assert client.get(base).status_code == sees
    assert client.get(balance).status_code == sees
    assert client.get(f"{base}template/").status_code == brings
    assert (upload(client, base, opening_workbook(OWED)).status_code == 302) is (brings == 200)
    answer = client.post(f"{balance}signatures/", {"part": "prepared"})
    assert answer.status_code == signs
    assert Signature.objects.count() == (signs == 302)


def test_another_community_reaches_none_of_it(finance, base):
    balance = bring(finance, base, OWED)
    file = Import.objects.get()
    other = make_community()
    stranger = client_of(make_user(community=other, role=Role.FINANCE))
    for tail in (balance.split("opening/")[1], f"files/{file.pk}/"):
        assert stranger.get(f"/{other.code}/register/opening/{tail}").status_code == 404
    assert stranger.get(f"/{other.code}/register/imports/{file.pk}/").status_code == 404


def test_a_register_and_an_opening_are_not_taken_for_each_other(finance, place, base):
    upload(finance, base, opening_workbook(OWED))
    file = Import.objects.get()
    code = place[0].community.code
    assert finance.get(f"/{code}/register/imports/{file.pk}/").status_code == 404
    assert "期初.xlsx" not in text(finance.get(f"/{code}/register/"))


def test_the_page_costs_the_same_whatever_it_shows(finance, base, django_assert_max_num_queries):
    balance = bring(finance, base, OWED, kept=[KEPT])
    with django_assert_max_num_queries(12):
        finance.get(balance)
    with django_assert_max_num_queries(8):
        finance.get(base)
