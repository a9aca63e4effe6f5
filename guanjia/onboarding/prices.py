"""Reading the price list."""

from decimal import Decimal

from guanjia.core.money import Rounding
from guanjia.money.tariffs.actions import Price
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.onboarding import cells, vocabulary
from guanjia.onboarding.matching import Row
from guanjia.onboarding.records import PriceRecord
from guanjia.onboarding.row_reader import RowReader

_CYCLES = (1, 2, 3, 6, 12)
_ITEM = 40
_TARIFF = 60
_EVIDENCE = 200
_ONCE = "一次性费用"
_FIXED_BY_ADDITION = "2002"


def read_price(reader: RowReader, row: Row, file_name: str) -> PriceRecord | None:
    """Return the tariff version a row tells; None for one that is wrong or not charged in cycles."""
    if row.cells.get("recurrence") == _ONCE:
        reader.warn(row, "recurrence", "一次性费用不按周期出账，未导入", "收取时在收费台直接开单")
        return None
    item = reader.text(row, "item", _ITEM)
    effective_from = reader.value(row, "effective_from", cells.day)
    basis = reader.value(row, "basis", vocabulary.BASIS)
    price = _price(reader, row, Basis(basis)) if basis else None
    for field, value in (("item", item), ("effective_from", effective_from), ("basis", basis)):
        if not value and field not in row.cells:
            heading = row.region.table.labels[field]
            reader.error(row, field, f"没有填“{heading}”", "请补上")
    until = reader.value(row, "charged_until", cells.day)
    is_agency = reader.value(row, "is_agency", cells.yes_no)
    tariff = reader.text(row, "tariff", _TARIFF) or item
    evidence = reader.text(row, "evidence", _EVIDENCE) or f"导入自 {file_name}"[:_EVIDENCE]
    if reader.is_bad(row) or price is None or effective_from is None:
        return None
    code = row.cells.get("code", "")
    return PriceRecord(row, code, item, tariff, effective_from, price, is_agency, evidence, until)


def _price(reader: RowReader, row: Row, basis: Basis) -> Price:
    unit_price = reader.value(row, "unit_price", cells.price) or Decimal(0)
    steps = reader.value(row, "steps", cells.price_steps) or ()
    if steps and unit_price:
        reader.error(
            row, "unit_price", "既有单价又有分档价目", "分档收费时清空单价，价格都写在价目里"
        )
    addition_fen = reader.value(row, "addition", cells.fen) or 0
    if row.cells["basis"] == _FIXED_BY_ADDITION:
        unit_price, addition_fen = Decimal(addition_fen) / 100, 0
    cycle_months = reader.value(row, "cycle_months", cells.count) or 1
    if cycle_months not in _CYCLES:
        reader.error(row, "cycle_months", "没有这种缴费周期", "请填 1、2、3、6 或 12（个月）")
    if not (unit_price or addition_fen or steps or reader.is_bad(row)):
        reader.warn(row, "unit_price", "价格为零", "请核对；照此导入则不会出账")
    due_days = reader.value(row, "due_days", cells.count)
    anchor = reader.value(row, "anchor", vocabulary.ANCHOR) or row.region.table.fixed.get("anchor")
    return Price(
        basis=basis,
        unit_price=unit_price,
        addition_fen=addition_fen,
        cycle_months=cycle_months,
        anchor=Anchor(anchor or Anchor.CALENDAR),
        timing=Timing(reader.value(row, "timing", vocabulary.TIMING) or Timing.PREPAID),
        due_days=30 if due_days is None else due_days,
        part_month=PartMonth(
            reader.value(row, "part_month", vocabulary.PART_MONTH) or PartMonth.ACTUAL_DAYS
        ),
        rounding=Rounding(reader.value(row, "rounding", vocabulary.ROUNDING) or Rounding.HALF_UP),
        steps=steps,
    )
