"""Every unit resolves to one patch; every patch has one manager at a time and three trades (MODE-1 to 4)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.estate.actions import link_household
from guanjia.estate.states import UnitKind
from guanjia.estate.tests.factories import make_building, make_unit
from guanjia.people import actions
from guanjia.people.models import PatchManager, PatchMember
from guanjia.people.patches import gaps, patch_of, team_of
from guanjia.people.states import Trade
from guanjia.people.tests.factories import make_patch, make_staff

pytestmark = pytest.mark.django_db
SPRING = date(2026, 4, 1)
EVE = SPRING - timedelta(days=1)


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def by(community):
    return {"by": make_user(community=community), "at": MORNING}


def test_the_narrower_rule_decides_a_units_patch(community, by):
    whole, east, single = (make_patch(community=community, name=n) for n in "一二三")
    building = make_building(community=community)
    places = {"building": building, "community": community}
    actions.cover_building(patch=whole, building=building, **by)
    actions.cover_building(patch=east, building=building, entrance="2", **by)
    assert patch_of(make_unit(**places, entrance="1")) == whole
    assert patch_of(make_unit(**places)) == whole
    unit = make_unit(**places, entrance="2")
    assert patch_of(unit) == east
    actions.cover_unit(patch=single, unit=unit, **by)
    assert patch_of(unit) == single


def test_a_parking_space_follows_its_households_main_unit(community, by):
    patch = make_patch(community=community)
    building = make_building(community=community)
    actions.cover_building(patch=patch, building=building, **by)
    home = make_unit(community=community, building=building)
    space = make_unit(community=community, kind=UnitKind.PARKING_SPACE)
    assert patch_of(space) is None
    link_household(main=home, others=[space], **by)
    space.refresh_from_db()
    assert patch_of(space) == patch
    own = make_patch(community=community)
    actions.cover_unit(patch=own, unit=space, **by)
    assert patch_of(space) == own


def test_a_building_moves_from_one_patch_to_another(community, by):
    first, second = make_patch(community=community), make_patch(community=community)
    building = make_building(community=community)
    unit = make_unit(community=community, building=building)
    for patch in (first, second):
        actions.cover_building(patch=patch, building=building, **by)
        assert patch_of(unit) == patch


def test_a_patch_passes_from_manager_to_manager_without_overlap(community, by):
    patch = make_patch(community=community)
    lin, wang = make_staff(community=community), make_staff(community=community)
    actions.assign_manager(patch=patch, staff=lin, on=date(2025, 1, 1), **by)
    actions.assign_manager(patch=patch, staff=wang, on=SPRING, **by)
    assert team_of(patch, EVE).manager == lin
    assert team_of(patch, SPRING).manager == wang
    with pytest.raises(Refused, match="已安排"):
        actions.assign_manager(patch=patch, staff=lin, on=SPRING, **by)


def test_the_database_refuses_two_managers_at_a_time(community):
    patch = make_patch(community=community)
    row = {"community": community, "patch": patch, "staff": make_staff(community=community)}
    PatchManager.objects.create(**row, begins_on=date(2025, 1, 1), ends_on=SPRING)
    with pytest.raises(IntegrityError, match="one_manager"), transaction.atomic():
        PatchManager.objects.create(**row, begins_on=SPRING)
    PatchManager.objects.create(**row, begins_on=SPRING + timedelta(days=1))
    connection.check_constraints()  # nothing deferred may be pending when a table is altered
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE people_patchmanager DROP CONSTRAINT people_patch_one_manager")
    PatchManager.objects.create(**row, begins_on=SPRING)  # the control: nothing else refuses it


def test_a_team_tells_which_trade_it_lacks(community, by):
    patch = make_patch(community=community)
    guard, cleaner = make_staff(community=community), make_staff(community=community)
    actions.join_team(patch=patch, staff=guard, trade=Trade.GUARD, on=SPRING, **by)
    actions.join_team(patch=patch, staff=cleaner, trade=Trade.CLEANER, on=SPRING, **by)
    assert team_of(patch, EVE).lacking == tuple(Trade)
    assert team_of(patch, SPRING).lacking == (Trade.TECHNICIAN,)
    with pytest.raises(Refused, match="已在"):
        actions.join_team(patch=patch, staff=guard, trade=Trade.GUARD, on=SPRING, **by)
    member = PatchMember.objects.get(community=community, staff=guard)
    actions.leave_team(member=member, last_day=SPRING, **by)
    assert team_of(patch, SPRING + timedelta(days=1)).lacking == (Trade.GUARD, Trade.TECHNICIAN)
    with pytest.raises(Refused, match="期限"):
        actions.leave_team(member=member, last_day=SPRING + timedelta(days=1), **by)


def test_the_report_names_every_hole_and_nothing_else(community, by):
    make_unit()  # another community's hole is not ours
    covered, bare = (make_patch(community=community, name=n) for n in "一二")
    building = make_building(community=community)
    actions.cover_building(patch=covered, building=building, **by)
    make_unit(community=community, building=building)
    lost = make_unit(community=community)
    staff = make_staff(community=community)
    actions.assign_manager(patch=covered, staff=staff, on=SPRING, **by)
    for trade in Trade:
        actions.join_team(patch=covered, staff=staff, trade=trade, on=SPRING, **by)
    report = gaps(community, SPRING)
    assert report.units == (lost,)
    assert report.unmanaged == (bare,)
    assert report.lacking == {bare: tuple(Trade)}


def test_the_report_takes_the_same_statements_for_any_number_of_patches(
    community, django_assert_num_queries
):
    for _ in range(3):
        make_patch(community=community)
        make_unit(community=community)
    with django_assert_num_queries(4):
        assert len(gaps(community, SPRING).units) == 3


def test_another_communitys_staff_is_refused_by_the_database(community):
    patch, stranger = make_patch(community=community), make_staff(community=make_community())
    with pytest.raises(IntegrityError), transaction.atomic():
        PatchManager.objects.create(
            community=community, patch=patch, staff=stranger, begins_on=SPRING
        )
        connection.check_constraints()


def test_a_patch_has_one_name(community, by):
    actions.add_patch(community=community, name="一区", **by)
    with pytest.raises(Refused, match="已经有了"):
        actions.add_patch(community=community, name="一区", **by)
