"""What a tariff charges: cycles, part months and the amount. Pure; the billing run repeats the amount in SQL.

Source: money.md "Charging"; a test compares both on random inputs.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from guanjia.core.calendar import Month, add_months
from guanjia.core.labelled import Labelled
from guanjia.core.money import Rounding


class Basis(Labelled):
    """What the unit price is multiplied by."""

    GROSS_AREA = "gross_area", "建筑面积"
    INTERNAL_AREA = "internal_area", "套内面积"
    FIXED = "fixed", "每套固定"
    # One bill a household, on its main unit, whatever units share the account.
    HOUSEHOLD = "household", "一户一价"


BY_AREA = (Basis.GROSS_AREA, Basis.INTERNAL_AREA)


class Anchor(Labelled):
    """Where a cycle of several months begins."""

    CALENDAR = "calendar", "自然月"
    START = "start", "计费起始日"


class Timing(Labelled):
    """Whether a cycle is paid for before or after it."""

    PREPAID = "prepaid", "预付费"
    POSTPAID = "postpaid", "后付费"


class PartMonth(Labelled):
    """How days of an incomplete month count."""

    ACTUAL_DAYS = "actual_days", "按当月实际天数"
    THIRTY_DAYS = "thirty_days", "按每月 30 天"


THIRTY = 30
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One bill's period: first and last day, and its length as whole months plus ``part`` of a month."""

    first: date
    last: date
    months: int
    part: Fraction

    @property
    def length(self) -> Fraction:
        """Months and part months together."""
        return self.months + self.part


def cycle_starting_in(
    month: Month,
    *,
    begins: date,
    ends: date | None,
    cycle_months: int,
    anchor: Anchor,
    part_month: PartMonth,
    since: date | None = None,
) -> Cycle | None:
    """Return the cycle that starts in ``month`` for a unit charged from ``begins`` to ``ends`` (inclusive).

    Calendar cycles start on the first of every n-th month counted from January; what precedes the first
    whole one is a cycle of its own. So is what is left of a cycle when these terms come into force in the
    middle of it, ``since`` a day. None where no cycle starts in the month.
    """
    if begins > month.last or (ends is not None and ends < month.first):
        return None
    elapsed = month - Month.of(begins)
    if anchor == Anchor.START:
        # Counted from the first day of all: from 31 January on, the 28 February is a step and not a new start.
        origin, step = begins, elapsed
        into_cycle = elapsed % cycle_months
        after = add_months(begins, elapsed + cycle_months - into_cycle)
    else:
        origin, step = month.first, 0
        into_cycle = (month.number - 1) % cycle_months
        after = add_months(month.first, cycle_months - into_cycle)
    joins = since is not None and add_months(origin, step - 1) < since <= add_months(origin, step)
    if elapsed and into_cycle and not joins:
        return None
    first = max(begins, add_months(origin, step))
    last = after - DAY if ends is None else min(after - DAY, ends)
    if last < first:
        return None
    whole, part = divmod(_length(first, last, part_month, origin, step), 1)
    return Cycle(first, last, whole, part)


def _length(first: date, last: date, rule: PartMonth, origin: date, step: int) -> Fraction:
    """Return the months from ``first`` to ``last``, each month beginning where ``origin`` steps to."""
    length = Fraction(0)
    while (start := add_months(origin, step)) <= last:
        step += 1
        days = (add_months(origin, step) - start).days
        charged = (min(last, start + timedelta(days - 1)) - max(first, start)).days + 1
        length += _part(charged, days, rule)
    return length


def months_between(
    first: date, last: date, *, start: date, anchor: Anchor, part_month: PartMonth
) -> Fraction:
    """Return the months from ``first`` to ``last``, both included, of a charge that began on ``start``.

    Its months begin where its cycle's do: on the first of each, or (``Anchor.START``) on ``start``'s day.
    """
    origin, step = start if anchor == Anchor.START else start.replace(day=1), 0
    while add_months(origin, step + 1) <= first:
        step += 1
    return _length(first, last, part_month, origin, step)


def _part(charged: int, days: int, rule: PartMonth) -> Fraction:
    """Return ``charged`` of a month's ``days`` as a part of it; all of them are a month under either rule."""
    base = THIRTY if rule == PartMonth.THIRTY_DAYS and charged < days else days
    return min(Fraction(charged, base), Fraction(1))


def amount_fen(
    *,
    quantity: Decimal,
    unit_price: Decimal,
    addition_fen: int,
    length: Fraction,
    rounding: Rounding,
) -> int:
    """Return (quantity × price + addition) × months in fen, rounded once.

    ``quantity`` in m² (or 1), ``unit_price`` in yuan per month.
    """
    exact = (Fraction(quantity) * Fraction(unit_price) * 100 + addition_fen) * length
    whole, rest = divmod(exact.numerator, exact.denominator)
    if rounding == Rounding.UP:
        return whole + bool(rest)
    if rounding == Rounding.DOWN:
        return whole
    return whole + (2 * rest >= exact.denominator)
