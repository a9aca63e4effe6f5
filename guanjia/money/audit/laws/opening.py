"""The laws of what an office brought along when it went live."""

from guanjia.money.audit.check import Check
from guanjia.money.ledger.chart import Account

LAWS = (
    Check(
        "openings_posted",
        "L5",
        "每份期初的张数、合计与它的账单、预存和押金一致，并逐户逐科目与分录一致：代收的记代收代付款，其余记期初结转",
        f"""
        SELECT community_id, opening_id, account, unit_id, sum(told)::bigint AS told_fen, sum(posted)::bigint AS posted_fen
        FROM (
            SELECT b.community_id, b.opening_id, x.account, x.unit_id, x.fen AS told, 0 AS posted
            FROM bills_bill b
            JOIN tariffs_chargeitem i ON i.community_id = b.community_id AND i.id = b.item_id
            CROSS JOIN LATERAL (VALUES ({Account.RECEIVABLE}, b.unit_id, b.amount_fen),
                (CASE WHEN i.is_agency THEN {Account.AGENCY_PAYABLE} ELSE {Account.OPENING_EQUITY} END, NULL, -b.amount_fen)
            ) AS x(account, unit_id, fen)
            WHERE b.opening_id IS NOT NULL
            UNION ALL
            SELECT o.community_id, o.id, x.account, x.unit_id, x.fen, 0
            FROM bills_opening o
            JOIN prepayments_movement m ON m.community_id = o.community_id AND m.entry_id = o.entry_id
            JOIN prepayments_prepayment p ON p.community_id = m.community_id AND p.id = m.prepayment_id
            CROSS JOIN LATERAL (VALUES ({Account.PREPAID}, p.unit_id, -m.amount_fen),
                ({Account.OPENING_EQUITY}, NULL, m.amount_fen)) AS x(account, unit_id, fen)
            UNION ALL
            SELECT o.community_id, o.id, x.account, x.unit_id, x.fen, 0
            FROM bills_opening o
            JOIN deposits_helddeposit h ON h.community_id = o.community_id AND h.entry_id = o.entry_id
            CROSS JOIN LATERAL (VALUES ({Account.DEPOSITS_HELD}, h.unit_id, -h.amount_fen),
                ({Account.OPENING_EQUITY}, NULL, h.amount_fen)) AS x(account, unit_id, fen)
            UNION ALL
            SELECT o.community_id, o.id, l.account, l.unit_id, 0, l.amount_fen
            FROM bills_opening o
            JOIN ledger_entryline l ON l.community_id = o.community_id AND l.entry_id = o.entry_id
        ) both_sides
        GROUP BY community_id, opening_id, account, unit_id HAVING sum(told) <> sum(posted)
        UNION ALL
        SELECT o.community_id, o.id, NULL, NULL, o.bills_fen, b.fen
        FROM bills_opening o
        CROSS JOIN LATERAL (SELECT count(*) AS found, coalesce(sum(amount_fen), 0)::bigint AS fen FROM bills_bill
            WHERE community_id = o.community_id AND opening_id = o.id) b
        CROSS JOIN LATERAL (SELECT count(*) AS found, coalesce(sum(amount_fen), 0)::bigint AS fen
            FROM prepayments_movement WHERE community_id = o.community_id AND entry_id = o.entry_id) m
        CROSS JOIN LATERAL (SELECT count(*) AS found, coalesce(sum(amount_fen), 0)::bigint AS fen
            FROM deposits_helddeposit WHERE community_id = o.community_id AND entry_id = o.entry_id) h
        WHERE (o.bill_count, o.bills_fen, o.prepayment_count, o.prepaid_fen, o.deposit_count, o.deposits_fen)
            <> (b.found, b.fen, m.found, m.fen, h.found, h.fen)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "openings_withdrawn",
        "L3",
        "撤回的期初整份冲回：分录冲的就是它，每张账单由这一笔撤销，每份预存、每笔押金退出；一个项目只有一份期初有效",
        """
        SELECT w.community_id, w.opening_id, w.id AS withdrawal_id, o.entry_id, e.reverses_id
        FROM opening_withdrawal w
        JOIN bills_opening o ON o.community_id = w.community_id AND o.id = w.opening_id
        LEFT JOIN ledger_entry e ON e.community_id = w.community_id AND e.id = w.entry_id
        WHERE e.reverses_id IS DISTINCT FROM o.entry_id
            OR EXISTS (SELECT 1 FROM bills_bill b
                LEFT JOIN bills_adjustment a ON a.community_id = b.community_id AND a.bill_id = b.id
                    AND a.entry_id = w.entry_id AND a.kind = 'cancellation'
                WHERE b.community_id = o.community_id AND b.opening_id = o.id AND a.amount_fen IS DISTINCT FROM b.amount_fen)
            OR EXISTS (SELECT 1 FROM prepayments_movement m
                WHERE m.community_id = w.community_id AND m.entry_id IN (o.entry_id, w.entry_id)
                GROUP BY m.prepayment_id HAVING sum(m.amount_fen) <> 0)
            OR EXISTS (SELECT 1 FROM deposits_depositmovement m
                WHERE m.community_id = w.community_id AND m.entry_id IN (o.entry_id, w.entry_id)
                GROUP BY m.held_id HAVING sum(m.amount_fen) <> 0)
        UNION ALL
        SELECT o.community_id, o.id, NULL, o.entry_id, NULL
        FROM bills_opening o
        WHERE EXISTS (SELECT 1 FROM bills_opening later WHERE later.community_id = o.community_id AND later.id > o.id)
            AND NOT EXISTS (SELECT 1 FROM opening_withdrawal w
                WHERE w.community_id = o.community_id AND w.opening_id = o.id)
        """,
    ),
    Check(
        "openings_signed",
        "签字",
        "期初先由制表人签字，再由另一人复核；复核之后没有撤回",
        """
        SELECT r.community_id, r.opening_id, r.id AS signature_id
        FROM opening_signature r
        LEFT JOIN opening_signature p ON p.community_id = r.community_id AND p.opening_id = r.opening_id
            AND p.part = 'prepared'
        WHERE r.part = 'reviewed' AND (p.id IS NULL OR p.by_id = r.by_id OR p.at > r.at
            OR EXISTS (SELECT 1 FROM opening_withdrawal w
                WHERE w.community_id = r.community_id AND w.opening_id = r.opening_id))
        """,
    ),
    Check(
        "cut_over_kept",
        "启用",
        "启用日之前开始的账期只来自期初，期初的账期都在启用日之前开始，且不超过一年",
        """
        SELECT b.community_id, b.id AS bill_id, b.run_id, b.opening_id, b.period_first, b.period_last, o.cut_over_on
        FROM bills_opening o
        JOIN bills_bill b ON b.community_id = o.community_id AND NOT b.is_cancelled
            AND (b.opening_id = o.id AND (b.period_first >= o.cut_over_on OR b.period_last - b.period_first >= 366)
                OR b.run_id IS NOT NULL AND b.period_first < o.cut_over_on)
        WHERE NOT EXISTS (SELECT 1 FROM opening_withdrawal w
            WHERE w.community_id = o.community_id AND w.opening_id = o.id)
        """,
    ),
)
