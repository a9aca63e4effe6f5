"""From a workbook's regions to its register: all that can be told without the database."""

from collections.abc import Sequence
from datetime import date

from guanjia.core.unit_number import UnitNumberError, unit_key
from guanjia.estate.states import Capacity
from guanjia.onboarding import vocabulary
from guanjia.onboarding.checks import check_unit
from guanjia.onboarding.findings import Finding, Findings, Severity
from guanjia.onboarding.matching import Region, Row
from guanjia.onboarding.people import read_person
from guanjia.onboarding.prices import read_price
from guanjia.onboarding.records import Register
from guanjia.onboarding.row_reader import RowReader
from guanjia.onboarding.units import Listed, UnitsReader, read_vehicle

_SHORT = 20
_BUILDING = 40


def read_register(
    regions: Sequence[Region], *, file_name: str, today: date
) -> tuple[Register, Findings]:
    """Read every row. Bad rows, and the rest of their units, are left out of the register."""
    findings = Findings()
    for region in regions:
        for heading in region.missing:
            findings.add(_missing(region, heading))
    usable = [region for region in regions if not region.missing]
    reading = _Reading(RowReader(findings), file_name, today)
    for role, read in (
        ("people", reading.person),
        ("prices", reading.price),
        ("buildings", reading.building),
        ("units", reading.units.read),
        ("vehicles", reading.vehicle),
    ):
        for region in usable:
            if region.table.role == role:
                reading.units.above = ""
                for row in region.rows():
                    read(row)
                    reading.register.rows[region.sheet.title] += 1
    reading.settle()
    return reading.register, findings


class _Reading:
    """What is read so far."""

    def __init__(self, reader: RowReader, file_name: str, today: date) -> None:
        self.reader = reader
        self.file_name = file_name
        self.today = today
        self.register = Register()
        self.listed: dict[str, list[Listed]] = {}
        self.building_keys: dict[str, str] = {}  # by name as written
        self.units = UnitsReader(reader, self.register, self.listed, today)

    def person(self, row: Row) -> None:
        """Take in somebody to whom rooms refer by number."""
        person = read_person(self.reader, row, self.today)
        capacity = self.reader.value(row, "capacity", vocabulary.CAPACITY) or Capacity.OWNER
        temporary = row.cells.get("capacity") in vocabulary.TEMPORARY
        ref = row.cells.get("person_ref", "")
        if person is None or not ref:
            self.reader.error(row, "name", "没有姓名或编号", "请补上，或删去这一行")
        elif capacity is Capacity.OWNER and any(
            each.capacity is Capacity.OWNER for each in self.listed.get(ref, ())
        ):
            self.reader.error(row, "person_ref", "业主编号重复", "每个业主编号只能用一次")
        if person is None or self.reader.is_bad(row):
            return
        relation = vocabulary.TEMPORARY[1] if temporary else ""
        self.listed.setdefault(ref, []).append(Listed(person, Capacity(capacity), relation))

    def price(self, row: Row) -> None:
        """Take in a line of the price list."""
        price = read_price(self.reader, row, self.file_name)
        if price is None:
            names = {row.cells.get(field, "") for field in ("code", "tariff", "item")}
            self.register.unusable_prices |= names - {""}
        else:
            self.register.prices.append(price)

    def building(self, row: Row) -> None:
        """Take in a building."""
        if name := self.reader.text(row, "building", _BUILDING):
            self.name_building(row, name)

    def name_building(self, row: Row, name: str) -> str:
        """Keep a building's name and return its key; '' where it is none."""
        if name not in self.building_keys:
            full = f"{name}栋" if name.isdecimal() else name
            try:
                self.building_keys[name] = key = unit_key(full)
            except UnitNumberError:
                self.reader.error(row, "building", "楼栋看不懂", "请写成 3栋 这样")
                return ""
            self.register.buildings.setdefault(key, full)
        return self.building_keys[name]

    def vehicle(self, row: Row) -> None:
        """Take in a vehicle on a sheet of its own."""
        vehicle = read_vehicle(self.reader, row)
        try:
            key = unit_key(row.cells.get("number", ""))
        except UnitNumberError as fault:
            self.reader.error(row, "number", "房号看不懂", str(fault))
            return
        if vehicle is None or self.reader.is_bad(row):
            return
        vehicle.name = self.reader.text(row, "name", _BUILDING)
        self.register.vehicles.append((key, vehicle))

    def settle(self) -> None:
        """Check each unit as a whole, and leave out those with a bad row."""
        for unit in self.register.units.values():
            if unit.building:
                unit.building = self.name_building(unit.row, unit.building)
            check_unit(self.reader, unit)
        leave_out_bad(self.register, self.reader)


def leave_out_bad(register: Register, reader: RowReader) -> bool:
    """Leave out units with a bad row, whole; whether there were any."""
    bad_units = {
        key: bad
        for key, unit in register.units.items()
        if (bad := next(filter(reader.is_bad, unit.rows), None))
    }
    for key, bad in bad_units.items():
        for row in register.units.pop(key).rows:
            if not reader.is_bad(row):
                message = f"同一房屋的第 {bad.number} 行有错"
                reader.error(row, None, message, "改好那一行，这一行就会一起导入")
    return bool(bad_units)


def _missing(region: Region, heading: str) -> Finding:
    return Finding(
        sheet=region.sheet.title,
        row=region.top + 1,
        column=None,
        value="",
        severity=Severity.ERROR,
        message=f"缺少“{heading}”一列",
        remedy="请在“列怎么对应”里指定，或在表里补上这一列",
    )
