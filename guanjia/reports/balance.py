"""The trial balance over some days, and an account's lines."""

from guanjia.accounts.models import Community
from guanjia.money.ledger.chart import ACCOUNT_NAMES, Account
from guanjia.money.ledger.models import EntryKind
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed
from guanjia.reports.takings import MOST_ROWS, Span

_BALANCE = """
SELECT l.account, coalesce(sum(l.amount_fen) FILTER (WHERE e.business_date < %(first)s), 0)::bigint AS opening,
    coalesce(sum(l.amount_fen) FILTER (WHERE e.business_date >= %(first)s AND l.amount_fen > 0), 0)::bigint AS debit,
    coalesce(-sum(l.amount_fen) FILTER (WHERE e.business_date >= %(first)s AND l.amount_fen < 0), 0)::bigint AS credit
FROM ledger_entryline l JOIN ledger_entry e ON e.community_id = %(community)s AND e.id = l.entry_id
WHERE l.community_id = %(community)s AND e.business_date <= %(last)s
GROUP BY l.account ORDER BY l.account::text
"""
_LINES = f"""
SELECT e.business_date, e.id, e.kind, u.number AS unit, l.amount_fen, w.name AS by
FROM ledger_entryline l
JOIN ledger_entry e ON e.community_id = %(community)s AND e.id = l.entry_id
LEFT JOIN estate_unit u ON u.community_id = %(community)s AND u.id = l.unit_id
LEFT JOIN accounts_user w ON w.id = e.by_id
WHERE l.community_id = %(community)s AND l.account = %(account)s
    AND e.business_date BETWEEN %(first)s AND %(last)s
ORDER BY e.business_date, e.id, l.id LIMIT {MOST_ROWS + 1}
"""  # noqa: S608 - a constant


def trial_balance(community: Community, span: Span) -> Sheet:
    """Return opening balance, turnover and closing balance of every account; both sides must be equal."""
    columns = (
        Column("科目代码"),
        Column("科目"),
        Column("期初借方", Kind.FEN),
        Column("期初贷方", Kind.FEN),
        Column("本期借方", Kind.FEN),
        Column("本期贷方", Kind.FEN),
        Column("期末借方", Kind.FEN),
        Column("期末贷方", Kind.FEN),
    )
    rows = []
    for found in rows_of(_BALANCE, community, first=span.first, last=span.last):
        closing = found["opening"] + found["debit"] - found["credit"]
        sides = (*_sides(found["opening"]), found["debit"], found["credit"], *_sides(closing))
        query = {"first": span.first, "last": span.last, "account": found["account"]}
        name = ACCOUNT_NAMES[Account(found["account"])]
        rows.append(Row((str(found["account"]), name, *sides), query))
    total = summed(columns, rows, "合计")
    even = total.values[2::2] == total.values[3::2]
    return Sheet(
        title="试算平衡表",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=total,
        notes=("借贷平衡。" if even else "借贷不平，请立即联系技术支持。",),
    )


def _sides(fen: int) -> tuple[int, int]:
    return max(fen, 0), max(-fen, 0)


def account_lines(community: Community, span: Span, account: Account) -> Sheet:
    """Return the lines of one account over ``span``, the earliest first."""
    columns = (
        Column("营业日", Kind.DAY),
        Column("分录号"),
        Column("性质"),
        Column("房号"),
        Column("经手"),
        Column("借方", Kind.FEN),
        Column("贷方", Kind.FEN),
    )
    found = rows_of(_LINES, community, first=span.first, last=span.last, account=int(account))
    rows = [
        Row(
            (
                row["business_date"],
                str(row["id"]),
                str(EntryKind(row["kind"]).label),
                row["unit"] or "",
                row["by"] or "系统",
                *_sides(row["amount_fen"]),
            )
        )
        for row in found[:MOST_ROWS]
    ]
    more = len(found) > MOST_ROWS
    return Sheet(
        title=f"明细账·{account.value} {ACCOUNT_NAMES[account]}",
        scope=str(span),
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=(f"只列出前 {MOST_ROWS} 行，请缩短日期。",) if more else (),
    )
