"""What approved discounts take off a run's charges: found by one statement, measured in Python, multiplied in SQL.

A run without discounts executes none of this but the one look for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from guanjia.accounts.models import Community
from guanjia.money.bills.charging import Shape
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.discounts.rules import (
    Covered,
    DiscountKind,
    Period,
    Share,
    covered,
    reason_of,
    taken_off,
)
from guanjia.money.discounts.states import COUNTING
from guanjia.money.tariffs.models import ChargeItem
from guanjia.money.tariffs.rules import Anchor, PartMonth

KINDS = {
    DiscountKind.VACANCY: AdjustmentKind.VACANCY,
    DiscountKind.OTHER: AdjustmentKind.DISCOUNT,
}
_COUNTING = ", ".join(f"'{state}'" for state in COUNTING)


@dataclass(frozen=True, slots=True)
class Off:
    """What one grant takes off the charge of ``unit_id`` that begins on ``first``: of ``a`` fen ``(a × times + plus) / base``."""

    grant_id: int
    unit_id: int
    first: date
    kind: AdjustmentKind
    reason: str
    evidence_id: int | None
    approved_by_id: int
    covered_first: date
    covered_last: date
    times: int
    plus: int
    base: int


_GRANTS = f"""
SELECT g.id, g.unit_id, ut.tariff_id, ut.begins_on, ut.ends_on, greatest(g.begins_on, r.begins_on),
    least(g.ends_on, r.ends_on), r.kind, r.name, r.share_bp, r.monthly_fen, g.attachment_id, g.decided_by_id
FROM discounts_discountgrant g
JOIN discounts_discountrule r ON r.community_id = g.community_id AND r.id = g.rule_id
JOIN discounts_discountitem i ON i.community_id = g.community_id AND i.rule_id = g.rule_id AND i.item_id = %(item)s
JOIN tariffs_unittariff ut ON ut.community_id = g.community_id AND ut.unit_id = g.unit_id AND ut.item_id = i.item_id
WHERE g.community_id = %(community)s AND g.state IN ({_COUNTING}) AND r.state IN ({_COUNTING})
    AND g.begins_on <= %(last)s AND (g.ends_on IS NULL OR g.ends_on >= %(first)s)
ORDER BY g.id
"""  # noqa: S608 - put together from constants


def offs_of(
    *, community: Community, item: ChargeItem, shapes: Sequence[Shape], lock: bool
) -> list[Off]:
    """Return what grants take off the charges of these shapes, one statement for all.

    With ``lock`` none of them is ended before the transaction is over.
    """
    values: dict[str, Any] = {
        "community": community.pk,
        "item": item.pk,
        "first": min(shape.cycle.first for shape in shapes),
        "last": max(shape.cycle.last for shape in shapes),
    }
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS + " FOR SHARE OF g, r" if lock else _GRANTS, values)
        rows = cursor.fetchall()
    if not rows:
        return []
    by_terms: dict[tuple[int, date, date | None], list[Shape]] = {}
    for shape in shapes:
        by_terms.setdefault((shape.tariff_id, shape.begins_on, shape.ends_on), []).append(shape)
    return [
        _off(grant_id, unit_id, shape.cycle.first, found, tuple(told))
        for grant_id, unit_id, tariff_id, begins, ends, since, until, *told in rows
        for shape in by_terms.get((tariff_id, begins, ends), ())
        if (found := covered(_period(shape), since, until))
    ]


def _period(shape: Shape) -> Period:
    version, cycle = shape.version, shape.cycle
    return Period(cycle.first, cycle.last, Anchor(version.anchor), PartMonth(version.part_month))


def _off(grant_id: int, unit_id: int, first: date, found: Covered, told: tuple[Any, ...]) -> Off:
    kind, name, share_bp, monthly_fen, evidence_id, approved_by_id = told
    share = Share(share_bp, monthly_fen)
    factor, fen = taken_off(share, found)
    base = factor.denominator * fen.denominator  # one of the two is nothing, over 1
    return Off(
        grant_id=grant_id,
        unit_id=unit_id,
        first=first,
        kind=KINDS[DiscountKind(kind)],
        reason=reason_of(name, share, found),
        evidence_id=evidence_id,
        approved_by_id=approved_by_id,
        covered_first=found.first,
        covered_last=found.last,
        times=factor.numerator,
        plus=fen.numerator,
        base=base,
    )


_COLUMNS = (
    ("grant_id", "bigint"),
    ("unit_id", "bigint"),
    ("first", "date"),
    ("kind", "text"),
    ("reason", "text"),
    ("evidence_id", "bigint"),
    ("approved_by_id", "bigint"),
    ("covered_first", "date"),
    ("covered_last", "date"),
    ("times", "numeric"),
    ("plus", "numeric"),
    ("base", "numeric"),
)
_ARRAYS = ", ".join(f"%(off_{column})s::{kind}[]" for column, kind in _COLUMNS)
_NAMES = ", ".join(column for column, _ in _COLUMNS)

# What follows ``CHARGES``: each rounded half up once; several on one charge take no more than it, the older grant first.
OFFS = f"""
offs AS (
    SELECT * FROM (
        SELECT e.*, least(exact_fen, greatest(amount_fen - coalesce(sum(exact_fen) OVER (
            PARTITION BY unit_id, first ORDER BY grant_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0), 0))::bigint AS off_fen
        FROM (
            SELECT o.*, c.amount_fen,
                div(2 * (c.amount_fen * o.times + o.plus) + o.base, 2 * o.base)::bigint AS exact_fen
            FROM unnest({_ARRAYS}) AS o({_NAMES})
            JOIN charges c ON c.unit_id = o.unit_id AND c.first = o.first AND c.amount_fen > 0
        ) e
    ) f WHERE off_fen > 0
), reduced AS (
    SELECT unit_id, first, sum(off_fen)::bigint AS off_fen FROM offs GROUP BY unit_id, first
)
"""  # noqa: S608 - put together from constants


def off_parameters(offs: Sequence[Off]) -> dict[str, list[Any]]:
    """Return what ``OFFS`` is executed with."""
    return {f"off_{column}": [getattr(off, column) for off in offs] for column, _ in _COLUMNS}
