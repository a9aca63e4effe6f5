"""What is owed by how long it has been due, told by unit, item, building, manager or who owes it."""

from collections import defaultdict
from datetime import date
from typing import Any

from guanjia.accounts.models import Community
from guanjia.reports.places import Group, names_of
from guanjia.reports.reading import rows_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed

# The last day of each band, counted from the due day; what is due later is not overdue yet.
BANDS = ((30, "≤30 天"), (90, "31–90 天"), (180, "91–180 天"), (365, "181–365 天"))
YEARS = ((2, "1–2 年"), (3, "2–3 年"))
_NOTES = (
    "账龄从应缴日的次日起算；未到期的单列，不计入逾期。",
    "已减免、撤销的部分不算欠费；部分缴的只算余额。",
    "诉讼时效三年（民法典 188），从应缴日次日起算，最后一日遇节假日顺延（201、203）；催告、部分缴款或承诺会使它重新起算（195）。",
)
_BUCKETS = (
    "coalesce(sum(fen) FILTER (WHERE age <= 0), 0)::bigint",
    "coalesce(sum(fen) FILTER (WHERE age BETWEEN 1 AND 30), 0)::bigint",
    "coalesce(sum(fen) FILTER (WHERE age BETWEEN 31 AND 90), 0)::bigint",
    "coalesce(sum(fen) FILTER (WHERE age BETWEEN 91 AND 180), 0)::bigint",
    "coalesce(sum(fen) FILTER (WHERE age BETWEEN 181 AND 365), 0)::bigint",
    "coalesce(sum(fen) FILTER (WHERE age > 365 AND due_on > %(day)s::date - interval '2 years'), 0)::bigint",
    (
        "coalesce(sum(fen) FILTER (WHERE due_on <= %(day)s::date - interval '2 years'"
        " AND due_on > %(day)s::date - interval '3 years'), 0)::bigint"
    ),
    "coalesce(sum(fen) FILTER (WHERE due_on <= %(day)s::date - interval '3 years'), 0)::bigint",
)
# Whether whoever owes a bill no longer holds the unit; a party that was merged is the one it became.
_FORMER = """
    b.debtor_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM estate_tenure t JOIN estate_party p ON p.community_id = %(community)s AND p.id = b.debtor_id
        WHERE t.community_id = %(community)s AND t.unit_id = b.unit_id AND t.is_debtor
            AND t.party_id = coalesce(p.merged_into_id, p.id)
            AND t.begins_on <= %(day)s AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)
    )
"""
# What the server groups by; buildings and managers are put together from their units.
_KEYS = {Group.ALL: "true", Group.ITEM: "b.item_id", Group.HOLDER: _FORMER}
# One pass over the open bills, by the index that holds nothing else.
_OPEN = {
    by: f"""
SELECT key, {", ".join(f"{sql} AS band{n}" for n, sql in enumerate(_BUCKETS))},
    sum(fen)::bigint AS total, min(due_on) FILTER (WHERE age > 0) AS oldest
FROM (
    SELECT {_KEYS.get(by, "b.unit_id")} AS key, b.due_on, %(day)s::date - b.due_on AS age,
        b.amount_fen - b.reduced_fen - b.paid_fen AS fen
    FROM bills_bill b
    WHERE b.community_id = %(community)s AND b.paid_fen < b.amount_fen - b.reduced_fen
) open
GROUP BY key
"""  # noqa: S608 - put together from constants
    for by in Group
}


def ageing(community: Community, day: date, by: Group) -> Sheet:
    """Return what is owed on ``day`` in bands of age, one row for each ``by``."""
    named = names_of(community, day, by)
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(_BUCKETS) + 1))
    oldest: dict[str, date] = {}
    queries: dict[str, dict[str, Any]] = {}
    for row in rows_of(_OPEN[by], community, day=day):
        label, queries[label] = named(row["key"])
        fens = sums[label]
        for place in range(len(_BUCKETS)):
            fens[place] += row[f"band{place}"]
        fens[-1] += row["total"]
        if row["oldest"]:
            oldest[label] = min(oldest.get(label, row["oldest"]), row["oldest"])
    columns = (
        Column(by.label),
        Column("未到期", Kind.FEN),
        *(Column(label, Kind.FEN) for _, label in (*BANDS, *YEARS)),
        Column(">3 年", Kind.FEN),
        Column("合计", Kind.FEN),
        Column("最早应缴日", Kind.DAY),
    )
    rows = [
        Row((label, *fens, oldest.get(label)), {"day": day, **queries[label]})
        for label, fens in sorted(sums.items(), key=lambda each: -each[1][-1])
    ]
    return Sheet(
        title=f"账龄·按{by.label}",
        scope=f"截至 {day}",
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=_NOTES,
    )
