"""The laws of extra charges, and of what was taken off bills."""

from guanjia.money.audit.check import Check
from guanjia.money.ledger.chart import Account

LAWS = (
    Check(
        "extras_posted",
        "L5",
        "每笔临时收费有一张账单，金额等于数量乘单价，并按户记入应收账款",
        """
        SELECT x.community_id, x.id AS extra_id, b.id AS bill_id, b.amount_fen, b.quantity, b.unit_price, l.amount_fen AS posted_fen
        FROM bills_extracharge x
        LEFT JOIN bills_bill b ON b.community_id = x.community_id AND b.extra_id = x.id
        LEFT JOIN ledger_entryline l ON l.community_id = x.community_id AND l.entry_id = x.entry_id
            AND l.account = 1122 AND l.unit_id = b.unit_id
        WHERE (b.amount_fen, b.amount_fen) IS DISTINCT FROM (round(b.quantity * b.unit_price * 100), l.amount_fen)
        """,
    ),
    Check(
        "bills_reduced",
        "L5",
        "每张账单的减免等于各笔减免的合计；撤销的账单整笔减尽，且一分未收",
        """
        SELECT b.community_id, b.id AS bill_id, b.amount_fen, b.reduced_fen, b.is_cancelled,
            coalesce(a.fen, 0) AS adjusted_fen
        FROM bills_bill b
        LEFT JOIN (
            SELECT community_id, bill_id, sum(amount_fen)::bigint AS fen, bool_or(kind = 'cancellation') AS cancelled
            FROM bills_adjustment GROUP BY 1, 2
        ) a ON a.community_id = b.community_id AND a.bill_id = b.id
        WHERE b.reduced_fen <> coalesce(a.fen, 0) OR b.is_cancelled <> coalesce(a.cancelled, false)
            OR (b.is_cancelled AND (b.reduced_fen, b.paid_fen) <> (b.amount_fen, 0))
        """,
    ),
    Check(
        "adjustments_posted",
        "L5",
        "每笔减免按户冲减应收账款，并记入该由谁承担的科目：代收款少付，撤销冲回收入（期初欠费冲回期初结转），其余记折扣与减免",
        f"""
        SELECT community_id, entry_id, account, unit_id, sum(told)::bigint AS adjustments_fen, sum(posted)::bigint AS posted_fen
        FROM (
            SELECT a.community_id, a.entry_id, x.account, x.unit_id, x.fen AS told, 0 AS posted
            FROM bills_adjustment a
            JOIN bills_bill b ON b.community_id = a.community_id AND b.id = a.bill_id
            JOIN tariffs_chargeitem i ON i.community_id = b.community_id AND i.id = b.item_id
            CROSS JOIN LATERAL (VALUES ({Account.RECEIVABLE}, b.unit_id, -a.amount_fen), (CASE
                WHEN i.is_agency THEN {Account.AGENCY_PAYABLE}
                WHEN a.kind = 'cancellation' AND b.opening_id IS NOT NULL THEN {Account.OPENING_EQUITY}
                WHEN a.kind = 'cancellation' THEN {Account.SERVICE_INCOME}
                ELSE {Account.INCOME_REDUCTION} END, NULL, a.amount_fen)) AS x(account, unit_id, fen)
            UNION ALL
            SELECT r.community_id, r.entry_id, x.account, x.unit_id, x.fen, 0
            FROM bills_billrun r
            JOIN bills_bill b ON b.community_id = r.community_id AND b.run_id = r.id
            JOIN tariffs_chargeitem i ON i.community_id = r.community_id AND i.id = r.item_id
            CROSS JOIN LATERAL (VALUES ({Account.RECEIVABLE}, b.unit_id, b.amount_fen),
                (CASE WHEN i.is_agency THEN {Account.AGENCY_PAYABLE} ELSE {Account.SERVICE_INCOME} END, NULL,
                -b.amount_fen)) AS x(account, unit_id, fen)
            WHERE EXISTS (SELECT 1 FROM bills_adjustment a
                WHERE a.community_id = r.community_id AND a.entry_id = r.entry_id)
            UNION ALL
            SELECT m.community_id, m.entry_id, x.account, x.unit_id, x.fen, 0
            FROM opening_withdrawal w
            JOIN prepayments_movement m ON m.community_id = w.community_id AND m.entry_id = w.entry_id
            JOIN prepayments_prepayment p ON p.community_id = m.community_id AND p.id = m.prepayment_id
            CROSS JOIN LATERAL (VALUES ({Account.PREPAID}, p.unit_id, -m.amount_fen),
                ({Account.OPENING_EQUITY}, NULL, m.amount_fen)) AS x(account, unit_id, fen)
            WHERE EXISTS (SELECT 1 FROM bills_adjustment a
                WHERE a.community_id = m.community_id AND a.entry_id = m.entry_id)
            UNION ALL
            SELECT m.community_id, m.entry_id, x.account, x.unit_id, x.fen, 0
            FROM opening_withdrawal w
            JOIN deposits_depositmovement m ON m.community_id = w.community_id AND m.entry_id = w.entry_id
            JOIN deposits_helddeposit h ON h.community_id = m.community_id AND h.id = m.held_id
            CROSS JOIN LATERAL (VALUES ({Account.DEPOSITS_HELD}, h.unit_id, -m.amount_fen),
                ({Account.OPENING_EQUITY}, NULL, m.amount_fen)) AS x(account, unit_id, fen)
            WHERE EXISTS (SELECT 1 FROM bills_adjustment a
                WHERE a.community_id = m.community_id AND a.entry_id = m.entry_id)
            UNION ALL
            SELECT l.community_id, l.entry_id, l.account, l.unit_id, 0, l.amount_fen
            FROM ledger_entryline l
            WHERE EXISTS (SELECT 1 FROM bills_adjustment a
                WHERE a.community_id = l.community_id AND a.entry_id = l.entry_id)
        ) both_sides
        GROUP BY community_id, entry_id, account, unit_id HAVING sum(told) <> sum(posted)
        """,  # noqa: S608 - put together from constants
    ),
)
