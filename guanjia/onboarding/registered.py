"""What the community has on file now, as plain values to compare a workbook with; nine statements."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db.models import QuerySet

from guanjia.accounts.models import Community
from guanjia.estate.models import Building, Party, Tenure, Unit, Vehicle
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion, UnitTariff

T = TypeVar("T", bound=Any)


class KnownUnit(NamedTuple):
    """A unit on file."""

    id: int
    key: str
    number: str
    building_id: int | None
    household_id: int | None
    leads_household: bool
    kind: str
    entrance: str
    floor: int | None
    gross_area: Decimal | None
    internal_area: Decimal | None
    layout: str
    customer_tier: str
    status: str
    handed_over_on: date | None


class KnownParty(NamedTuple):
    """A party on file; its numbers only as blind indexes."""

    id: int
    name: str
    phone_index: bytes | None
    id_index: bytes | None
    merged_into_id: int | None


class KnownTenure(NamedTuple):
    """What a party on file is to a unit."""

    id: int
    unit_id: int
    party_id: int
    capacity: str
    begins_on: date
    ends_on: date | None
    is_debtor: bool
    share_numerator: int | None
    share_denominator: int | None
    relation: str
    scope: list[str]
    document_no: str


class KnownFee(NamedTuple):
    """A tariff that a unit on file pays."""

    unit_id: int
    item_id: int
    tariff_id: int
    begins_on: date
    ends_on: date | None


class KnownVehicle(NamedTuple):
    """A vehicle on file."""

    id: int
    unit_id: int
    plate: str
    party_id: int | None


@dataclass(slots=True)
class Registered:
    """The register as it stands."""

    buildings: dict[str, int] = field(default_factory=dict)
    units: dict[str, KnownUnit] = field(default_factory=dict)
    parties: dict[int, KnownParty] = field(default_factory=dict)
    tenures: dict[int, list[KnownTenure]] = field(default_factory=dict)
    fees: dict[int, list[KnownFee]] = field(default_factory=dict)
    vehicles: dict[tuple[int, str], KnownVehicle] = field(default_factory=dict)
    items: dict[str, ChargeItem] = field(default_factory=dict)
    tariffs: dict[tuple[str, str], Tariff] = field(default_factory=dict)  # by names
    versions: dict[int, dict[date, TariffVersion]] = field(default_factory=dict)


def registered(community: Community) -> Registered:
    """Read what is on file."""
    tenures, fees = defaultdict(list), defaultdict(list)
    for tenure in _rows(KnownTenure, Tenure.objects.filter(community=community)):
        tenures[tenure.unit_id].append(tenure)
    for fee in _rows(KnownFee, UnitTariff.objects.filter(community=community)):
        fees[fee.unit_id].append(fee)
    versions: defaultdict[int, dict[date, TariffVersion]] = defaultdict(dict)
    for version in TariffVersion.objects.filter(community=community):
        versions[version.tariff_id][version.effective_from] = version
    tariffs = Tariff.objects.filter(community=community).select_related("item")
    return Registered(
        buildings=dict(Building.objects.filter(community=community).values_list("key", "pk")),
        units={
            unit.key: unit for unit in _rows(KnownUnit, Unit.objects.filter(community=community))
        },
        parties={
            party.id: party
            for party in _rows(KnownParty, Party.objects.filter(community=community))
        },
        tenures=tenures,
        fees=fees,
        vehicles={
            (vehicle.unit_id, vehicle.plate): vehicle
            for vehicle in _rows(KnownVehicle, Vehicle.objects.filter(community=community))
        },
        items={item.name: item for item in ChargeItem.objects.filter(community=community)},
        tariffs={(tariff.item.name, tariff.name): tariff for tariff in tariffs},
        versions=versions,
    )


def _rows(shape: type[T], rows: QuerySet[Any]) -> Iterator[T]:
    return map(shape._make, rows.values_list(*shape._fields).iterator(chunk_size=5000))
