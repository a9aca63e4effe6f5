"""Making the plan: unit by unit, what is new, what is completed, what is told and left as it is."""

from datetime import date
from itertools import combinations

from guanjia.core.identity import mask_name
from guanjia.estate.states import Capacity, UnitKind, UnitStatus
from guanjia.onboarding.checks import overlap
from guanjia.onboarding.identities import Identities, Identity
from guanjia.onboarding.matching import Row
from guanjia.onboarding.plan import (
    UNIT_FACTS,
    FeePlan,
    Plan,
    TenurePlan,
    UnitPlan,
    VehiclePlan,
)
from guanjia.onboarding.pricing import Names, Pricing
from guanjia.onboarding.reading import leave_out_bad
from guanjia.onboarding.records import (
    Register,
    TenureRecord,
    UnitRecord,
    VehicleRecord,
)
from guanjia.onboarding.registered import KnownFee, KnownTenure, KnownUnit, Registered
from guanjia.onboarding.row_reader import RowReader

_AT_THE_DESK = "没有改动；需要变更请在一户一档办理"
_ON_THE_TARIFF_TAB = "没有改动；需要变更请在这一户的“收费设置”页签办理"


def make_plan(
    register: Register, known: Registered, reader: RowReader, *, cut_over_on: date
) -> Plan:
    """Compare a workbook with what is on file. Adds to the findings; writes nothing."""
    pricing = Pricing(reader, known, register)
    pricing.settle()
    planner = _Planner(known, reader, cut_over_on, Plan(pricing, Identities(known, reader)))
    planner.price_list()
    planner.buildings(register)
    fees = {key: planner.named_fees(unit) for key, unit in register.units.items()}
    leave_out_bad(register, reader)
    while planner.mains_are_missing(register):
        leave_out_bad(register, reader)
    for key, unit in register.units.items():
        planner.unit(unit, fees[key])
    for key, vehicle in register.vehicles:
        planner.loose_vehicle(key, vehicle)
    planner.households(register)
    planner.people()
    return planner.plan


class _Planner:
    """Fills a plan."""

    def __init__(self, known: Registered, reader: RowReader, cut_over_on: date, plan: Plan) -> None:
        self.known = known
        self.reader = reader
        self.cut_over_on = cut_over_on
        self.plan = plan
        self.units: dict[str, UnitPlan] = {}

    def _count(self, kind: str, what: str) -> None:
        self.plan.counts[kind][what] += 1

    def price_list(self) -> None:
        """Count tariff versions."""
        pricing = self.plan.pricing
        self.plan.counts["tariff"]["same"] = pricing.same
        self.plan.counts["tariff"]["new"] = sum(map(len, pricing.new.values()))

    def buildings(self, register: Register) -> None:
        """Plan the buildings that are named."""
        for key, name in register.buildings.items():
            if key in self.known.buildings:
                self._count("building", "same")
            else:
                self._new_building(key, name)

    def _new_building(self, key: str, name: str) -> None:
        if key not in self.known.buildings and key not in self.plan.buildings:
            self.plan.buildings[key] = name
            self._count("building", "new")

    def named_fees(self, unit: UnitRecord) -> list[FeePlan]:
        """Return what a unit is to pay; two tariffs of one item at one time are an error."""
        found: list[FeePlan] = []
        for told in unit.fees:
            names = self.plan.pricing.split(told)
            for place, name in enumerate(names):
                if full_names := self.plan.pricing.named(name, told.row):
                    begins_on = self._day(told.row, "fees_begin", told.begin, place, len(names))
                    ends_on = self._day(told.row, "fees_end", told.end, place, len(names))
                    begins_on = begins_on or self.cut_over_on
                    found.append(self._fee_plan(told.row, full_names, begins_on, ends_on))
        for one, other in combinations(found, 2):
            if one.names[0] == other.names[0] and overlap(one, other):
                message = f"“{one.names[0]}”同一时间有两个标准"
                self.reader.error(other.row, "fees", message, "只留一个，或写明起止日")
        return found

    def _day(
        self, row: Row, field: str, days: tuple[date | None, ...], place: int, of: int
    ) -> date | None:
        """Return the day told for one of several fees: one each, one for all, or none."""
        if len(days) > 1 and len(days) != of:
            message = "日期与收费标准个数不同"
            self.reader.error(row, field, message, "请一一对应，用 # 隔开；没有的填 -")
            return None
        return (days[place] if len(days) > 1 else days[0]) if days else None

    def _fee_plan(self, row: Row, names: Names, begins_on: date, ends_on: date | None) -> FeePlan:
        price = self.plan.pricing.until(names)
        if price and begins_on < price.effective_from:
            message = f"早于收费标准的生效日 {price.effective_from}"
            self.reader.warn(row, "fees_begin", message, "之前的日子不会出账；请核对")
        if price and ends_on is None:
            ends_on = price.until
        if ends_on and ends_on < begins_on:
            self.reader.error(row, "fees_end", "截止日早于起始日", "请核对起止日期")
        return FeePlan(row, names, begins_on, ends_on)

    def mains_are_missing(self, register: Register) -> bool:
        """Note the units whose household has no main unit; whether there were any."""
        missing = False
        for unit in register.units.values():
            if not unit.main or (refusal := self._main_fault(unit, register)) is None:
                continue
            missing = True
            self.reader.error(unit.row, "main", *refusal)
        return missing

    def _main_fault(self, unit: UnitRecord, register: Register) -> tuple[str, str] | None:
        main, known = register.units.get(unit.main), self.known.units.get(unit.main)
        own = self.known.units.get(unit.key)
        if main is None and known is None:
            return "没有这个主房号", "请填同一户里主房屋的房号，主房屋自己也要在登记里"
        if main and main.main not in ("", main.key):
            return "主房号自己又属于另一户", "一户只有一个主房屋，请都填它的房号"
        if known and known.household_id and not known.leads_household:
            return "主房号已属于另一户", "请填那一户的主房号"
        if own and own.leads_household and unit.main != unit.key:
            return "这套房已是一户的主房屋", "请以它为主房号来合户"
        return None

    def unit(self, record: UnitRecord, fees: list[FeePlan]) -> None:
        """Plan one unit with everything told of it."""
        known = self.known.units.get(record.key)
        unit = UnitPlan(record, record.building, known, known.id if known else 0)
        self.units[record.key] = unit
        self.plan.units.append(unit)
        if known is None:
            self._settle_new(unit)
        else:
            self._compare(unit, known)
        self._count("unit", "new" if known is None else "changed" if unit.changes else "same")
        begins = [fee.begins_on for fee in fees]
        for tenure in record.tenures:
            self._tenure(unit, tenure, min(begins, default=self.cut_over_on))
        for fee in fees:
            self._fee(unit, fee)
        for vehicle in record.vehicles:
            person = vehicle.person
            who = self.plan.identities.resolve(person, record.key) if person else None
            self._vehicle(unit, vehicle, who)

    def _settle_new(self, unit: UnitPlan) -> None:
        """Fill in what every unit must have and the workbook left open."""
        record = unit.record
        record.kind = record.kind or UnitKind.DWELLING
        if record.status is None:
            record.status = UnitStatus.HANDED_OVER if record.is_owned else UnitStatus.UNSOLD
        building, _, room = record.key.partition("-")
        if not unit.building and room and building.isdecimal():
            unit.building = building
            self._new_building(building, f"{building}栋")

    def _compare(self, unit: UnitPlan, known: KnownUnit) -> None:
        record = unit.record
        for fact in UNIT_FACTS:
            told, before = getattr(record, fact), getattr(known, fact)
            if told not in (None, "") and told != before:
                unit.changes[fact] = (before, told)
        building_id = self.known.buildings.get(unit.building) if unit.building else None
        if unit.building and building_id != known.building_id:
            unit.changes["building"] = (known.building_id, unit.building)
        if record.status and record.status != known.status:
            label = UnitStatus(known.status).label
            self.reader.warn(record.row, "status", f"现登记状态为“{label}”", _AT_THE_DESK)

    def _tenure(self, unit: UnitPlan, record: TenureRecord, default_begin: date) -> None:
        who = self.plan.identities.resolve(record.person, unit.record.key)
        if unit.known and self._is_settled(unit, unit.known, who, record):
            return
        who.is_used = True
        unit.people.append(f"{mask_name(who.name)}（{record.capacity.label}）")
        begins_on = record.begins_on or default_begin
        self.plan.tenures.append(TenurePlan(unit, who, record, begins_on))
        self._count("tenure", "new")

    def _is_settled(
        self, unit: UnitPlan, known: KnownUnit, who: Identity, record: TenureRecord
    ) -> bool:
        """Whether a tenure is on file, to be completed, or may not be added for the debtor who is."""
        on_file = self.known.tenures.get(known.id, [])
        for tenure in on_file:
            is_same = (tenure.party_id, tenure.capacity) == (who.id, record.capacity)
            if is_same and overlap(tenure, record):
                who.is_used = True
                self._complete(unit, who, record, tenure)
                return True
        debtor = next((t for t in on_file if t.is_debtor and overlap(t, record)), None)
        if record.is_debtor and debtor:
            name = self.plan.identities.name_of(debtor.party_id)
            message = f"现登记的缴费责任人是{name}"
            self.reader.warn(record.row, "name", message, "没有换人；换业主请在一户一档办理过户")
            return True
        return False

    def _complete(
        self, unit: UnitPlan, who: Identity, record: TenureRecord, known: KnownTenure
    ) -> None:
        """Complete a tenure on file; its days and who owes stay."""
        for field, told, registered in (
            ("begins_on", record.begins_on, known.begins_on),
            ("ends_on", record.ends_on, known.ends_on),
        ):
            if told and told != registered:
                self.reader.warn(
                    record.row, field, f"现登记为 {registered or '长期'}", _AT_THE_DESK
                )
        if "is_debtor" in record.row.cells and record.is_debtor != known.is_debtor:
            self.reader.warn(record.row, "is_debtor", "与现登记的缴费责任人不同", _AT_THE_DESK)
        share = record.share
        on_file = (
            known.share_numerator, known.share_denominator, known.relation,
            known.scope, known.document_no,
        )  # fmt: skip
        completed = (
            share.numerator if share else known.share_numerator,
            share.denominator if share else known.share_denominator,
            record.relation or known.relation,
            list(map(str, record.scope)) or known.scope,
            record.document_no or known.document_no,
        )
        if on_file == completed:
            self._count("tenure", "same")
            return
        self._count("tenure", "changed")
        label = Capacity(known.capacity).label
        unit.people.append(f"{mask_name(who.name)}（{label}，补充资料）")
        self.plan.tenures.append(TenurePlan(unit, who, record, known.begins_on, known, completed))

    def _fee(self, unit: UnitPlan, fee: FeePlan) -> None:
        known = self._fee_on_file(unit.known, fee) if unit.known else None
        if known is None:
            self._count("fee", "new")
            self.plan.fees.append((unit, fee))
            return
        self._count("fee", "same")
        tariff = self.known.tariffs.get(fee.names)
        if not tariff or known.tariff_id != tariff.pk:
            message = f"“{fee.names[0]}”已设了另一个标准"
            self.reader.warn(fee.row, "fees", message, _ON_THE_TARIFF_TAB)
        elif (known.begins_on, known.ends_on) != (fee.begins_on, fee.ends_on):
            message = f"现登记为 {known.begins_on} 至 {known.ends_on or '长期'}"
            self.reader.warn(fee.row, "fees_begin", message, _ON_THE_TARIFF_TAB)

    def _fee_on_file(self, unit: KnownUnit, fee: FeePlan) -> KnownFee | None:
        item = self.known.items.get(fee.names[0])
        if item is None:
            return None
        on_file = self.known.fees.get(unit.id, [])
        return next((k for k in on_file if k.item_id == item.pk and overlap(k, fee)), None)

    def loose_vehicle(self, key: str, vehicle: VehicleRecord) -> None:
        """Plan a vehicle told on a sheet of its own."""
        unit = self.units.get(key)
        if unit is None:
            known = self.known.units.get(key)
            if known is None:
                message = "登记里没有这个房号"
                self.reader.error(vehicle.row, "number", message, "请先补上房屋，或改正房号")
                return
            unit = UnitPlan(UnitRecord(vehicle.row, key, known.number), "", known, known.id)
        who = self.plan.identities.on_unit(key, vehicle.name) if vehicle.name else None
        if vehicle.name and who is None:
            message = "这套房没有登记这个人"
            self.reader.warn(vehicle.row, "name", message, "车辆照常导入，不带车主")
        self._vehicle(unit, vehicle, who)

    def _vehicle(self, unit: UnitPlan, vehicle: VehicleRecord, who: Identity | None) -> None:
        place = (unit.record.key, vehicle.plate)
        known = self.known.vehicles.get((unit.known.id, vehicle.plate)) if unit.known else None
        if place in self.plan.vehicles:
            return
        if known and (who is None or known.party_id):
            self._count("vehicle", "same")
            return
        self._count("vehicle", "changed" if known else "new")
        if who:
            who.is_used = True
        self.plan.vehicles[place] = VehiclePlan(unit, vehicle.plate, who, known)

    def households(self, register: Register) -> None:
        """Plan which units share a household with their main one."""
        for record in register.units.values():
            if not record.main:
                continue
            unit, main = self.units[record.key], self.known.units.get(record.main)
            household = main.household_id if main else None
            before = unit.known.household_id if unit.known else None
            if household is None or household != before:
                unit.changes["household"] = (before, record.main)
                self.plan.households.setdefault(record.main, []).append(unit)

    def people(self) -> None:
        """Count the people whom the workbook names."""
        for who in self.plan.identities.all:
            if who.is_used:
                what = "new" if who.is_new else "changed" if who.is_changed else "same"
                self._count("person", what)
