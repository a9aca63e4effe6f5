"""What a workbook says, once read: units, people, what people are to units, prices, fees, vehicles.

None means that the workbook does not say; it never erases what is known.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from guanjia.estate.states import Capacity, Matter, PartyKind, UnitKind, UnitStatus
from guanjia.money.tariffs.actions import Price
from guanjia.onboarding.matching import Row


@dataclass(slots=True)
class PersonRecord:
    """A person or organisation; ``phone`` and ``id_number`` are normalised, or None."""

    row: Row
    name: str
    kind: PartyKind | None = None
    phone: str | None = None
    id_number: str | None = None


@dataclass(slots=True)
class TenureRecord:
    """What a person is to a unit."""

    row: Row
    person: PersonRecord
    capacity: Capacity
    begins_on: date | None = None
    ends_on: date | None = None
    is_debtor: bool | None = None
    share: Fraction | None = None
    relation: str = ""
    scope: tuple[Matter, ...] = ()
    document_no: str = ""


@dataclass(slots=True)
class FeesRecord:
    """What a row says of a unit's fees: the tariffs' names as one text, a day for each, for all, or none."""

    row: Row
    tariffs: str
    begin: tuple[date | None, ...] = ()
    end: tuple[date | None, ...] = ()


@dataclass(slots=True)
class VehicleRecord:
    """A plate known at a unit; ``person`` is whose, ``name`` when only the name is told."""

    row: Row
    plate: str
    person: PersonRecord | None = None
    name: str = ""


@dataclass(slots=True)
class UnitRecord:
    """A unit with everything told of it, in one row or several."""

    row: Row
    key: str
    number: str
    building: str = ""  # as written, such as 3栋; its key once the register is settled
    entrance: str = ""
    floor: int | None = None
    kind: UnitKind | None = None
    gross_area: Decimal | None = None
    internal_area: Decimal | None = None
    layout: str = ""
    customer_tier: str = ""
    status: UnitStatus | None = None
    handed_over_on: date | None = None
    main: str = ""  # the key of the unit that leads its household
    is_owned: bool = False  # somebody is named, whether listed or not
    rows: list[Row] = field(default_factory=list)
    tenures: list[TenureRecord] = field(default_factory=list)
    fees: list[FeesRecord] = field(default_factory=list)
    vehicles: list[VehicleRecord] = field(default_factory=list)


@dataclass(slots=True)
class PriceRecord:
    """A tariff with one of its versions. ``until`` is the day a layout ends its fees by default."""

    row: Row
    code: str
    item: str
    tariff: str
    effective_from: date
    price: Price
    is_agency: bool | None
    evidence: str
    until: date | None = None

    @property
    def names(self) -> Iterator[str]:
        """How rooms may refer to it: by code, by item and tariff, by tariff, by item."""
        return iter((self.code, f"{self.item}/{self.tariff}", self.tariff, self.item))


@dataclass(slots=True)
class Register:
    """All of a workbook."""

    rows: Counter[str] = field(default_factory=Counter)  # filled ones, by sheet
    buildings: dict[str, str] = field(default_factory=dict)  # key → name
    units: dict[str, UnitRecord] = field(default_factory=dict)  # by key
    prices: list[PriceRecord] = field(default_factory=list)
    unusable_prices: set[str] = field(default_factory=set)  # names of those left out
    vehicles: list[tuple[str, VehicleRecord]] = field(default_factory=list)  # with their unit's key
