"""Small makers of units, parties and what parties are to units."""

from datetime import date
from itertools import count
from typing import Any

from guanjia.accounts.models import Community
from guanjia.accounts.tests.factories import make_community
from guanjia.core.unit_number import unit_key
from guanjia.estate.models import Building, Party, Tenure, Unit
from guanjia.estate.parties import Particulars, columns
from guanjia.estate.rules import building_key
from guanjia.estate.states import Capacity, UnitKind, UnitStatus

_next = count(1)


def make_building(*, community: Community | None = None, name: str = "") -> Building:
    """Return a building; without a name it gets the next number."""
    name = name or f"{next(_next)}栋"
    return Building.objects.create(
        community=community or make_community(), name=name, key=building_key(name)
    )


def make_unit(*, community: Community | None = None, number: str = "", **fields: Any) -> Unit:
    """Return an occupied dwelling of 98.62 m²; its key follows its number."""
    number = number or f"9-1-{next(_next)}"
    defaults = {
        "community": community or make_community(),
        "kind": UnitKind.DWELLING,
        "number": number,
        "key": unit_key(number),
        "status": UnitStatus.OCCUPIED,
        "gross_area": "98.62",
    }
    unit = Unit.objects.create(**{**defaults, **fields})
    unit.refresh_from_db()
    return unit


def make_party(
    *, community: Community | None = None, name: str = "张素珍", **particulars: Any
) -> Party:
    """Return a party with its search keys and blind indexes; ``phone=``, ``id_number=`` and the like."""
    community = community or make_community()
    known = Particulars(name=name, **particulars)
    return Party.objects.create(community=community, **columns(community.pk, known))


def make_tenure(
    *,
    unit: Unit,
    party: Party | None = None,
    capacity: Capacity = Capacity.OWNER,
    begins_on: date = date(2020, 1, 1),
    **fields: Any,
) -> Tenure:
    """Return a tenure; an owner's makes them the debtor unless ``is_debtor`` says otherwise."""
    return Tenure.objects.create(
        community=unit.community,
        unit=unit,
        party=party or make_party(community=unit.community),
        capacity=capacity,
        begins_on=begins_on,
        **{"is_debtor": capacity is Capacity.OWNER, **fields},
    )
