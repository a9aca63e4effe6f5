"""Cash desks are opened and closed on screen; no two share a name or a series of receipts."""

import pytest
from django.urls import reverse

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.desk.tests.office import make_office, signed_in, staff
from guanjia.money.payments.models import Desk
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = {"name": "前台二", "prefix": "B", "first_number": "101"}


@pytest.fixture
def administrator(office):
    return staff(office, Role.ADMINISTRATOR)


def verbs(office):
    entries = JournalEntry.objects.filter(community=office.community, action__startswith="desk.")
    return list(entries.order_by("pk").values_list("action", flat=True))


def test_a_desk_opened_on_screen_takes_money_from_its_first_number(office, administrator):
    answer = administrator.post(office.url("desks"), SECOND, follow=True)
    assert "前台二" in answer.content.decode()
    desk = Desk.objects.get(community=office.community, name="前台二")
    office.man(office.cashier, desk)
    cashier = signed_in(office.cashier)
    cashier.post(office.url("desk-choice"), {"desk": desk.pk})
    cashier.post(office.url("payments"), office.paying())
    desk.refresh_from_db()
    assert (desk.prefix, desk.first_number, desk.last_number) == ("B", 101, 101)
    assert "0000101" in administrator.get(office.url("desks")).content.decode()
    assert verbs(office) == ["desk.open"]


def test_without_a_desk_the_page_says_what_one_is_for():
    community = make_community()
    client = signed_in(make_user(community=community, role=Role.ADMINISTRATOR))
    page = client.get(reverse("desk:desks", args=[community.code]))
    assert "还没有收银台" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "前台一"}, "收银台“前台一”已经有了"),
        ({"prefix": ""}, "不带字头的收据已由“前台一”使用"),
        ({"first_number": "0"}, "首号："),
        ({"name": ""}, "必填"),
    ],
)
def test_a_desk_that_cannot_be_told_from_another_is_refused(office, administrator, changes, words):
    answer = administrator.post(office.url("desks"), SECOND | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Desk.objects.filter(community=office.community).count() == 1
    assert verbs(office) == []


def test_a_closed_desk_takes_no_money_until_it_is_opened_again(office, administrator, cashier):
    for _ in range(2):  # a second press changes nothing
        administrator.post(office.url("desk-closing", office.desk.pk))
    assert "停用" in cashier.post(office.url("payments"), office.paying()).content.decode()
    administrator.post(office.url("desk-reopening", office.desk.pk))
    cashier.get(office.url("workbench"))
    assert cashier.post(office.url("payments"), office.paying()).status_code == 302
    assert verbs(office) == ["desk.close", "desk.reopen"]


def test_only_administrators_and_only_their_own(office, administrator, cashier):
    assert cashier.get(office.url("desks")).status_code == 403
    assert cashier.post(office.url("desk-closing", office.desk.pk)).status_code == 403
    elsewhere = make_office()
    assert administrator.post(office.url("desk-closing", elsewhere.desk.pk)).status_code == 404
    assert administrator.get(elsewhere.url("desks")).status_code == 404
    assert office.url("desks") in administrator.get(office.url("workbench")).content.decode()
