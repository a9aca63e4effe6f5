"""The register of deposits: what is held by kind, what came in and went out over some days, and each deposit behind it."""

from typing import Any

from guanjia.accounts.models import Community
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed
from guanjia.reports.takings import MOST_ROWS, Span

_DEFINITIONS = (
    "按营业日（记账日）统计，期初和期末与总账科目 224101 押金相符；押金是欠客户的钱，不是收入。",
    "冲回：作废、红冲收据时连同押金一起冲掉的；撤销的退款、扣款加回来。",
)
# What was moved up to the last day: before the first it makes up what was held, since then it is told by its kind.
_MOVED = """
WITH moved AS (
    SELECT m.held_id, m.kind, m.amount_fen AS fen, e.business_date < %(first)s AS before
    FROM deposits_depositmovement m
    JOIN ledger_entry e ON e.community_id = %(community)s AND e.id = m.entry_id
    WHERE m.community_id = %(community)s AND e.business_date <= %(last)s
)
"""
_FIGURES = """
coalesce(sum(fen) FILTER (WHERE before), 0)::bigint AS opening,
count(*) FILTER (WHERE NOT before AND m.kind IN ('taken', 'opening')) AS taken,
coalesce(sum(fen) FILTER (WHERE NOT before AND m.kind IN ('taken', 'opening')), 0)::bigint AS taken_fen,
coalesce(-sum(fen) FILTER (WHERE NOT before AND m.kind = 'refunded'), 0)::bigint AS refunded_fen,
coalesce(-sum(fen) FILTER (WHERE NOT before AND m.kind = 'deducted'), 0)::bigint AS deducted_fen,
coalesce(sum(fen) FILTER (WHERE NOT before AND m.kind = 'reversed'), 0)::bigint AS reversed_fen,
sum(fen)::bigint AS held_fen
"""
# A deposit that was gone before the first day has no place in the register any more.
_STANDS = "HAVING bool_or(NOT before) OR sum(fen) <> 0"
_FEN = ("opening", "taken_fen", "refunded_fen", "deducted_fen", "reversed_fen", "held_fen")
_COLUMNS = tuple(
    Column(label, Kind.FEN) for label in ("期初代管", "收取", "退还", "扣款", "冲回", "期末代管")
)


def deposits(community: Community, span: Span) -> Sheet:
    """Return what was held, taken, given back, deducted and reversed over ``span``, one row for each kind."""
    found = rows_of(
        f"""{_MOVED}
        SELECT k.id AS key, k.name AS label, {_FIGURES}
        FROM moved m
        JOIN deposits_helddeposit h ON h.community_id = %(community)s AND h.id = m.held_id
        JOIN deposits_depositkind k ON k.community_id = %(community)s AND k.id = h.kind_id
        GROUP BY k.id, k.name, k.position {_STANDS} ORDER BY k.position, k.id
        """,  # noqa: S608 - put together from constants
        community,
        first=span.first,
        last=span.last,
    )
    columns = (Column("押金种类"), Column("收取笔数", Kind.COUNT), *_COLUMNS)
    rows = [
        Row(
            (row["label"], row["taken"], *(row[name] for name in _FEN)),
            {"first": span.first, "last": span.last, "kind": row["key"]},
        )
        for row in found
    ]
    return Sheet(
        title="押金台账",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=_DEFINITIONS,
    )


def deposit_rows(community: Community, span: Span, kind: int | None) -> Sheet:
    """Return each deposit of a kind (None: of all) that was held or moved over ``span``, the earliest first."""
    found = rows_of(
        f"""{_MOVED}, told AS (SELECT m.held_id, {_FIGURES} FROM moved m GROUP BY m.held_id {_STANDS})
        SELECT h.received_on, h.payer_name, h.reference, k.name AS kind, n.number AS unit, told.*,
            coalesce(d.prefix || lpad(r.number::text, 7, '0'), h.old_receipt) AS paper
        FROM told
        JOIN deposits_helddeposit h ON h.community_id = %(community)s AND h.id = told.held_id
        JOIN deposits_depositkind k ON k.community_id = %(community)s AND k.id = h.kind_id
        JOIN estate_unit n ON n.community_id = %(community)s AND n.id = h.unit_id
        LEFT JOIN payments_payment p ON p.community_id = %(community)s AND p.entry_id = h.entry_id
        LEFT JOIN payments_receipt r ON r.community_id = %(community)s AND r.payment_id = p.id
        LEFT JOIN payments_desk d ON d.community_id = %(community)s AND d.id = r.desk_id
        WHERE %(kind)s::bigint IS NULL OR h.kind_id = %(kind)s
        ORDER BY h.received_on, h.id LIMIT {MOST_ROWS + 1}
        """,  # noqa: S608 - put together from constants
        community,
        first=span.first,
        last=span.last,
        kind=kind,
    )
    columns = (
        Column("收取日", Kind.DAY),
        Column("收据"),
        Column("房号"),
        Column("缴款人"),
        Column("种类"),
        Column("用途"),
        *_COLUMNS,
    )
    rows = [_row(row) for row in found[:MOST_ROWS]]
    more = len(found) > MOST_ROWS
    return Sheet(
        title="押金明细",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=(f"只列出前 {MOST_ROWS} 笔，请缩短日期，或从台账点开一种。",) if more else (),
    )


def _row(found: dict[str, Any]) -> Row:
    words = ("received_on", "paper", "unit", "payer_name", "kind", "reference")
    return Row(tuple(found[name] for name in (*words, *_FEN)))
