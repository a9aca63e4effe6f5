"""Collection rates (收缴率, 清欠率, 综合收缴率) as the office defines them, each with its two figures beside it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from guanjia.accounts.models import Community
from guanjia.reports.places import Group, names_of
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, share
from guanjia.reports.takings import Span

_NOTES = (
    "收缴率 = 本期账单已收 ÷ 本期账单应收；清欠率 = 本期收回的往期欠费 ÷ 期初欠费；综合收缴率 = 两项已收之和 ÷ 两项应收之和。",
    "本期账单指账期首日在所选日期之内的账单；已收按记账日统计，截至所选最后一日，冲销的扣回。",
    "折扣、空置减免、抹零和撤销减少应收；经审批的减免（豁免）不减少应收。预存款、违约金和押金不在其内。",
    "按户 = 本期账单全部缴清的户数 ÷ 有本期账单的户数。",
)
# What was paid and taken off since the first day, by the day it was booked; a reversal counts on its own day. What came
# before is what the bills hold less that, so that only the span's bills are read, what is open and what has moved since:
# not what was settled long ago. A household counts once, whatever it pays.
_SUMS = """
WITH paid AS (
    SELECT a.bill_id, coalesce(sum(a.amount_fen) FILTER (WHERE d.day <= %(last)s), 0)::bigint AS during,
        coalesce(sum(a.amount_fen) FILTER (WHERE d.day > %(last)s), 0)::bigint AS after
    FROM (
        SELECT id AS payment_id, business_date AS day, false AS back FROM payments_payment
        WHERE community_id = %(community)s AND business_date >= %(first)s
        UNION ALL SELECT payment_id, business_date, true FROM payments_reversal
        WHERE community_id = %(community)s AND business_date >= %(first)s
    ) d
    JOIN payments_allocation a
        ON a.community_id = %(community)s AND a.payment_id = d.payment_id AND (a.amount_fen < 0) = d.back
    GROUP BY a.bill_id
), off AS (
    SELECT a.bill_id, sum(a.amount_fen)::bigint AS since,
        coalesce(sum(a.amount_fen) FILTER (WHERE e.business_date > %(last)s AND a.kind <> 'waiver'), 0)::bigint AS lowering_after
    FROM ledger_entry e JOIN bills_adjustment a ON a.community_id = %(community)s AND a.entry_id = e.id
    WHERE e.community_id = %(community)s AND e.business_date >= %(first)s GROUP BY a.bill_id
), waived AS (
    SELECT bill_id, sum(amount_fen)::bigint AS fen FROM bills_adjustment
    WHERE community_id = %(community)s AND kind = 'waiver' GROUP BY bill_id
), household AS (
    SELECT {key} AS key, sum(due) AS due, sum(got) AS got, bool_or(due > got) AS owes
    FROM (
        SELECT b.unit_id, b.item_id,
            b.amount_fen - b.reduced_fen + coalesce(w.fen, 0) + coalesce(o.lowering_after, 0) AS due,
            b.paid_fen - coalesce(p.after, 0) AS got
        FROM bills_bill b
        LEFT JOIN paid p ON p.bill_id = b.id
        LEFT JOIN off o ON o.bill_id = b.id
        LEFT JOIN waived w ON w.bill_id = b.id
        WHERE b.community_id = %(community)s AND b.period_first BETWEEN %(first)s AND %(last)s
    ) bill GROUP BY {each_household}
), owed AS MATERIALIZED (
    SELECT {key} AS key, sum(amount_fen - reduced_fen - paid_fen) AS fen FROM bills_bill
    WHERE community_id = %(community)s AND period_first < %(first)s AND paid_fen < amount_fen - reduced_fen
    GROUP BY {each}
), part AS (
    SELECT key, sum(due) AS due, sum(got) AS got, 0 AS old_due, 0 AS old_got,
        count(*) FILTER (WHERE due > 0) AS billed, count(*) FILTER (WHERE due > 0 AND NOT owes) AS clear
    FROM household GROUP BY key
    UNION ALL
    SELECT key, 0, 0, fen, 0, 0, 0 FROM owed
    UNION ALL
    SELECT {key}, 0, 0, sum(coalesce(o.since, 0) + coalesce(p.during + p.after, 0)), coalesce(sum(p.during), 0), 0, 0
    FROM paid p FULL JOIN off o USING (bill_id)
    JOIN bills_bill b ON b.community_id = %(community)s AND b.id = bill_id AND b.period_first < %(first)s
    GROUP BY {each}
)
SELECT key, coalesce(sum(due), 0)::bigint AS due, coalesce(sum(got), 0)::bigint AS got,
    coalesce(sum(old_due), 0)::bigint AS old_due, coalesce(sum(old_got), 0)::bigint AS old_got,
    coalesce(sum(billed), 0)::bigint AS billed, coalesce(sum(clear), 0)::bigint AS clear
FROM part GROUP BY key
"""
_BY_UNIT = _SUMS.format(key="unit_id", each_household="unit_id", each="unit_id")
_RATES = {
    Group.ALL: _SUMS.format(key="NULL::bigint", each_household="unit_id", each="()"),
    # One row more, without an item, is the whole.
    Group.ITEM: _SUMS.format(
        key="item_id",
        each_household="GROUPING SETS ((unit_id, item_id), (unit_id))",
        each="GROUPING SETS ((item_id), ())",
    ),
}


@dataclass(slots=True)
class _Sum:
    """What was due and got, of this period and of before, in fen; how many units were billed, and how many owe nothing."""

    due: int = 0
    got: int = 0
    old_due: int = 0
    old_got: int = 0
    billed: int = 0
    clear: int = 0

    def add(
        self, *, due: int, got: int, old_due: int, old_got: int, billed: int, clear: int
    ) -> None:
        self.due += due
        self.got += got
        self.old_due += old_due
        self.old_got += old_got
        self.billed += billed
        self.clear += clear

    def values(self) -> tuple[Any, ...]:
        return (
            self.due,
            self.got,
            share(self.got, self.due),
            self.old_due,
            self.old_got,
            share(self.old_got, self.old_due),
            share(self.got + self.old_got, self.due + self.old_due),
            share(self.clear, self.billed),
        )


def rates(community: Community, span: Span, by: Group) -> Sheet:
    """Return the rates of ``span``, one row for each ``by``, and for all."""
    named = names_of(community, span.last, by)
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    queries: dict[str, dict[str, Any]] = {}
    whole = _Sum()
    for row in rows_of(_RATES.get(by, _BY_UNIT), community, first=span.first, last=span.last):
        key = row.pop("key")
        if key is not None or by is Group.ALL:
            label, queries[label] = named(key)
            sums[label].add(**row)
        if key is None or by is not Group.ITEM:
            whole.add(**row)
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
