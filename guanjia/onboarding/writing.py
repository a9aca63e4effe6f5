"""Carrying a plan out, in the caller's transaction: a fixed number of statements, however many rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder

from guanjia.accounts.models import Community, User
from guanjia.core.identity import phone_tail
from guanjia.core.request_id import request_id
from guanjia.core.sealing.fields import ring
from guanjia.estate.models import Building, Household, Party, Tenure, Unit, Vehicle
from guanjia.estate.parties import identified, masked, named, phone_tail_index, phoned
from guanjia.money.tariffs.actions import add_item, add_tariff, publish_version
from guanjia.money.tariffs.models import Tariff, UnitTariff
from guanjia.onboarding.bulk import array_text, copy_rows, reserve_ids, update_rows
from guanjia.onboarding.identities import Identity
from guanjia.onboarding.plan import TENURE_FACTS, UNIT_FACTS, Plan
from guanjia.onboarding.pricing import Names
from guanjia.onboarding.registered import Registered
from guanjia.records.models import JournalEntry

T = TypeVar("T")
_json = DjangoJSONEncoder(ensure_ascii=False).encode
# Told what is being done, how many rows are done, and of how many.
Progress = Callable[[str, int, int], None]

_STEP = 500
_PARTY = (
    "id", "kind", "name", "search_keys", "phone", "phone_index", "phone_tail_index",
    "id_number", "id_index", "note",
)  # fmt: skip
_UNIT = (
    "id",
    "building_id",
    "household_id",
    "leads_household",
    "key",
    "number",
    "status",
    *UNIT_FACTS,
)
_TENURE = ("unit_id", "party_id", "capacity", "begins_on", "ends_on", "is_debtor", *TENURE_FACTS)
_JOURNAL = (
    "at", "by_id", "action", "subject", "subject_id", "before", "after", "reason", "visit_id",
    "request_id",
)  # fmt: skip


def silent(_what: str, _done: int, _of: int) -> None:
    """Show no progress."""


@dataclass(slots=True)
class Writer:
    """Writes one plan."""

    plan: Plan
    known: Registered
    community: Community
    by: User | None
    at: datetime
    progress: Progress = silent

    def write(self) -> None:
        """Write everything, what is referred to first."""
        tariffs = self._prices()
        buildings = self._buildings()
        self._units(buildings)
        self._people()
        self._tenures()
        self._fees(tariffs)
        self._vehicles()
        self._journal(self._unit_entries())

    def _watched(self, what: str, rows: Sequence[T]) -> Iterator[T]:
        for done, row in enumerate(rows):
            if done % _STEP == 0:
                self.progress(what, done, len(rows))
            yield row
        self.progress(what, len(rows), len(rows))

    def _prices(self) -> dict[Names, Tariff]:
        tariffs, items = dict(self.known.tariffs), dict(self.known.items)
        for (item, name), versions in self.plan.pricing.new.items():
            if item not in items:
                items[item] = add_item(
                    community=self.community,
                    name=item,
                    is_agency=bool(versions[0].is_agency),
                    by=self.by,
                    at=self.at,
                )
            first, *later = sorted(versions, key=lambda version: version.effective_from)
            tariff = add_tariff(
                item=items[item],
                name=name,
                price=first.price,
                effective_from=first.effective_from,
                evidence=first.evidence,
                by=self.by,
                at=self.at,
            )
            for version in later:
                publish_version(
                    tariff=tariff,
                    price=version.price,
                    effective_from=version.effective_from,
                    evidence=version.evidence,
                    by=self.by,
                    at=self.at,
                )
            tariffs[item, name] = tariff
        return tariffs

    def _buildings(self) -> dict[str, int]:
        made = Building.objects.bulk_create(
            Building(community=self.community, key=key, name=name)
            for key, name in self.plan.buildings.items()
        )
        return self.known.buildings | {building.key: building.pk for building in made}

    def _units(self, buildings: dict[str, int]) -> None:
        new = [unit for unit in self.plan.units if unit.known is None]
        for unit, pk in zip(new, reserve_ids(Unit, len(new)), strict=True):
            unit.id = pk
        homes = self._households()
        rows = (
            (
                unit.id,
                buildings.get(unit.building),
                *homes.get(unit.record.key, (None, False)),
                unit.record.key,
                unit.record.number,
                str(unit.record.status),
                *(_plain(getattr(unit.record, fact)) for fact in UNIT_FACTS),
            )
            for unit in self._watched("写入房屋", new)
        )
        copy_rows(Unit, self.community, _UNIT, rows)
        planned = {unit.record.key: unit for unit in self.plan.units}
        changed = []
        for known in self.known.units.values():
            plan = planned.get(known.key)
            changes = plan.changes if plan is not None else {}
            if not changes and known.key not in homes:
                continue
            building = buildings[changes["building"][1]] if "building" in changes else None
            home = homes.get(known.key, (known.household_id, known.leads_household))
            facts = (changes.get(fact, (None, getattr(known, fact)))[1] for fact in UNIT_FACTS)
            changed.append((known.id, building or known.building_id, *home, *facts))
        columns = ("building_id", "household_id", "leads_household", *UNIT_FACTS)
        update_rows(Unit, self.community, columns, changed)

    def _households(self) -> dict[str, tuple[int, bool]]:
        """Make the households that are missing; return each unit's own, and whether it leads it."""
        homes: dict[str, tuple[int, bool]] = {}
        numbers = {unit.record.key: unit.record.number for unit in self.plan.units}
        missing = []
        for main in self.plan.households:
            known = self.known.units.get(main)
            if known and known.household_id:
                homes[main] = (known.household_id, True)
            else:
                name = known.number if known else numbers[main]
                missing.append((main, name))
        ids = list(reserve_ids(Household, len(missing)))
        homes |= {main: (pk, True) for pk, (main, _) in zip(ids, missing, strict=True)}
        rows = ((pk, name) for pk, (_, name) in zip(ids, missing, strict=True))
        copy_rows(Household, self.community, ("id", "name"), rows)
        for main, units in self.plan.households.items():
            for unit in units:
                homes.setdefault(unit.record.key, (homes[main][0], False))
        return homes

    def _people(self) -> None:
        written = [who for who in self.plan.identities.all if who.is_used]
        new = [who for who in written if who.is_new]
        for who, pk in zip(new, reserve_ids(Party, len(new)), strict=True):
            who.id = pk
        seal = ring().seal
        tail_index = cache(phone_tail_index)  # there are but ten thousand
        rows = (
            (
                who.id,
                str(who.kind),
                who.name,
                array_text(keys["search_keys"]),
                who.phone and seal(who.phone, purpose="party.phone"),
                who.phone_index,
                who.phone and tail_index(phone_tail(who.phone)),
                who.id_number and seal(who.id_number, purpose="party.id_number"),
                who.id_index,
                "",
            )
            for who in self._watched("写入人员", new)
            for keys in [named(self.community.pk, who.name)]
        )
        copy_rows(Party, self.community, _PARTY, rows)
        self._complete_people([who for who in written if who.is_changed])

    def _complete_people(self, changed: Sequence[Identity]) -> None:
        """Write the numbers that people on file get, and journal each, masked."""
        if not changed:
            return
        on_file = Party.objects.filter(
            community=self.community, pk__in=[who.id for who in changed]
        ).in_bulk()
        rows, entries = [], []
        seal = ring().seal
        for who in changed:
            party = on_file[who.id or 0]
            before = masked(party)
            if who.phone:
                party.phone = who.phone
            if who.id_number:
                party.id_number = who.id_number
            entries.append((party, "party.change", before, masked(party)))
            numbers = phoned(party.phone) | identified(party.id_number)
            rows.append(
                (
                    who.id,
                    party.phone and seal(party.phone, purpose="party.phone"),
                    numbers["phone_index"],
                    numbers["phone_tail_index"],
                    party.id_number and seal(party.id_number, purpose="party.id_number"),
                    numbers["id_index"],
                )
            )
        columns = ("phone", "phone_index", "phone_tail_index", "id_number", "id_index")
        update_rows(Party, self.community, columns, rows)
        self._journal(
            ("estate.party", party.pk, action, before, after)
            for party, action, before, after in entries
        )

    def _tenures(self) -> None:
        new = [plan for plan in self.plan.tenures if plan.known is None]
        rows = (
            (
                plan.unit.id,
                plan.who.id,
                str(record.capacity),
                plan.begins_on,
                record.ends_on,
                bool(record.is_debtor),
                record.share.numerator if record.share else None,
                record.share.denominator if record.share else None,
                record.relation,
                array_text(record.scope),
                record.document_no,
            )
            for plan in self._watched("写入住户关系", new)
            for record in [plan.record]
        )
        copy_rows(Tenure, self.community, _TENURE, rows)
        completed = [(plan.known.id, *plan.facts) for plan in self.plan.tenures if plan.known]
        update_rows(Tenure, self.community, TENURE_FACTS, completed)

    def _fees(self, tariffs: dict[Names, Tariff]) -> None:
        rows = (
            (unit.id, tariff.item_id, tariff.pk, fee.begins_on, fee.ends_on)
            for unit, fee in self._watched("写入房屋收费", self.plan.fees)
            for tariff in [tariffs[fee.names]]
        )
        columns = ("unit_id", "item_id", "tariff_id", "begins_on", "ends_on")
        copy_rows(UnitTariff, self.community, columns, rows)

    def _vehicles(self) -> None:
        plans = self.plan.vehicles.values()
        new = (
            (plan.unit.id, plan.who.id if plan.who else None, plan.plate)
            for plan in plans
            if plan.known is None
        )
        copy_rows(Vehicle, self.community, ("unit_id", "party_id", "plate"), new)
        owned = [(plan.known.id, plan.who.id) for plan in plans if plan.known and plan.who]
        update_rows(Vehicle, self.community, ("party_id",), owned)

    def _unit_entries(self) -> Iterator[tuple[str, int, str, Any, Any]]:
        """Yield what the journal keeps of each unit that is new or gets anything new."""
        for unit in self._watched("写入日志", self.plan.units):
            before = {fact: change[0] for fact, change in unit.changes.items()}
            after = {fact: change[1] for fact, change in unit.changes.items()}
            if unit.known is None:
                after |= {"number": unit.record.number, "gross_area": unit.record.gross_area}
            if unit.people:
                after["people"] = unit.people
            if after:
                yield "estate.unit", unit.id, "unit.import", before, after

    def _journal(self, entries: Iterable[tuple[str, int, str, Any, Any]]) -> None:
        by, request = (self.by.pk if self.by else None), request_id.get()
        rows = (
            (
                self.at, by, action, subject, subject_id,
                _json(before) if before else None, _json(after) if after else None, "", None, request,
            )
            for subject, subject_id, action, before, after in entries
        )  # fmt: skip
        copy_rows(JournalEntry, self.community, _JOURNAL, rows)


def _plain(value: Any) -> Any:
    """Return a choice as its value: the driver would write an enumeration's name."""
    return str(value) if isinstance(value, StrEnum) else value
