"""The unit file: who is here, what each may do, what is missing; three statements whatever its size."""

from datetime import date

import pytest

from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.estate import actions
from guanjia.estate.household import sister_units, unit_file
from guanjia.estate.states import Capacity, DocumentKind, Matter, UnitKind
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def unit():
    return make_unit(community=make_community())


@pytest.fixture
def clerk(unit):
    return make_user(community=unit.community)


def person(unit, name, capacity, **fields):
    party = make_party(community=unit.community, name=name)
    return make_tenure(unit=unit, party=party, capacity=capacity, **fields)


def test_people_stand_in_order_with_what_each_may_do(unit):
    person(unit, "李国强", Capacity.HOUSEHOLD_MEMBER, relation="配偶")
    person(
        unit,
        "赵敏",
        Capacity.AGENT,
        ends_on=date(2026, 3, 31),
        scope=[Matter.FIT_OUT],
    )
    person(unit, "周末", Capacity.TENANT, ends_on=date(2026, 3, 31))
    owner = person(unit, "张素珍", Capacity.OWNER)
    file = unit_file(unit, TODAY)
    assert [(r.party.name, r.title, str(r.permits[0])) for r in file.residents] == [
        ("张素珍", "业主", "全部事项"),
        ("李国强", "配偶", "缴费"),
        ("赵敏", "代办人", "已到期 ✕"),
    ]
    assert file.debtor == next(r for r in file.residents if r.tenure == owner)


def test_a_paper_counts_for_whose_it_is(unit, clerk):
    tenants = [person(unit, name, Capacity.TENANT) for name in ("周末", "吴月")]
    for kind in (DocumentKind.LEASE, DocumentKind.ID_COPY):
        actions.file_document(
            unit=unit, kind=kind, received_on=TODAY, by=clerk, at=MORNING, party=tenants[0].party
        )
    cards = [str(resident.permits[-1]) for resident in unit_file(unit, TODAY).residents]
    assert cards == ["门禁卡", "门禁卡·须租约及身份证复印件"]


def test_the_file_names_what_it_lacks(unit, clerk):
    assert "业主" in unit_file(unit, TODAY).completeness.missing
    party = make_party(
        community=unit.community, phone="13905925520", id_number="350203198001011239"
    )
    make_tenure(unit=unit, party=party)
    for kind in DocumentKind:
        if kind is not DocumentKind.COVENANTS:
            actions.file_document(unit=unit, kind=kind, received_on=TODAY, by=clerk, at=MORNING)
    score = unit_file(unit, TODAY).completeness
    assert (score.percent, score.missing) == (92, ("临时管理规约",))


def test_statements_do_not_grow_with_people_papers_and_units(
    unit, clerk, django_assert_num_queries
):
    spaces = [make_unit(community=unit.community, kind=UnitKind.PARKING_SPACE) for _ in range(3)]
    actions.link_household(main=unit, others=spaces, by=clerk, at=MORNING)
    unit.refresh_from_db()
    for n in range(5):
        person(unit, f"家人{n}", Capacity.HOUSEHOLD_MEMBER)
        actions.file_document(
            unit=unit, kind=DocumentKind.OTHER, received_on=TODAY, by=clerk, at=MORNING
        )
    with django_assert_num_queries(3):
        assert len(unit_file(unit, TODAY).residents) == 5
        assert len(sister_units(unit)) == 3
