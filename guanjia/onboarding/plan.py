"""What an import would do: the workbook compared with what is on file, before anything is written.

A workbook adds and completes. What has a verb with consequences of its own (who owes, since when, at
which price, a unit's status) is never moved by it; a difference there is told, and left as it is.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from guanjia.onboarding.identities import Identities, Identity
from guanjia.onboarding.matching import Row
from guanjia.onboarding.pricing import Names, Pricing
from guanjia.onboarding.records import TenureRecord, UnitRecord
from guanjia.onboarding.registered import KnownTenure, KnownUnit, KnownVehicle

# Facts that a workbook completes and corrects, as the unit's columns.
UNIT_FACTS = (
    "kind", "entrance", "floor", "gross_area", "internal_area", "layout", "customer_tier",
    "handed_over_on",
)  # fmt: skip
TENURE_FACTS = (
    "share_numerator", "share_denominator", "relation", "scope", "document_no",
)  # fmt: skip


@dataclass(slots=True)
class UnitPlan:
    """A unit to be written: new (``id`` is reserved later) or with ``changes`` as column → (before, after)."""

    record: UnitRecord
    building: str
    known: KnownUnit | None
    id: int = 0  # reserved when a new one is written
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    people: list[str] = field(default_factory=list)  # those who are new there, masked


class TenurePlan(NamedTuple):
    """A new tenure, or an old one's facts to be completed."""

    unit: UnitPlan
    who: Identity
    record: TenureRecord
    begins_on: date
    known: KnownTenure | None = None
    facts: tuple[Any, ...] = ()


class FeePlan(NamedTuple):
    """A tariff that a unit is to pay, or pays."""

    row: Row
    names: Names
    begins_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class VehiclePlan:
    """A vehicle to be noted."""

    unit: UnitPlan
    plate: str
    who: Identity | None
    known: KnownVehicle | None  # on file without its owner


KINDS = {
    "building": "楼栋",
    "unit": "房屋",
    "person": "人员",
    "tenure": "住户关系",
    "tariff": "收费标准",
    "fee": "房屋收费",
    "vehicle": "车辆",
}


@dataclass(slots=True)
class Plan:
    """All that is to be written, and the counts: of each kind new, changed, same."""

    pricing: Pricing
    identities: Identities
    buildings: dict[str, str] = field(default_factory=dict)  # new ones, key → name
    units: list[UnitPlan] = field(default_factory=list)
    households: dict[str, list[UnitPlan]] = field(default_factory=dict)  # by the main unit's key
    tenures: list[TenurePlan] = field(default_factory=list)
    fees: list[tuple[UnitPlan, FeePlan]] = field(default_factory=list)
    vehicles: dict[tuple[str, str], VehiclePlan] = field(default_factory=dict)  # by unit and plate
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {kind: Counter(new=0, changed=0, same=0) for kind in KINDS}
    )
