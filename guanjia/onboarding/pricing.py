"""Which tariffs a workbook adds. A price that is published is never changed by a workbook."""

from dataclasses import asdict, dataclass, field
from typing import Any

from guanjia.money.tariffs.models import TariffVersion
from guanjia.onboarding.cells import parts
from guanjia.onboarding.matching import Row
from guanjia.onboarding.records import FeesRecord, PriceRecord, Register
from guanjia.onboarding.registered import Registered
from guanjia.onboarding.row_reader import RowReader

Names = tuple[str, str]  # of an item and its tariff
_NONE = "0"


@dataclass(slots=True)
class Pricing:
    """The price list after the import, and how units refer to it."""

    reader: RowReader
    known: Registered
    register: Register
    new: dict[Names, list[PriceRecord]] = field(default_factory=dict)
    same: int = 0
    _references: dict[str, Names | None] = field(default_factory=dict)  # None: of several
    _until: dict[Names, PriceRecord] = field(default_factory=dict)

    def settle(self) -> None:
        """Compare the workbook's prices with those on file."""
        fit = [price for price in self.register.prices if self._is_fit(price)]
        for price in fit:
            self._until.setdefault((price.item, price.tariff), price)
        for names in {*self._until, *self.known.tariffs}:
            for name in ("/".join(names), *names):
                is_one = self._references.setdefault(name, names) == names
                self._references[name] = names if is_one else None
        self._references.update(
            (price.code, (price.item, price.tariff)) for price in fit if price.code
        )

    def _is_fit(self, price: PriceRecord) -> bool:
        names = (price.item, price.tariff)
        tariff = self.known.tariffs.get(names)
        published = self.known.versions.get(tariff.pk, {}) if tariff else {}
        version = published.get(price.effective_from)
        if version and _charges(version) == asdict(price.price):
            self.same += 1
            return True
        if tariff:
            self.reader.error(
                price.row,
                "unit_price",
                f"收费标准“{price.tariff}”已经发布，导入不改价",
                "调价请在收费标准里发布新版本；这一行改成与现行一致，或删去",
            )
            return False
        versions = self.new.setdefault(names, [])
        twin = next((v for v in versions if v.effective_from == price.effective_from), None)
        if twin:
            self.reader.error(
                price.row, "effective_from", f"与第 {twin.row.number} 行重复", "删去一行"
            )
            return False
        versions.append(price)
        return True

    def split(self, fees: FeesRecord) -> list[str]:
        """Return the names in a row's text, which may be one name with a list's marks in it."""
        if fees.tariffs in self._references:
            return [fees.tariffs]
        return [name for name in parts(fees.tariffs) if name != _NONE]

    def named(self, name: str, row: Row) -> Names | None:
        """Return the tariff a row names; None with a finding where it names none."""
        names = self._references.get(name)
        if names:
            return names
        if name in self.register.unusable_prices:
            message = f"收费标准“{name}”没有导入"
            self.reader.warn(row, "fees", message, "这一项先不设；以后在收费标准里补")
        elif name in self._references:
            message = f"“{name}”有几个收费标准"
            self.reader.error(row, "fees", message, "请写成“收费项目/收费标准”")
        else:
            message = f"没有收费标准“{name}”"
            self.reader.error(row, "fees", message, "请先在收费标准表里补上，或改正名称")
        return None

    def until(self, names: Names) -> PriceRecord | None:
        """Return the workbook's own line for a tariff."""
        return self._until.get(names)


def _charges(version: TariffVersion) -> dict[str, Any]:
    return {
        "basis": version.basis,
        "unit_price": version.unit_price,
        "addition_fen": version.addition_fen,
        "cycle_months": version.cycle_months,
        "anchor": version.anchor,
        "timing": version.timing,
        "due_days": version.due_days,
        "part_month": version.part_month,
        "rounding": version.rounding,
        "steps": tuple(asdict(step) for step in version.price_steps),
    }
