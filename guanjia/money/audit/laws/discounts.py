"""What holds of discounts: approved by a second person, for the bill they are on, and as much as their rule says."""

from guanjia.money.audit.books import Row
from guanjia.money.audit.check import Check
from guanjia.money.bills.rules import BY_GRANT
from guanjia.money.discounts.rules import Period, Share, covered, off_fen
from guanjia.money.tariffs.rules import Anchor, PartMonth

# A run looks at its clock before it waits for whoever is about to end a grant.
_AT_ONCE = "interval '1 minute'"
_KINDS = ", ".join(f"'{kind}'" for kind in BY_GRANT)


def _takes_another_sum(row: Row) -> bool:
    period = Period(
        row["period_first"],
        row["period_last"],
        Anchor(row["anchor"]),
        PartMonth(row["part_month"]),
    )
    found = covered(period, row["covered_first"], row["covered_last"])
    if found is None:
        return True
    exact = off_fen(row["amount_fen"], Share(row["share_bp"], row["monthly_fen"]), found)
    if row["by_run"]:
        return bool(row["off_fen"] != min(exact, row["amount_fen"] - row["before_fen"]))
    return bool(row["off_fen"] > exact)


LAWS = (
    Check(
        "discounts_granted",
        "复核",
        "每笔折扣和空置减免都凭当时已批准的减免：同一户、规则所列的项目、批准的日期之内、批准人一致，每张账单只减一次",
        f"""
        SELECT a.community_id, a.id AS adjustment_id, a.bill_id, a.kind, a.grant_id
        FROM bills_adjustment a
        JOIN bills_bill b ON b.community_id = a.community_id AND b.id = a.bill_id
        LEFT JOIN discounts_discountgrant g ON g.community_id = a.community_id AND g.id = a.grant_id
        LEFT JOIN discounts_discountrule r ON r.community_id = g.community_id AND r.id = g.rule_id
        LEFT JOIN discounts_discountitem i ON i.community_id = r.community_id AND i.rule_id = r.id AND i.item_id = b.item_id
        WHERE a.kind IN ({_KINDS}) AND (
            b.run_id IS NOT NULL AND i.id IS NOT NULL AND g.unit_id = b.unit_id AND g.decided_by_id = a.approved_by_id
            AND g.state IN ('approved', 'ended') AND r.state IN ('approved', 'ended')
            AND (r.kind = 'vacancy') = (a.kind = 'vacancy') AND g.decided_at <= a.at AND r.decided_at <= g.decided_at
            AND a.covered_first >= greatest(b.period_first, g.begins_on, r.begins_on) AND a.covered_last <= b.period_last
            AND (a.covered_last <= g.ends_on OR g.ends_on IS NULL OR a.at < g.closed_at + {_AT_ONCE})
            AND (a.covered_last <= r.ends_on OR r.ends_on IS NULL OR a.at < r.closed_at + {_AT_ONCE})
            AND NOT EXISTS (SELECT 1 FROM bills_adjustment t WHERE t.community_id = a.community_id
                AND t.grant_id = a.grant_id AND t.bill_id = a.bill_id AND t.id < a.id)
        ) IS NOT TRUE OR a.kind NOT IN ({_KINDS}) AND a.grant_id IS NOT NULL
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "discounts_computed",
        "计费",
        "出账时减的，可由减免规则、账单金额和覆盖的天数重新算出，一分不差；补减的不多于规则所定",
        """
        SELECT a.community_id, a.id AS adjustment_id, a.bill_id, b.amount_fen, a.amount_fen AS off_fen, b.period_first,
            b.period_last, a.covered_first, a.covered_last, v.anchor, v.part_month, r.share_bp, r.monthly_fen,
            n.id IS NOT NULL AS by_run, coalesce(sum(a.amount_fen) FILTER (WHERE n.id IS NOT NULL) OVER (PARTITION BY a.community_id, a.bill_id
                ORDER BY a.grant_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before_fen
        FROM bills_adjustment a
        JOIN bills_bill b ON b.community_id = a.community_id AND b.id = a.bill_id
        JOIN tariffs_tariffversion v ON v.community_id = b.community_id AND v.id = b.tariff_version_id
        JOIN discounts_discountgrant g ON g.community_id = a.community_id AND g.id = a.grant_id
        JOIN discounts_discountrule r ON r.community_id = g.community_id AND r.id = g.rule_id
        LEFT JOIN bills_billrun n ON n.community_id = a.community_id AND n.entry_id = a.entry_id
        """,
        _takes_another_sum,
    ),
    Check(
        "discounts_by_two",
        "复核",
        "每条减免规则、每户减免由一人申请、另一人批准，先后有序",
        """
        SELECT community_id, "table", id, state, requested_by_id, decided_by_id
        FROM (
            SELECT community_id, 'discounts_discountrule' AS "table", id, state, requested_by_id, requested_at,
                decided_by_id, decided_at, closed_by_id, closed_at FROM discounts_discountrule
            UNION ALL
            SELECT community_id, 'discounts_discountgrant', id, state, requested_by_id, requested_at,
                decided_by_id, decided_at, closed_by_id, closed_at FROM discounts_discountgrant
        ) d
        WHERE decided_by_id = requested_by_id OR decided_at < requested_at OR closed_at < coalesce(decided_at, requested_at)
            OR (decided_by_id IS NOT NULL) <> (state IN ('approved', 'ended', 'refused'))
            OR (closed_by_id IS NOT NULL) <> (state IN ('ended', 'withdrawn'))
        """,
    ),
    Check(
        "discounts_apart",
        "计费",
        "同一房屋同一条规则的减免，待批准的也算，日期互不重叠",
        """
        SELECT community_id, unit_id, rule_id, id AS grant_id, taken_until, begins_on
        FROM (
            SELECT *, max(coalesce(ends_on, 'infinity')) OVER (PARTITION BY community_id, unit_id, rule_id
                ORDER BY begins_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
            FROM discounts_discountgrant WHERE state IN ('requested', 'approved', 'ended')
        ) g
        WHERE begins_on <= taken_until
        """,
    ),
)
