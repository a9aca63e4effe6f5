"""Collection rates (收缴率, 清欠率, 综合收缴率) as the office defines them, each with its two figures beside it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from guanjia.accounts.models import Community
from guanjia.reports.places import Group, Place, places_of
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, share
from guanjia.reports.takings import Span

_NOTES = (
    "收缴率 = 本期账单已收 ÷ 本期账单应收；清欠率 = 本期收回的往期欠费 ÷ 期初欠费；综合收缴率 = 两项已收之和 ÷ 两项应收之和。",
    "本期账单指账期首日在所选日期之内的账单；已收按记账日统计，截至所选最后一日，冲销的扣回。",
    "折扣、空置减免、抹零和撤销减少应收；经审批的减免（豁免）不减少应收。预存款、违约金和押金不在其内。",
    "按户 = 本期账单全部缴清的户数 ÷ 有本期账单的户数。",
)
# What was paid and taken off each bill, by the day it was booked; a reversal counts on its own day.
_RATES = """
WITH paid AS (
    SELECT a.bill_id, sum(a.amount_fen) FILTER (WHERE d.day < %(first)s) AS before,
        sum(a.amount_fen) FILTER (WHERE d.day BETWEEN %(first)s AND %(last)s) AS during
    FROM payments_allocation a
    JOIN payments_payment p ON p.community_id = %(community)s AND p.id = a.payment_id
    LEFT JOIN payments_reversal r ON r.community_id = %(community)s AND r.payment_id = a.payment_id
    CROSS JOIN LATERAL (SELECT CASE WHEN a.amount_fen > 0 THEN p.business_date ELSE r.business_date END AS day) d
    WHERE a.community_id = %(community)s AND d.day <= %(last)s GROUP BY a.bill_id
), off AS (
    SELECT a.bill_id, sum(a.amount_fen) FILTER (WHERE e.business_date < %(first)s) AS before,
        sum(a.amount_fen) FILTER (WHERE a.kind <> 'waiver') AS lowering
    FROM bills_adjustment a JOIN ledger_entry e ON e.community_id = %(community)s AND e.id = a.entry_id
    WHERE a.community_id = %(community)s AND e.business_date <= %(last)s GROUP BY a.bill_id
), told AS (
    SELECT b.unit_id, b.item_id, b.period_first >= %(first)s AS current,
        CASE WHEN b.period_first >= %(first)s THEN b.amount_fen - coalesce(o.lowering, 0)
            ELSE b.amount_fen - coalesce(o.before, 0) - coalesce(p.before, 0) END AS due,
        CASE WHEN b.period_first >= %(first)s THEN coalesce(p.before, 0) + coalesce(p.during, 0)
            ELSE coalesce(p.during, 0) END AS got,
        b.amount_fen - coalesce(o.lowering, 0) - coalesce(p.before, 0) - coalesce(p.during, 0) AS left_fen
    FROM bills_bill b
    LEFT JOIN paid p ON p.bill_id = b.id
    LEFT JOIN off o ON o.bill_id = b.id
    WHERE b.community_id = %(community)s AND b.period_first <= %(last)s
)
SELECT t.unit_id, t.item_id, i.name AS item,
    coalesce(sum(due) FILTER (WHERE current), 0)::bigint AS due,
    coalesce(sum(got) FILTER (WHERE current), 0)::bigint AS got,
    coalesce(sum(due) FILTER (WHERE NOT current), 0)::bigint AS old_due,
    coalesce(sum(got) FILTER (WHERE NOT current), 0)::bigint AS old_got,
    coalesce(bool_or(current AND left_fen > 0), false) AS owes, coalesce(sum(due) FILTER (WHERE current), 0) > 0 AS billed
FROM told t JOIN tariffs_chargeitem i ON i.community_id = %(community)s AND i.id = t.item_id
GROUP BY 1, 2, 3
"""


@dataclass(slots=True)
class _Sum:
    """What was due and got, of this period and of before, in fen; and which units were billed, and still owe."""

    due: int = 0
    got: int = 0
    old_due: int = 0
    old_got: int = 0
    billed: set[int] = field(default_factory=set)
    owing: set[int] = field(default_factory=set)

    def add(self, row: dict[str, Any]) -> None:
        for name in ("due", "got", "old_due", "old_got"):
            setattr(self, name, getattr(self, name) + row[name])
        if row["billed"]:
            self.billed.add(row["unit_id"])
        if row["owes"]:
            self.owing.add(row["unit_id"])

    def values(self) -> tuple[Any, ...]:
        clear = len(self.billed - self.owing)
        return (
            self.due,
            self.got,
            share(self.got, self.due),
            self.old_due,
            self.old_got,
            share(self.old_got, self.old_due),
            share(self.got + self.old_got, self.due + self.old_due),
            share(clear, len(self.billed)),
        )


def rates(community: Community, span: Span, by: Group) -> Sheet:
    """Return the rates of ``span``, one row for each ``by``, and for all."""
    found = rows_of(_RATES, community, first=span.first, last=span.last)
    places = places_of(community, span.last)
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    queries: dict[str, dict[str, Any]] = {}
    whole = _Sum()
    for row in found:
        label, query = _label(row, by, places)
        sums[label].add(row)
        whole.add(row)
        queries[label] = query
    columns = (
        Column(by.label),
        Column("本期应收", Kind.FEN),
        Column("本期已收", Kind.FEN),
        Column("收缴率", Kind.SHARE),
        Column("期初欠费", Kind.FEN),
        Column("收回欠费", Kind.FEN),
        Column("清欠率", Kind.SHARE),
        Column("综合收缴率", Kind.SHARE),
        Column("收缴率（按户）", Kind.SHARE),
    )
    return Sheet(
        title=f"收缴率·按{by.label}",
        scope=str(span),
        columns=columns,
        rows=[
            Row(
                (label, *sums[label].values()),
                {"first": span.first, "last": span.last, **queries[label]},
            )
            for label in sorted(sums)
        ],
        total=Row(("合计", *whole.values())),
        notes=_NOTES,
    )


def _label(row: dict[str, Any], by: Group, places: dict[int, Place]) -> tuple[str, dict[str, Any]]:
    place = places[row["unit_id"]]
    match by:
        case Group.ITEM:
            return row["item"], {"item": row["item_id"]}
        case Group.BUILDING:
            return place.building, {"building": place.building}
        case Group.MANAGER:
            return place.manager, {"manager": place.manager}
        case Group.UNIT:
            return place.number, {"unit": place.number}
        case _:
            return "全部", {}
