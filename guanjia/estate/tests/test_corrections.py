"""Units are corrected and leave their household; doubles are found before they are made."""

from dataclasses import replace
from decimal import Decimal

import pytest

from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.estate import actions
from guanjia.estate.duplicates import alike
from guanjia.estate.models import Unit, by_number
from guanjia.estate.parties import Particulars
from guanjia.estate.states import Capacity, UnitStatus
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def by():
    return {"by": make_user(), "at": MORNING}


DETAILS = actions.UnitDetails("3栋2单元1201", gross_area=Decimal("99.10"))


def test_a_corrected_number_keeps_to_one_key(community, by):
    unit = make_unit(community=community, number="3-2-1210")
    changed = actions.change_unit(unit=unit, details=DETAILS, building=None, reason="笔误", **by)
    assert (changed.number, changed.key) == ("3栋2单元1201", "3-2-1201")
    entry = JournalEntry.objects.get(community=community, action="unit.change")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["number"], entry.after["gross_area"]) == ("3-2-1210", "99.10")
    other = make_unit(community=community, number="1-1-101")
    with pytest.raises(Refused, match="已经有了"):
        actions.change_unit(unit=other, details=DETAILS, building=None, **by)
    other.refresh_from_db()
    assert other.key == "1-1-101"


def test_a_correction_leaves_the_status_alone(community, by):
    unit = make_unit(community=community, status=UnitStatus.LET)
    details = replace(DETAILS, status=UnitStatus.UNSOLD)
    assert actions.change_unit(unit=unit, details=details, building=None, **by).status == "let"


def test_a_household_is_left_by_all_but_its_main_unit(community, by):
    main, space = (make_unit(community=community) for _ in range(2))
    actions.link_household(main=main, others=[space], **by)
    with pytest.raises(Refused, match="主房屋"):
        actions.leave_household(unit=main, **by)
    assert actions.leave_household(unit=space, **by).household is None
    with pytest.raises(Refused, match="没有与其他房屋合户"):
        actions.leave_household(unit=space, **by)


def test_numbers_sort_as_people_count(community):
    numbers = ["2-1-902", "2-1-1102", "10-1-101", "B1-86", "B1-086A", "A-3-5", "A-12-1"]
    for number in reversed(numbers):
        make_unit(community=community, number=number)
    rows = Unit.objects.filter(community=community).order_by(by_number())
    keys = list(rows.values_list("key", flat=True))
    assert keys[:3] == ["2-1-902", "2-1-1102", "10-1-101"]
    assert keys.index("A-3-5") < keys.index("A-12-1")


def test_doubles_agree_in_name_phone_or_id_number(community):
    phone, number = "13912345520", "350203199001011236"
    owner = make_party(community=community, name="张素珍", phone=phone, id_number=number)
    make_tenure(unit=make_unit(community=community, number="3-2-1201"), party=owner)
    namesake = make_party(community=community, name="张素珍")
    other = make_party(community=community, name="刘玉芬", id_number=number)
    make_party(name="张素珍", phone=phone)  # another community's
    make_party(community=community, name="张素珍珍")
    found = alike(community, Particulars("张素珍", phone="139-1234-5520", id_number=number))
    assert [(like.party, like.agrees) for like in found] == [
        (owner, ("姓名", "电话", "证件号")),
        (namesake, ("姓名",)),
        (other, ("证件号",)),
    ]
    assert found[0].holds == ("3-2-1201 业主",)
    assert [like.party for like in alike(community, Particulars("张素珍"), but=owner)] == [namesake]
    assert alike(community, Particulars("无名氏", phone="无")) == []
    with pytest.raises(TextError):
        alike(community, Particulars(" "))


def test_what_is_merged_away_is_no_double(community, by):
    owner, double = (make_party(community=community) for _ in range(2))
    actions.merge_parties(duplicate=double, into=owner, reason="同一人", **by)
    assert [like.party for like in alike(community, Particulars("张素珍"))] == [owner]


def test_finding_doubles_takes_two_statements(community, django_assert_num_queries):
    for _ in range(3):
        party = make_party(community=community)
        make_tenure(unit=make_unit(community=community), party=party, capacity=Capacity.TENANT)
    with django_assert_num_queries(2):
        assert len(alike(community, Particulars("张素珍"))) == 3
