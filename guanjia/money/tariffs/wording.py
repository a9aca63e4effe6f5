"""A price in the words of the price list."""

from decimal import Decimal

from guanjia.money.tariffs.models import TariffVersion
from guanjia.money.tariffs.rules import Basis

_BASES = {
    Basis.GROSS_AREA: "元/㎡·月",
    Basis.INTERNAL_AREA: "元/㎡·月（套内）",
    Basis.FIXED: "元/月",
    Basis.HOUSEHOLD: "元/户·月",
}


def price_text(version: TariffVersion) -> str:
    """Return such as ``2.40 元/㎡·月``, ``2.40 元/㎡·月，另加 5.00 元/月`` or ``按楼层 0.00–45.00 元/月``."""
    steps = version.price_steps
    if steps:
        prices = [step.unit_price for step in steps]
        kind = "按类别" if steps[0].tier else "按楼层"
        price = f"{kind} {trimmed(min(prices))}–{trimmed(max(prices))}"
    else:
        price = trimmed(version.unit_price)
    text = f"{price} {_BASES[Basis(version.basis)]}"
    if version.addition_fen:
        text += f"，另加 {trimmed(Decimal(version.addition_fen) / 100)} 元/月"
    return text


def step_texts(version: TariffVersion) -> list[str]:
    """Return the lines of a price table: ``1层及以下 0.00``; [] for one price."""
    return [f"{step.label} {trimmed(step.unit_price)}" for step in version.price_steps]


def cycle_text(version: TariffVersion) -> str:
    """Return such as ``每 3 个月预付费，自然月起算，宽限 30 天``."""
    cycle = "每月" if version.cycle_months == 1 else f"每 {version.cycle_months} 个月"
    return f"{cycle}{version.get_timing_display()}，{version.get_anchor_display()}起算，宽限 {version.due_days} 天"


def trimmed(value: Decimal) -> str:
    """Return at least two decimals, more only where they say something."""
    whole, _, decimals = f"{value:.4f}".rstrip("0").partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
