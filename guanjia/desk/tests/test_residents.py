"""Who is what to a unit: registering, doubles, ending, passing the title."""

import re
from datetime import date

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING
from guanjia.desk.tests.office import staff
from guanjia.estate.actions import merge_parties
from guanjia.estate.models import Party, Tenure, Unit
from guanjia.estate.states import Capacity, UnitStatus
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.money.bills.models import Bill
from guanjia.money.bills.reads import owed_on
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = "2026-11-23"


@pytest.fixture
def clerk(office):
    return staff(office, Role.CLERK)


def person(name="周倩", **more):
    return {"name": name, "kind": "person", "begins_on": TODAY, "on": TODAY, **more}


def register(office, clerk, unit=None, **typed):
    url = office.url("resident-new", (unit or office.unit).key)
    return clerk.post(url, person(**typed))


def test_somebody_new_is_registered_at_once(office, clerk):
    answer = register(office, clerk, capacity="household_member", relation="配偶", share="1/2")
    assert answer.status_code == 302
    tenure = Tenure.objects.get(community=office.community, party__name="周倩")
    assert (tenure.capacity, tenure.relation, tenure.is_debtor) == (
        "household_member",
        "配偶",
        False,
    )
    assert tenure.share_numerator is None  # a family member has no share of the title


def test_a_double_is_asked_about_before_anybody_is_registered_twice(office, clerk):
    typed = {"name": "张素珍", "capacity": "co_owner"}
    answer = register(office, clerk, **typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "姓名相同" in page
    assert "139****5520" in page
    assert "3-2-1201 业主" in page
    assert 'value="张素珍"' in page
    assert 'name="capacity" value="co_owner" checked' in page
    unit = make_unit(community=office.community)
    assert register(office, clerk, unit, **typed, party=office.owner.pk).status_code == 302
    assert Tenure.objects.filter(party=office.owner).count() == 2
    assert register(office, clerk, unit, **typed, party="new").status_code == 302
    assert Party.objects.filter(community=office.community, name="张素珍").count() == 2


def test_anothers_party_cannot_be_chosen(office, clerk):
    stranger = make_party(name="张素珍")
    answer = register(office, clerk, name="张素珍", capacity="tenant", party=stranger.pk)
    assert answer.status_code == 422


def test_doubles_and_doubtful_numbers_are_told_while_typing(office, clerk):
    typed = {"name": "张先生", "kind": "person", "phone": "139 1234 5520", "id_number": "无"}
    page = clerk.post(office.url("alike"), typed).content.decode()
    assert "电话相同" in page
    assert "占位内容" in page
    assert "checked" not in page


@pytest.mark.parametrize(
    ("number", "warned"),
    [("350203199001011234", "校验位不对"), ("无", "占位内容"), ("E12345678", "")],
)
def test_a_doubtful_number_is_kept_and_warned_of(office, clerk, number, warned):
    answer = register(office, clerk, capacity="tenant", id_number=number)
    assert answer.status_code == 302
    kept = Party.objects.get(community=office.community, name="周倩").id_number
    assert kept == (None if number == "无" else number)
    page = clerk.get(answer.headers["Location"]).content.decode()
    assert ("校验位" in page or "占位" in page) is bool(warned)
    assert warned in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"capacity": ""}, "请选这个人与房屋的关系"),
        ({"capacity": "tenant", "phone": "138"}, "不是电话号码"),
        ({"capacity": "agent", "ends_on": "2027-01-31"}, "请按委托书勾选"),
        ({"capacity": "agent", "scope": ["payment"]}, "委托书有期限"),
        ({"capacity": "co_owner", "share": "很多"}, "1/2"),
        ({"capacity": "co_owner", "share": "150%"}, "百分之百"),
        ({"capacity": "tenant", "ends_on": "2026-01-01"}, "截止日早于起始日"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_left_behind(office, clerk, typed, message):
    answer = register(office, clerk, **typed)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Party.objects.filter(community=office.community, name="周倩").exists()


def test_a_power_of_attorney_keeps_its_matters_and_term(office, clerk):
    typed = {"capacity": "agent", "scope": ["fit_out", "release"], "ends_on": "2027-03-31"}
    assert register(office, clerk, **typed, document_no="WT-0917").status_code == 302
    page = clerk.get(office.url("residents", office.unit.key)).content.decode()
    assert "放行、装修" in page or "装修、放行" in page
    assert "WT-0917" in page


def test_an_ownerless_unit_gets_its_debtor(office, clerk):
    bare = make_unit(community=office.community)
    page = clerk.get(office.url("resident-new", bare.key)).content.decode()
    assert 'name="is_debtor"' in page
    owned = clerk.get(office.url("resident-new", office.unit.key)).content.decode()
    assert 'name="is_debtor"' not in owned
    assert register(office, clerk, bare, capacity="owner", is_debtor="on").status_code == 302
    assert Tenure.objects.get(unit=bare).is_debtor


def test_shares_above_the_whole_are_refused_with_a_remedy(office, clerk):
    Tenure.objects.filter(unit=office.unit).update(share_numerator=2, share_denominator=3)
    answer = register(office, clerk, capacity="co_owner", share="1/2")
    assert answer.status_code == 422
    assert "请核对产权证" in answer.content.decode()


def test_a_tenure_ends_and_stays_on_the_page(office, clerk):
    tenant = make_party(community=office.community, name="周倩")
    tenure = make_tenure(unit=office.unit, party=tenant, capacity=Capacity.TENANT)
    url = office.url("resident-end", tenure.pk)
    assert clerk.post(url, {"last_day": "2019-01-01"}).status_code == 422
    assert clerk.post(url, {"last_day": "2026-10-31", "reason": "退租"}).status_code == 302
    page = clerk.get(office.url("residents", office.unit.key)).content.decode()
    assert "周倩" in page.split("已结束")[1]
    owner = office.unit.tenures.get(is_debtor=True)
    answer = clerk.post(office.url("resident-end", owner.pk), {"last_day": TODAY})
    assert "请办理过户" in answer.content.decode()


def test_the_former_owners_balance_is_told_before_the_title_passes(office, clerk):
    page = clerk.get(office.url("unit-transfer", office.unit.key)).content.decode()
    assert "710.07" in page
    assert "473.38" in page
    assert "更名以后不转给新业主" in page
    page = clerk.get(office.url("unit-transfer", make_unit(community=office.community).key))
    assert "已结清" in page.content.decode()


def test_who_sees_no_money_sees_no_balance(office):
    page = staff(office, Role.SUPERVISOR).get(office.url("unit-transfer", office.unit.key))
    assert "710.07" in page.content.decode()
    assert staff(office, Role.ADMINISTRATOR).get(page.request["PATH_INFO"]).status_code == 403


def test_the_title_passes_and_the_debts_stay(office, clerk):
    tenant = make_party(community=office.community, name="租户甲")
    make_tenure(unit=office.unit, party=tenant, capacity=Capacity.TENANT)
    url = office.url("unit-transfer", office.unit.key)
    assert clerk.post(url, person("新业主", phone="13600010917")).status_code == 302
    owners = office.unit.tenures.filter(is_debtor=True).order_by("begins_on")
    assert [(t.party.name, t.ends_on) for t in owners] == [
        ("张素珍", date(2026, 11, 22)),
        ("新业主", None),
    ]
    assert office.unit.tenures.get(party=tenant).ends_on is None
    assert set(Bill.objects.values_list("debtor__name", flat=True)) == {"张素珍"}


def test_a_refused_transfer_registers_nobody(office, clerk):
    url = office.url("unit-transfer", office.unit.key)
    answer = clerk.post(url, {**person("新业主"), "on": "2019-01-01"})
    assert answer.status_code == 422
    assert "请核对日期" in answer.content.decode()
    assert not Party.objects.filter(name="新业主").exists()


def test_a_first_owner_takes_over_from_the_developer(office, clerk):
    unit = make_unit(community=office.community, status=UnitStatus.UNSOLD)
    developer = make_party(community=office.community, name="示例置业")
    make_tenure(unit=unit, party=developer, capacity=Capacity.DEVELOPER, is_debtor=True)
    handover = office.url("unit-handover", unit.key)
    assert clerk.get(office.url("unit-transfer", unit.key)).headers["Location"] == handover
    assert clerk.post(handover, person("新业主")).status_code == 302
    unit = Unit.objects.get(pk=unit.pk)
    assert (unit.status, unit.handed_over_on) == (UnitStatus.HANDED_OVER, date(2026, 11, 23))
    assert clerk.post(handover, person("又一位")).status_code == 422


def test_unseen_numbers_are_never_in_the_page_and_stay_when_left_empty(office, clerk):
    url = office.url("party-edit", office.owner.pk)
    page = clerk.get(url).content.decode()
    assert "139****5520" in page
    assert "13912345520" not in page
    typed = {"name": "张素珍", "kind": "person", "note": "听力不佳", "reason": "本人说明"}
    assert clerk.post(url, typed).status_code == 302
    party = Party.objects.get(pk=office.owner.pk)
    assert (party.phone, party.note) == ("13912345520", "听力不佳")
    assert clerk.post(url, {**typed, "forget": ["phone"]}).status_code == 302
    assert Party.objects.get(pk=office.owner.pk).phone is None
    assert clerk.post(url, {**typed, "reason": ""}).status_code == 422
    entry = JournalEntry.objects.filter(action="party.change").latest("pk")
    assert entry.reason == "本人说明"


def test_two_of_one_person_are_compared_merged_and_split_again(office, clerk):
    double = make_party(community=office.community, name="张素珍", phone="13912345520")
    space = make_unit(community=office.community, number="B1-086")
    make_tenure(unit=space, party=double)
    page = clerk.get(office.url("party", office.owner.pk)).content.decode()
    url = office.url("party-merge", office.owner.pk, double.pk)
    assert url in page
    assert url in clerk.get(office.url("party-merge-choice", office.owner.pk)).content.decode()
    page = clerk.get(url).content.decode()
    assert len(re.findall("139\\*{4}5520", page)) == 2
    assert "13912345520" not in page
    assert clerk.post(url, {"keep": office.owner.pk}).status_code == 422  # no reason given
    assert clerk.post(url, {"keep": 0, "reason": "本人确认"}).status_code == 422
    answer = clerk.post(url, {"keep": office.owner.pk, "reason": "本人确认"})
    assert answer.headers["Location"] == office.url("party", office.owner.pk)
    assert space.tenures.get().party == office.owner
    clerk.post(office.url("party-split", double.pk), {"reason": "同名不同人"})
    assert space.tenures.get().party == double


def test_what_one_person_owes_stands_in_one_line_however_often_registered(office):
    double = make_party(community=office.community, name="张素贞")
    change = {"duplicate": office.owner, "into": double, "by": office.cashier, "at": MORNING}
    (before,) = owed_on(office.unit, MORNING.date())
    merge_parties(**change, reason="本人确认")
    office.charge(12)
    (owed,) = owed_on(office.unit, MORNING.date())
    assert (before.debtor, before.bills) == ("张素珍", 3)
    assert (owed.debtor, owed.bills) == ("张素贞", 4)


def test_a_double_is_searched_for_by_initials(office, clerk):
    other = make_party(community=office.community, name="刘玉芬")
    url = office.url("party-merge-choice", office.owner.pk)
    assert "没有同名" in clerk.get(url).content.decode()
    page = clerk.get(url, {"q": "lyf"}).content.decode()
    assert office.url("party-merge", office.owner.pk, other.pk) in page
    assert "没有找到" in clerk.get(url, {"q": "nobody"}).content.decode()


def test_nobody_is_merged_with_themselves_or_with_a_stranger(office, clerk):
    assert clerk.get(office.url("party-merge", office.owner.pk, office.owner.pk)).status_code == 404
    stranger = make_party()
    assert clerk.get(office.url("party-merge", office.owner.pk, stranger.pk)).status_code == 404
    assert clerk.get(office.url("party", stranger.pk)).status_code == 404
    assert clerk.post(office.url("party-split", office.owner.pk)).status_code == 404


def test_an_auditor_reads_and_changes_nothing(office):
    auditor = staff(office, Role.AUDITOR)
    page = auditor.get(office.url("residents", office.unit.key)).content.decode()
    assert "登记住户</a>" not in page
    assert "显示" not in page  # nor does he see numbers in full
    for route in ("resident-new", "unit-transfer", "unit-handover"):
        assert auditor.post(office.url(route, office.unit.key)).status_code == 403
