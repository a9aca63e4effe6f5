"""What came in and was given back over some days, by method, item, cashier, desk or day; and the papers behind each figure."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from guanjia.accounts.models import Community
from guanjia.core.labelled import Labelled
from guanjia.money.payments.rules import Method
from guanjia.money.payments.sheets import PREPAID_ITEM
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed

_DEFINITIONS = (
    "收款按营业日（记账日）统计；作废和红冲记在冲销的那一天，退款记在付款的那一天，不改以前的日子。",
    "预存抵扣不是新收的钱，单列一行；合计与总账相符。",
)
_APART = (
    "预存和押金是欠客户的钱，不是收入，各列在收费项目之后。",
    "押金扣款是退押金时留下的钱，列在它所抵的收费项目；不经过账单，不进收缴率。",
)
MOST_ROWS = 2_000


class By(Labelled):
    """What the takings are told by."""

    METHOD = "method", "收款方式"
    ITEM = "item", "收费项目"
    CASHIER = "cashier", "收款人"
    DESK = "desk", "收银台"
    DAY = "day", "营业日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} 至 {self.last}"


# Every part of a payment on its day, once more with the other sign on the day it was taken back, and what was refunded.
# A refund of a deposit uses it up whole: what goes out as a part, what is kept as shares of the items it is kept for.
_MOVED = """
WITH moved AS (
    SELECT p.id AS payment_id, p.business_date AS day, p.by_id, p.desk_id, 'taken' AS what FROM payments_payment p
    WHERE p.community_id = %(community)s AND p.business_date BETWEEN %(first)s AND %(last)s
    UNION ALL
    SELECT r.payment_id, r.business_date, r.by_id, r.desk_id, 'back' FROM payments_reversal r
    WHERE r.community_id = %(community)s AND r.business_date BETWEEN %(first)s AND %(last)s
), refunded AS (
    SELECT v.id AS payment_id, v.business_date AS day, v.by_id, v.desk_id, 'refund' AS what, r.method, v.amount_fen,
        r.id AS refund_id, r.amount_fen AS used_fen, coalesce('d' || h.kind_id, '') AS key
    FROM refunds_voucher v
    JOIN refunds_refund r ON r.community_id = v.community_id AND r.id = v.refund_id
    LEFT JOIN deposits_helddeposit h ON h.community_id = r.community_id AND h.id = r.deposit_id
    WHERE v.community_id = %(community)s AND v.business_date BETWEEN %(first)s AND %(last)s
), parts AS (
    SELECT m.*, t.method AS key, t.amount_fen AS fen FROM moved m
    JOIN payments_part t ON t.community_id = %(community)s AND t.payment_id = m.payment_id
    UNION ALL
    SELECT f.payment_id, f.day, f.by_id, f.desk_id, f.what, f.method, f.amount_fen FROM refunded f
), shares AS (
    SELECT m.*, b.item_id::text AS key, a.amount_fen AS fen FROM moved m
    JOIN payments_allocation a ON a.community_id = %(community)s AND a.payment_id = m.payment_id AND a.amount_fen > 0
    JOIN bills_bill b ON b.community_id = %(community)s AND b.id = a.bill_id
    UNION ALL
    SELECT m.*, '', p.prepaid_fen FROM moved m
    JOIN payments_payment p ON p.community_id = %(community)s AND p.id = m.payment_id WHERE p.prepaid_fen > 0
    UNION ALL
    SELECT m.*, 'd' || h.kind_id, h.amount_fen FROM moved m
    JOIN payments_payment p ON p.community_id = %(community)s AND p.id = m.payment_id
    JOIN deposits_helddeposit h ON h.community_id = %(community)s AND h.entry_id = p.entry_id
    UNION ALL
    SELECT f.payment_id, f.day, f.by_id, f.desk_id, f.what, f.key, f.used_fen FROM refunded f
    UNION ALL
    SELECT f.payment_id, f.day, f.by_id, f.desk_id, 'deducted', c.item_id::text, c.amount_fen FROM refunded f
    JOIN refunds_deduction c ON c.community_id = %(community)s AND c.refund_id = f.refund_id
)
"""
# Receipts by their payments and vouchers of refunds, with whose they are.
_PAPERS = """
, papers AS (
    SELECT 'receipt' AS kind, p.id, d.prefix || lpad(r.number::text, 7, '0') AS number, p.unit_id, p.payer_name AS name
    FROM payments_payment p
    JOIN payments_receipt r ON r.community_id = p.community_id AND r.payment_id = p.id
    JOIN payments_desk d ON d.community_id = p.community_id AND d.id = r.desk_id
    WHERE p.community_id = %(community)s AND p.id IN (SELECT payment_id FROM moved)
    UNION ALL
    SELECT 'refund', v.id, 'T' || lpad(v.number::text, 6, '0'), coalesce(a.unit_id, h.unit_id), f.payee_name
    FROM refunds_voucher v
    JOIN refunds_refund f ON f.community_id = v.community_id AND f.id = v.refund_id
    LEFT JOIN prepayments_prepayment a ON a.community_id = v.community_id AND a.id = f.prepayment_id
    LEFT JOIN deposits_helddeposit h ON h.community_id = v.community_id AND h.id = f.deposit_id
    WHERE v.community_id = %(community)s AND v.business_date BETWEEN %(first)s AND %(last)s
)
"""
_KEYS = {
    By.METHOD: ("parts", "key", "key"),
    By.ITEM: (
        """shares LEFT JOIN tariffs_chargeitem i ON i.community_id = %(community)s AND i.id::text = key
        LEFT JOIN deposits_depositkind k ON k.community_id = %(community)s AND 'd' || k.id = key""",
        "key",
        "coalesce(i.name, k.name, '')",
    ),
    By.CASHIER: ("parts JOIN accounts_user u ON u.id = by_id", "by_id", "u.name"),
    By.DESK: (
        "parts LEFT JOIN payments_desk d ON d.community_id = %(community)s AND d.id = desk_id",
        "coalesce(desk_id, 0)",
        "coalesce(d.name, '财务转账')",
    ),
    By.DAY: ("parts", "day", "day::text"),
}
_FIGURES = ", ".join(
    f"count(DISTINCT payment_id) FILTER (WHERE what = '{what}') AS {what},"
    f" coalesce(sum(fen) FILTER (WHERE what = '{what}'), 0)::bigint AS {what}_fen"
    for what in ("taken", "back", "refund", "deducted")
)
_WHATS = {"taken": "收款", "back": "冲销", "refund": "退款", "deducted": "押金扣款"}
_COLUMNS = (
    Column("笔数", Kind.COUNT),
    Column("收款", Kind.FEN),
    Column("冲销笔数", Kind.COUNT),
    Column("冲销", Kind.FEN),
    Column("退款笔数", Kind.COUNT),
    Column("退款", Kind.FEN),
)
_KEPT = (Column("押金扣款笔数", Kind.COUNT), Column("押金扣款", Kind.FEN))
_NET = Column("净额", Kind.FEN)


def takings(community: Community, span: Span, by: By) -> Sheet:
    """Return what came in over ``span``, one row for each method, item, cashier, desk or day."""
    source, key, label = _KEYS[by]
    found = rows_of(
        f"""{_MOVED}
        SELECT {key} AS key, {label} AS label,
            {_FIGURES}
        FROM {source} GROUP BY 1, 2 ORDER BY 2
        """,  # noqa: S608 - put together from constants
        community,
        first=span.first,
        last=span.last,
    )
    columns: tuple[Column, ...] = (Column(by.label), *_COLUMNS, _NET)
    if by is By.ITEM:
        columns = (Column(by.label), Column("性质"), *_COLUMNS, *_KEPT, _NET)
    rows = [_row(found_row, by, span) for found_row in sorted(found, key=_place)]
    return Sheet(
        title=f"收款汇总·按{by.label}",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=(*_DEFINITIONS, *_APART) if by is By.ITEM else _DEFINITIONS,
    )


def _place(found: dict[str, Any]) -> int:
    """Put what is owed to customers behind what is charged."""
    key = str(found["key"])
    return 2 if key.startswith("d") else not key


def _row(found: dict[str, Any], by: By, span: Span) -> Row:
    label = found["label"]
    named: tuple[str, ...] = (label,)
    if by is By.METHOD:
        named = (Method(label).label,)
    elif by is By.ITEM:
        named = (label or PREPAID_ITEM, ("费用", "预存", "押金")[_place(found)])
    net = found["taken_fen"] - found["back_fen"] - found["refund_fen"] + found["deducted_fen"]
    whats = [what for what in _WHATS if by is By.ITEM or what != "deducted"]
    query = {"first": span.first, "last": span.last, by.value: found["key"]}
    if by is By.ITEM and not found["key"]:
        query["item"] = "prepaid"
    if by is By.DAY:
        query = {"first": found["key"], "last": found["key"]}
    figures = (found[f"{happened}{unit}"] for happened in whats for unit in ("", "_fen"))
    return Row((*named, *figures, net), query)


def taking_rows(community: Community, span: Span, chosen: dict[str, Any]) -> Sheet:
    """Return the papers behind a figure: those of ``chosen`` (method, item, cashier, desk) over ``span``.

    A desk of 0 is none: what finance refunded by transfer.
    """
    source = "shares" if chosen.get("item") else "parts"
    key = chosen.get("method") or chosen.get("item")
    found = rows_of(
        f"""{_MOVED} {_PAPERS}
        SELECT s.day, p.number AS paper, n.number AS unit, p.name, u.name AS cashier, s.what,
            (CASE WHEN s.what IN ('taken', 'deducted') THEN 1 ELSE -1 END) * sum(s.fen)::bigint AS fen, p.id
        FROM {source} s
        JOIN papers p ON p.id = s.payment_id AND (p.kind = 'refund') = (s.what IN ('refund', 'deducted'))
        JOIN estate_unit n ON n.community_id = %(community)s AND n.id = p.unit_id
        JOIN accounts_user u ON u.id = s.by_id
        WHERE (%(key)s::text IS NULL OR s.key = %(key)s) AND (%(cashier)s::bigint IS NULL OR s.by_id = %(cashier)s)
            AND (%(desk)s::bigint IS NULL OR coalesce(s.desk_id, 0) = %(desk)s)
        GROUP BY s.day, p.number, n.number, p.name, u.name, s.what, p.id ORDER BY s.day, p.id, s.what DESC
        LIMIT {MOST_ROWS + 1}
        """,  # noqa: S608 - put together from constants
        community,
        first=span.first,
        last=span.last,
        key="" if key == "prepaid" else key,
        cashier=chosen.get("cashier"),
        desk=chosen.get("desk"),
    )
    columns = (
        Column("营业日", Kind.DAY),
        Column("收据、凭证"),
        Column("房号"),
        Column("缴款、收款人"),
        Column("经手"),
        Column("性质"),
        Column("金额", Kind.FEN),
    )
    rows = [
        Row(
            (
                row["day"],
                row["paper"],
                row["unit"],
                row["name"],
                row["cashier"],
                _WHATS[row["what"]],
                row["fen"],
            )
        )
        for row in found[:MOST_ROWS]
    ]
    more = len(found) > MOST_ROWS
    return Sheet(
        title="收款明细",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=(f"只列出前 {MOST_ROWS} 笔，请缩短日期。",) if more else (),
    )
