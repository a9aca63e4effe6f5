"""The kinds of deposits on screen: set up by whoever sets prices, put out of use and never removed."""

import pytest

from guanjia.accounts.permissions import Role
from guanjia.desk.tests.office import make_office, staff, statements
from guanjia.desk.tests.test_deposits import typed
from guanjia.money.deposits.models import DepositKind
from guanjia.money.deposits.tests.factories import kind_of
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
SENT = {"name": "空调安装押金", "usual_fen": "500", "position": "4", "is_active": "on"}


@pytest.fixture
def finance(office):
    return staff(office, Role.FINANCE)


def kinds(office):
    return DepositKind.objects.filter(community=office.community)


def test_a_new_kind_is_offered_at_the_desk_and_leaves_a_trace(office, cashier, finance):
    assert finance.post(office.url("deposit-kind-new"), SENT).status_code == 302
    made = kinds(office).get(name="空调安装押金")
    assert (made.usual_fen, made.position, made.is_active) == (50_000, 4, True)
    line = cashier.get(office.url("deposit-new", office.unit.key)).content.decode()
    assert 'data-usual="500.00">空调安装押金' in line
    row = JournalEntry.objects.get(action="deposit_kind.add")
    assert (row.after or {})["usual_fen"] == 50_000


def test_what_is_given_back_on_a_completed_check_alone_is_said_so(office, finance):
    assert (
        finance.post(
            office.url("deposit-kind-new"), SENT | {"needs_completion_check": "on"}
        ).status_code
        == 302
    )
    made = kinds(office).get(name="空调安装押金")
    assert made.needs_completion_check
    assert finance.get(office.url("deposit-kinds")).content.decode().count("凭验收退") == 2
    assert finance.post(office.url("deposit-kind", made.pk), SENT).status_code == 302
    made.refresh_from_db()
    assert not made.needs_completion_check


def test_a_kind_is_changed_and_put_out_of_use_while_what_is_held_stays(office, cashier, finance):
    cashier.post(office.url("payments"), office.paying([], tendered="2000", **typed(office)))
    kind = kind_of(office.community)
    url = office.url("deposit-kind", kind.pk)
    assert 'value="2000.00"' in finance.get(url).content.decode()
    sent = {"name": "装修保证金", "usual_fen": "", "position": "1"}
    assert finance.post(url, sent).status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.usual_fen, kind.is_active) == ("装修保证金", None, False)
    row = JournalEntry.objects.get(action="deposit_kind.change")
    assert (row.before or {})["name"] == "装修押金"
    page = finance.get(office.url("deposit-kinds")).content.decode()
    assert "停用" in page
    assert page.count("2,000.00") == 1  # held; nothing is usual any more
    assert (
        "装修保证金" not in cashier.get(office.url("deposit-new", office.unit.key)).content.decode()
    )


def test_saving_it_as_it_stands_leaves_no_trace(office, finance):
    kind = kind_of(office.community)
    sent = {"name": kind.name, "usual_fen": "2,000", "position": "1", "is_active": "on"}
    sent["needs_completion_check"] = "on"
    assert finance.post(office.url("deposit-kind", kind.pk), sent).status_code == 302
    assert not JournalEntry.objects.filter(action="deposit_kind.change").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "装修押金"}, "已经有了"),
        ({"name": ""}, "必填"),
        ({"name": "\u200b"}, "不能为空"),
        ({"name": "长" * 21}, "20"),
        ({"usual_fen": "0"}, "不大于零"),
        ({"usual_fen": "-1"}, "不能是负数"),
        ({"usual_fen": "两百"}, "不是金额"),
        ({"position": "-1"}, "大于或等于"),
    ],
)
@pytest.mark.parametrize("place", ["new", "existing"])
def test_what_cannot_be_is_said_and_nothing_saved(office, finance, changes, words, place):
    kind = kind_of(office.community, "钥匙押金")
    url = office.url("deposit-kind-new")
    if place == "existing":
        url = office.url("deposit-kind", kind.pk)
    before = list(kinds(office).order_by("pk").values_list("name", "usual_fen"))
    page = finance.post(url, SENT | changes)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert list(kinds(office).order_by("pk").values_list("name", "usual_fen")) == before


def test_the_same_name_in_another_community_is_another_kind(office, finance):
    other = make_office()
    assert finance.post(office.url("deposit-kind-new"), SENT).status_code == 302
    theirs = staff(other, Role.FINANCE)
    assert theirs.post(other.url("deposit-kind-new"), SENT).status_code == 302
    assert finance.get(office.url("deposit-kind", kind_of(other.community).pk)).status_code == 404


def test_cashiers_read_the_list_and_change_nothing(office, cashier):
    page = cashier.get(office.url("deposit-kinds")).content.decode()
    assert "装修押金" in page
    assert "新增" not in page
    for url in (
        office.url("deposit-kind-new"),
        office.url("deposit-kind", kind_of(office.community).pk),
    ):
        assert cashier.get(url).status_code == 403
        assert cashier.post(url, SENT).status_code == 403


def test_the_list_costs_one_statement_for_its_kinds(office, finance):
    finance.get(office.url("deposit-kinds"))
    with statements() as made:
        finance.get(office.url("deposit-kinds"))
    assert len([sql for sql in made if "deposits_" in sql]) == 1
