"""A unit is one unit however its number is written; households tie units together."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.core.unit_number import UnitNumberError
from guanjia.estate import actions
from guanjia.estate.household import sister_units
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitKind, UnitStatus
from guanjia.estate.tests.factories import make_building, make_unit
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def clerk(community):
    return make_user(community=community, role=Role.CLERK)


def add(community, clerk, number, **details):
    return actions.add_unit(
        community=community,
        details=actions.UnitDetails(number, **details),
        by=clerk,
        at=MORNING,
    )


def test_a_number_keeps_its_typed_form_and_has_one_key(community, clerk):
    unit = add(community, clerk, " 3栋2单元1201室 ", gross_area=Decimal("98.62"))
    assert (unit.number, unit.key, unit.status) == ("3栋2单元1201室", "3-2-1201", "unsold")
    for spelling in ("3-2-1201", "3幢2-1201", "３栋２单元１２０１"):
        with pytest.raises(Refused, match="已经有了"):
            add(community, clerk, spelling)
    add(make_community(), clerk, "3-2-1201")  # another community has its own


def test_an_unreadable_number_is_refused(community, clerk):
    with pytest.raises(UnitNumberError):
        add(community, clerk, "？？")


def test_only_a_number_that_is_taken_is_refused_in_words(community, clerk):
    with pytest.raises(IntegrityError, match="area_positive"), transaction.atomic():
        add(community, clerk, "3-2-1201", gross_area=Decimal(0))


def test_a_building_is_one_building_however_it_is_written(community, clerk):
    building = actions.add_building(community=community, name="A座", by=clerk, at=MORNING)
    assert (building.name, building.key) == ("A座", "A")
    actions.add_building(community=community, name="3栋", by=clerk, at=MORNING)
    with pytest.raises(Refused, match="已经有了"):
        actions.add_building(community=community, name="3幢", by=clerk, at=MORNING)


def test_units_in_a_household_have_one_leader(community, clerk):
    home, space = make_unit(community=community), make_unit(community=community)
    storage = make_unit(community=community, kind=UnitKind.STORAGE)
    actions.link_household(main=home, others=[space], by=clerk, at=MORNING)
    home.refresh_from_db()
    actions.link_household(main=home, others=[storage], by=clerk, at=MORNING)
    home.refresh_from_db()
    assert home.leads_household
    assert set(sister_units(home)) == {space, storage}
    assert sister_units(make_unit(community=community)) == []
    other = make_unit(community=community)
    with pytest.raises(Refused, match="主房屋"):
        actions.link_household(main=other, others=[home], by=clerk, at=MORNING)
    with pytest.raises(IntegrityError, match="one_leads"), transaction.atomic():
        Unit.objects.filter(community=community, pk=space.pk).update(leads_household=True)


def test_a_status_moves_along_its_table(community, clerk):
    unit = make_unit(community=community, status=UnitStatus.HANDED_OVER)
    unit = actions.change_unit_status(unit=unit, to=UnitStatus.LET, by=clerk, at=MORNING)
    assert unit.status == UnitStatus.LET
    with pytest.raises(Refused, match="可改为入住、空置"):
        actions.change_unit_status(unit=unit, to=UnitStatus.UNSOLD, by=clerk, at=MORNING)
    unsold = make_unit(community=community, status=UnitStatus.UNSOLD)
    with pytest.raises(Refused, match="交付"):
        actions.change_unit_status(unit=unsold, to=UnitStatus.HANDED_OVER, by=clerk, at=MORNING)


def test_a_vehicle_is_noted_once_in_any_spelling(community, clerk):
    unit = make_unit(community=community)
    first = actions.add_vehicle(unit=unit, plate="示A·6H201", by=clerk, at=MORNING)
    assert actions.add_vehicle(unit=unit, plate="示ａ 6h201", by=clerk, at=MORNING) == first
    assert first.plate == "示A6H201"
    assert JournalEntry.objects.filter(action="unit.add_vehicle", community=community).count() == 1
    with pytest.raises(Refused, match="车牌"):
        actions.add_vehicle(unit=unit, plate="示A", by=clerk, at=MORNING)


@pytest.mark.parametrize("column", ["building", "household"])
def test_another_communitys_building_or_household_is_refused_by_the_database(clerk, column):
    here, there = make_community(), make_community()
    neighbour = make_unit(community=there)
    makers: dict[str, Any] = {
        "building": lambda: make_building(community=there),
        "household": lambda: actions.link_household(
            main=neighbour, others=[], by=clerk, at=MORNING
        ),
    }
    row = {column: makers[column]()}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_unit(community=here, **row)
        connection.check_constraints()
    make_unit(community=there, **row)
    connection.check_constraints()  # the control: the same row at home is taken
