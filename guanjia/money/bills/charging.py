"""The set-based heart of a run: one item's charges of one month, as SQL over the whole community.

Python decides the calendar (which cycles start, how long they are) for each distinct charging period; the
database multiplies. So the number of statements does not depend on the number of units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from guanjia.accounts.models import Community
from guanjia.core.calendar import Month
from guanjia.estate.states import TIER_OF_KIND
from guanjia.money.tariffs.models import ChargeItem, TariffVersion, UnitTariff
from guanjia.money.tariffs.rules import Anchor, Cycle, PartMonth, Timing, cycle_starting_in


@dataclass(frozen=True, slots=True)
class Shape:
    """What every unit with the same tariff and charging period shares."""

    tariff_id: int
    begins_on: date
    ends_on: date | None
    version: TariffVersion
    cycle: Cycle

    @property
    def due_on(self) -> date:
        """Prepaid cycles fall due after their first day, postpaid ones after their last."""
        prepaid = self.version.timing == Timing.PREPAID
        return (self.cycle.first if prepaid else self.cycle.last) + timedelta(
            days=self.version.due_days
        )


def shapes_of(*, community: Community, item: ChargeItem, month: Month) -> list[Shape]:
    """Return the shapes of the cycles of ``item`` that start in ``month``; nothing before the cut-over day.

    Two statements, whatever the number of units.
    """
    return shapes_over(community=community, item=item, months=[month])


def shapes_over(*, community: Community, item: ChargeItem, months: Sequence[Month]) -> list[Shape]:
    """Return the shapes of all these months' cycles, the months in order; two statements for all of them."""
    if not months:
        return []
    latest = months[-1].last
    versions: dict[int, list[TariffVersion]] = {}
    rows = TariffVersion.objects.filter(
        community=community, tariff__item=item, effective_from__lte=latest
    )
    for version in rows.order_by("-effective_from"):
        versions.setdefault(version.tariff_id, []).append(version)
    periods = UnitTariff.objects.filter(community=community, item=item, begins_on__lte=latest)
    shapes = [
        shape
        for tariff_id, begins, ends in periods.values_list(
            "tariff_id", "begins_on", "ends_on"
        ).distinct()
        for month in months
        for shape in _shapes(versions.get(tariff_id, ()), begins, ends, month)
    ]
    start = community.cut_over_on
    return [shape for shape in shapes if start is None or shape.cycle.first >= start]


def _shapes(
    versions: Sequence[TariffVersion], begins: date, ends: date | None, month: Month
) -> list[Shape]:
    """Return the shape under the version in force on the cycle's first day; [] where none starts.

    ``versions`` come latest first.
    """
    for version in versions:
        cycle = cycle_starting_in(
            month,
            begins=begins,
            ends=ends,
            cycle_months=version.cycle_months,
            anchor=Anchor(version.anchor),
            part_month=PartMonth(version.part_month),
            since=version.effective_from,
        )
        if cycle and version == next(
            (v for v in versions if v.effective_from <= cycle.first), None
        ):
            return [Shape(version.tariff_id, begins, ends, version, cycle)]
    return []


_COLUMNS = (
    ("tariff_id", "bigint"),
    ("begins_on", "date"),
    ("ends_on", "date"),
    ("version_id", "bigint"),
    ("basis", "text"),
    ("unit_price", "numeric"),
    ("addition_fen", "bigint"),
    ("rounding", "text"),
    ("first", "date"),
    ("last", "date"),
    ("due_on", "date"),
    ("months", "int"),
    ("part_days", "int"),
    ("part_base", "int"),
    ("stepping", "text"),
)
_STEPS = (
    ("step_version", "bigint"),
    ("step_from", "int"),
    ("step_to", "int"),
    ("step_tier", "text"),
    ("step_price", "numeric"),
)


def _unnest(columns: Sequence[tuple[str, str]], name: str) -> str:
    arrays = ", ".join(f"%({column})s::{kind}[]" for column, kind in columns)
    return f"unnest({arrays}) AS {name}({', '.join(column for column, _ in columns)})"


# The units whose cycle starts in the month.
CYCLES = f"""
    tariffs_unittariff ut
    JOIN {_unnest(_COLUMNS, "s")} ON ut.community_id = %(community)s
        AND ut.item_id = %(item)s AND s.tariff_id = ut.tariff_id AND s.begins_on = ut.begins_on
        AND s.ends_on IS NOT DISTINCT FROM ut.ends_on
    JOIN estate_unit u ON u.community_id = %(community)s AND u.id = ut.unit_id
"""

# One price a household is charged on its main unit, whichever others carry the tariff too.
STANDS_FOR_ALL = "(s.basis <> 'household' OR u.household_id IS NULL OR u.leads_household)"

# What the unit is charged as; estate's ``Unit.tier`` in SQL.
_TIER = "coalesce(nullif(u.customer_tier, ''), CASE u.kind {} ELSE '' END)".format(
    " ".join(f"WHEN '{kind}' THEN '{tier}'" for kind, tier in TIER_OF_KIND.items())
)

# Bills of runs and of the opening that share a day with a cycle, but for those taken back. Either's period is a year
# at most, so older ones can't reach into it.
BILLED = """
    b.community_id = %(community)s AND b.unit_id = ut.unit_id AND b.item_id = %(item)s
    AND b.extra_id IS NULL AND NOT b.is_cancelled
    AND b.period_first BETWEEN s.first - 366 AND s.last AND b.period_last >= s.first
"""
# The same of the household, whichever of its units stood for it then.
_HOUSEHOLD_BILLED = BILLED.replace("b.unit_id = ut.unit_id", "b.household_id = u.household_id")


def rounded(fen: str, base: str) -> str:
    """Return SQL for ``fen / base`` rounded once by the row's ``rounding``; both are whole or exact numerics, not below 0.

    div and mod are exact where a numeric quotient would be cut off.
    """
    return f"""CASE rounding
        WHEN 'up' THEN div({fen}, {base}) + sign(mod({fen}, {base}))
        WHEN 'down' THEN div({fen}, {base})
        ELSE div(2 * {fen} + {base}, 2 * {base}) END::bigint"""


# One row per unit whose cycle starts in the month and touches no billed day: what was prepaid under an older
# cycle stays paid for.
CHARGES = f"""
charges AS (
    SELECT priced.*, {rounded("parts_fen", "part_base")} AS amount_fen
    FROM (
        SELECT u.id AS unit_id, s.*, t.party_id AS debtor_id, q.quantity, p.step_price, q.floor, q.tier,
            CASE s.basis WHEN 'household' THEN u.household_id END AS household_id,
            (q.quantity * CASE s.stepping WHEN '' THEN s.unit_price ELSE p.step_price END * 100 + s.addition_fen)
                * (s.months * s.part_base + s.part_days) AS parts_fen
        FROM {CYCLES}
        CROSS JOIN LATERAL (SELECT CASE s.basis
            WHEN 'gross_area' THEN u.gross_area WHEN 'internal_area' THEN u.internal_area ELSE 1 END AS quantity,
            CASE s.stepping WHEN 'floor' THEN u.floor END AS floor,
            CASE s.stepping WHEN 'tier' THEN {_TIER} ELSE '' END AS tier) q
        LEFT JOIN {_unnest(_STEPS, "p")} ON p.step_version = s.version_id AND (
            q.tier <> '' AND p.step_tier = q.tier OR q.floor BETWEEN p.step_from AND p.step_to)
        LEFT JOIN estate_tenure t ON t.community_id = %(community)s AND t.unit_id = u.id AND t.is_debtor
            AND t.begins_on <= s.first AND (t.ends_on IS NULL OR t.ends_on >= s.first)
        WHERE {STANDS_FOR_ALL} AND NOT EXISTS (SELECT 1 FROM bills_bill b WHERE {BILLED})
            AND NOT (s.basis = 'household' AND EXISTS (SELECT 1 FROM bills_bill b WHERE {_HOUSEHOLD_BILLED}))
    ) priced
)
"""  # noqa: S608 - put together from constants


def parameters(
    *, community: Community, item: ChargeItem, shapes: Sequence[Shape]
) -> dict[str, Any]:
    """Return what ``CHARGES`` is executed with."""
    columns = {
        "tariff_id": [s.tariff_id for s in shapes],
        "begins_on": [s.begins_on for s in shapes],
        "ends_on": [s.ends_on for s in shapes],
        "version_id": [s.version.pk for s in shapes],
        "basis": [s.version.basis for s in shapes],
        "unit_price": [s.version.unit_price for s in shapes],
        "addition_fen": [s.version.addition_fen for s in shapes],
        "rounding": [s.version.rounding for s in shapes],
        "first": [s.cycle.first for s in shapes],
        "last": [s.cycle.last for s in shapes],
        "due_on": [s.due_on for s in shapes],
        "months": [s.cycle.months for s in shapes],
        "part_days": [s.cycle.part.numerator for s in shapes],
        "part_base": [s.cycle.part.denominator for s in shapes],
        "stepping": [_stepping(s.version) for s in shapes],
    }
    steps = [
        (version.pk, *step.floors, step.tier, step.unit_price)
        for version in {s.version.pk: s.version for s in shapes}.values()
        for step in version.price_steps
    ]
    tables = {name: [step[at] for step in steps] for at, (name, _) in enumerate(_STEPS)}
    return {**columns, **tables, "community": community.pk, "item": item.pk}


def _stepping(version: TariffVersion) -> str:
    """Return what the version's price goes by; '' where it is one for all."""
    return ("tier" if version.steps[0]["tier"] else "floor") if version.steps else ""


def fetch_one(sql: str, params: dict[str, Any]) -> tuple[Any, ...] | None:
    """Run ``sql`` and return its first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
