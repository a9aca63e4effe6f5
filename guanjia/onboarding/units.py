"""Reading units: one row a unit, or one row for each person of a unit."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.rules import plate_key
from guanjia.estate.states import Capacity, Matter, UnitKind
from guanjia.onboarding import cells, vocabulary
from guanjia.onboarding.matching import Row
from guanjia.onboarding.people import read_person
from guanjia.onboarding.records import (
    FeesRecord,
    PersonRecord,
    Register,
    TenureRecord,
    UnitRecord,
    VehicleRecord,
)
from guanjia.onboarding.row_reader import Readers, RowReader

_NUMBER = 60
_SHORT = 20
_BUILDING = 40
_PLATES = range(5, 13)
_ONE_LOT = ("", "1")
_NOBODY = ("", "0")
_OPEN = ("-", "—", "无")
# What two rows of one unit tell only once, or alike.
_FACTS = (
    "building", "entrance", "floor", "kind", "gross_area", "internal_area", "layout",
    "customer_tier", "status", "handed_over_on", "main",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A person on a sheet of people, to whom rooms refer by number."""

    person: PersonRecord
    capacity: Capacity
    relation: str = ""


@lru_cache(maxsize=4096)
def _days(text: str) -> tuple[date | None, ...]:
    return tuple(None if part in _OPEN else cells.day(part) for part in cells.parts(text))


@lru_cache(maxsize=64)
def _matters(text: str) -> tuple[Matter, ...]:
    return tuple(Matter(vocabulary.MATTER(part)) for part in cells.parts(text))


# How each column is read; a text is as long as it may be.
_UNIT_VALUES: Readers = {
    "kind": vocabulary.KIND, "floor": cells.floor, "gross_area": cells.area,
    "internal_area": cells.area, "customer_tier": vocabulary.TIER, "status": vocabulary.STATUS, "handed_over_on": cells.day,
}  # fmt: skip
_UNIT_TEXTS = {"building": _BUILDING, "entrance": _SHORT, "layout": _BUILDING}
_TENURE_VALUES: Readers = {
    "capacity": vocabulary.CAPACITY, "begins_on": cells.day, "ends_on": cells.day,
    "is_debtor": cells.yes_no, "share": cells.share, "scope": _matters,
}  # fmt: skip
_TENURE_TEXTS = {"relation": _SHORT, "document_no": _NUMBER}


def read_vehicle(reader: RowReader, row: Row) -> VehicleRecord | None:
    """Return the vehicle a row names; None without a plate, or with one that cannot be."""
    text = row.cells.get("plate", "")
    if not text or text in vocabulary.FILLERS:
        return None
    plate = plate_key(text)
    if len(plate) not in _PLATES:
        reader.error(row, "plate", "车牌号长度不对", "请按行驶证填写完整车牌")
        return None
    return VehicleRecord(row, plate)


@dataclass(slots=True)
class UnitsReader:
    """Reads tables of units into the register; ``listed`` are the people whom rows name by number."""

    reader: RowReader
    register: Register
    listed: dict[str, list[Listed]]
    today: date
    above: str = ""  # the key of the row before

    def read(self, row: Row) -> None:
        """Take one row in."""
        key, number = self._place(row)
        if not key:
            return
        is_below = key == self.above and not row.cells.keys() & {"number", "space"}
        self.above = key
        unit = self._unit(row, key, number)
        known = self.register.units.setdefault(key, unit)
        if known is not unit:
            self._merge(known, unit, is_person="name" in row.cells or is_below)
        known.rows.append(row)
        known.tenures += self._inline_tenure(row) or self._listed_tenures(row, known)
        known.is_owned |= bool(known.tenures)
        known.fees += self._fees(row)
        if vehicle := read_vehicle(self.reader, row):
            vehicle.person = known.tenures[-1].person if known.tenures else None
            known.vehicles.append(vehicle)

    def _place(self, row: Row) -> tuple[str, str]:
        """Return the unit's key and its number; '' where the row tells none.

        The building and the entrance come first where the number itself names neither.
        """
        reader = self.reader
        if space := reader.text(row, "space", _NUMBER):
            lot = row.cells.get("lot", "")
            field, number = "space", f"车位{space}" if lot in _ONE_LOT else f"车位{lot}-{space}"
        else:
            field, number = "number", reader.text(row, "number", _NUMBER)
        if not number:
            if "name" in row.cells and self.above:
                return self.above, ""  # another person of the unit above
            if not reader.is_bad(row):
                reader.error(row, field, "没有房号", "请补上，或删去这一行")
            return "", ""
        try:
            key = unit_key(number)
            if "-" not in key and (building := reader.text(row, "building", _BUILDING)):
                entrance = reader.text(row, "entrance", _SHORT)
                number = key = unit_key("-".join(filter(None, (building, entrance, number))))
        except UnitNumberError as fault:
            reader.error(row, field, "房号看不懂", str(fault))
            return "", ""
        return key, number

    def _unit(self, row: Row, key: str, number: str) -> UnitRecord:
        told = self.reader.values(row, _UNIT_VALUES) | self.reader.texts(row, _UNIT_TEXTS)
        unit = UnitRecord(row, key, number, main=self._main(row), **told)
        if unit.kind is None and "kind" in row.region.table.fixed:
            unit.kind = UnitKind(row.region.table.fixed["kind"])
        if unit.kind is UnitKind.PARKING_SPACE and unit.gross_area == 1:  # a filler
            unit.gross_area = None
        return unit

    def _main(self, row: Row) -> str:
        text = self.reader.text(row, "main", _NUMBER)
        if not text:
            return ""
        try:
            return unit_key(text)
        except UnitNumberError as fault:
            self.reader.error(row, "main", "主房号看不懂", str(fault))
            return ""

    def _merge(self, known: UnitRecord, unit: UnitRecord, *, is_person: bool) -> None:
        row = unit.row
        if not is_person:
            message = f"房号重复，第 {known.row.number} 行已有"
            self.reader.error(row, "number", message, "删去一行；确是两处时请补楼栋、单元")
            return
        for name in _FACTS:
            told, before = getattr(unit, name), getattr(known, name)
            if not told or told == before:
                continue
            if before:
                heading = row.region.table.labels[name]
                message = f"“{heading}”与第 {known.row.number} 行写的不一样"
                self.reader.error(row, name, message, "同一房屋各行请写成一样，或只写在第一行")
            else:
                setattr(known, name, told)

    def _inline_tenure(self, row: Row) -> list[TenureRecord]:
        reader = self.reader
        person = read_person(reader, row, self.today)
        if person is None:
            return []
        told = reader.values(row, _TENURE_VALUES) | reader.texts(row, _TENURE_TEXTS)
        tenure = TenureRecord(row, person, **{"capacity": Capacity.OWNER, **told})
        if not tenure.relation and row.cells.get("capacity") in vocabulary.TEMPORARY:
            tenure.relation = vocabulary.TEMPORARY[1]
        return [tenure]

    def _listed_tenures(self, row: Row, unit: UnitRecord) -> list[TenureRecord]:
        reader = self.reader
        ref = row.cells.get("person_ref", "")
        if ref in _NOBODY:
            return []
        unit.is_owned = True
        if ref not in self.listed:
            reader.warn(
                row,
                "person_ref",
                f"业主信息里没有编号 {ref[:_SHORT]} 的人",
                "房屋照常导入，不带业主；补齐业主信息后再导入一次，或在一户一档登记",
            )
            return []
        letting = reader.value(row, "letting", vocabulary.LETTING)
        begins_on = reader.value(row, "begins_on", cells.day)
        ends_on = reader.value(row, "ends_on", cells.day) if letting == Capacity.TENANT else None
        return [
            TenureRecord(
                row=row,
                person=each.person,
                capacity=Capacity(letting) if letting else each.capacity,
                begins_on=begins_on,
                ends_on=ends_on,
                relation=each.relation,
            )
            for each in self.listed[ref]
        ]

    def _fees(self, row: Row) -> list[FeesRecord]:
        if "fees" not in row.cells:
            return []
        begin = self.reader.value(row, "fees_begin", _days) or ()
        end = self.reader.value(row, "fees_end", _days) or ()
        return [FeesRecord(row, row.cells["fees"], begin, end)]
