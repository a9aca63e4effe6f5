"""What holds of payments, their receipts, and what was prepaid."""

from guanjia.money.audit.check import Check
from guanjia.money.ledger.chart import Account
from guanjia.money.payments.rules import METHOD_ACCOUNTS

_METHOD_ACCOUNTS = ", ".join(
    f"('{method}', {account})" for method, account in METHOD_ACCOUNTS.items()
)

LAWS = (
    Check(
        "payments_posted",
        "L5",
        "每笔收款等于它冲抵的账单、存入的预存与收取的押金之和，也等于各种方式之和，并按收款方式记入应记的科目和营业日",
        f"""
        SELECT p.community_id, p.id AS payment_id, p.amount_fen, a.fen AS allocated_fen, t.fen AS parts_fen,
            l.settled_fen, l.prepaid_fen, l.deposit_fen, h.fen AS held_fen
        FROM payments_payment p
        JOIN ledger_entry e ON e.community_id = p.community_id AND e.id = p.entry_id
        LEFT JOIN (SELECT community_id, payment_id, sum(amount_fen)::bigint AS fen FROM payments_allocation
            WHERE amount_fen > 0 GROUP BY 1, 2) a ON a.community_id = p.community_id AND a.payment_id = p.id
        LEFT JOIN (
            SELECT t.community_id, t.payment_id, sum(t.amount_fen)::bigint AS fen,
                coalesce(sum(t.amount_fen) FILTER (WHERE t.method = 'prepayment'), 0)::bigint AS drawn_fen
            FROM payments_part t GROUP BY 1, 2
        ) t ON t.community_id = p.community_id AND t.payment_id = p.id
        LEFT JOIN (
            SELECT community_id, entry_id, -coalesce(sum(amount_fen) FILTER (WHERE account = 1122), 0)::bigint AS settled_fen,
                -coalesce(sum(amount_fen) FILTER (WHERE account = 2203), 0)::bigint AS prepaid_fen,
                -coalesce(sum(amount_fen) FILTER (WHERE account = {Account.DEPOSITS_HELD}), 0)::bigint AS deposit_fen
            FROM ledger_entryline GROUP BY 1, 2
        ) l ON l.community_id = p.community_id AND l.entry_id = p.entry_id
        LEFT JOIN (
            SELECT community_id, entry_id, unit_id, sum(amount_fen)::bigint AS fen FROM deposits_helddeposit GROUP BY 1, 2, 3
        ) h ON h.community_id = p.community_id AND h.entry_id = p.entry_id AND h.unit_id = p.unit_id
        WHERE (p.amount_fen - p.prepaid_fen - p.deposit_fen, p.amount_fen, p.amount_fen - p.prepaid_fen - p.deposit_fen,
                p.prepaid_fen - t.drawn_fen, p.deposit_fen, p.deposit_fen, p.business_date)
            IS DISTINCT FROM (coalesce(a.fen, 0), t.fen, l.settled_fen, l.prepaid_fen, l.deposit_fen,
                coalesce(h.fen, 0), e.business_date)
        UNION ALL
        SELECT p.community_id, p.id, p.amount_fen, m.account, sum(m.fen)::bigint, NULL, NULL, NULL, NULL
        FROM payments_payment p
        JOIN (
            SELECT t.community_id, t.payment_id, m.account, t.amount_fen AS fen FROM payments_part t
            JOIN (VALUES {_METHOD_ACCOUNTS}) AS m(method, account) ON m.method = t.method WHERE m.account <> 2203
            UNION ALL
            SELECT l.community_id, p.id, l.account, -l.amount_fen FROM ledger_entryline l
            JOIN payments_payment p ON p.community_id = l.community_id AND p.entry_id = l.entry_id
            WHERE l.account NOT IN (1122, 2203, {Account.DEPOSITS_HELD})
        ) m ON m.community_id = p.community_id AND m.payment_id = p.id
        GROUP BY p.community_id, p.id, p.amount_fen, m.account HAVING sum(m.fen) <> 0
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "prepayments_match",
        "L5",
        "每份预存的余额等于它的进出之和，每户预收账款等于该户预存的合计，且不小于零",
        """
        SELECT community_id, 'prepayments_prepayment' AS "table", id, balance_fen, moved_fen
        FROM (
            SELECT p.community_id, p.id, p.balance_fen, coalesce(sum(m.amount_fen), 0)::bigint AS moved_fen
            FROM prepayments_prepayment p
            LEFT JOIN prepayments_movement m ON m.community_id = p.community_id AND m.prepayment_id = p.id
            GROUP BY p.community_id, p.id
        ) p WHERE balance_fen <> moved_fen OR balance_fen < 0
        UNION ALL
        SELECT community_id, 'estate_unit', unit_id, sum(balance)::bigint, sum(ledger)::bigint
        FROM (
            SELECT community_id, unit_id, balance_fen AS balance, 0 AS ledger FROM prepayments_prepayment
            UNION ALL SELECT community_id, unit_id, 0, -amount_fen FROM ledger_entryline WHERE account = 2203
        ) both_sides
        GROUP BY community_id, unit_id HAVING sum(balance) <> sum(ledger)
        """,
    ),
    Check(
        "reversals_whole",
        "L5",
        "作废或红冲的收据，冲抵的账单全部退回，分录冲的就是那一笔收款",
        """
        SELECT r.community_id, r.id AS reversal_id, r.payment_id, a.left_fen, e.reverses_id
        FROM payments_reversal r
        JOIN payments_payment p ON p.community_id = r.community_id AND p.id = r.payment_id
        JOIN ledger_entry e ON e.community_id = r.community_id AND e.id = r.entry_id
        LEFT JOIN (
            SELECT community_id, payment_id, bool_or(fen <> 0) AS uneven, sum(fen)::bigint AS left_fen
            FROM (SELECT community_id, payment_id, bill_id, sum(amount_fen) AS fen FROM payments_allocation
                GROUP BY 1, 2, 3) b
            GROUP BY 1, 2
        ) a ON a.community_id = r.community_id AND a.payment_id = r.payment_id
        WHERE coalesce(a.uneven, false) OR (e.reverses_id, e.business_date) IS DISTINCT FROM (p.entry_id, r.business_date)
            OR (r.kind = 'void') <> (r.business_date = p.business_date)
        UNION ALL
        SELECT a.community_id, NULL, a.payment_id, a.amount_fen, NULL FROM payments_allocation a
        WHERE a.amount_fen < 0 AND NOT EXISTS (SELECT 1 FROM payments_reversal r
            WHERE r.community_id = a.community_id AND r.payment_id = a.payment_id)
        """,
    ),
    Check(
        "payments_receipted",
        "L6",
        "每笔收款有且只有一张收据，由同一收银台开出",
        """
        SELECT p.community_id, p.id AS payment_id, count(r.id) AS receipts
        FROM payments_payment p
        LEFT JOIN payments_receipt r
            ON r.community_id = p.community_id AND r.payment_id = p.id AND r.desk_id = p.desk_id
        GROUP BY p.community_id, p.id HAVING count(r.id) <> 1
        """,
    ),
    Check(
        "receipts_gapless",
        "L6",
        "每个收银台的收据从首号到末号一张不缺、一号不重、没有号外；缺的有确认的记录",
        """
        SELECT d.community_id, d.id AS desk_id, n.number, count(r.id) AS receipts
        FROM payments_desk d
        CROSS JOIN LATERAL (
            SELECT generate_series(d.first_number, d.last_number) AS number
            UNION SELECT number FROM payments_receipt WHERE community_id = d.community_id AND desk_id = d.id
        ) n
        LEFT JOIN payments_receipt r
            ON r.community_id = d.community_id AND r.desk_id = d.id AND r.number = n.number
        LEFT JOIN payments_lostreceipt o
            ON o.community_id = d.community_id AND o.desk_id = d.id AND o.number = n.number
        GROUP BY d.community_id, d.id, n.number
        HAVING count(r.id) + count(o.id) <> 1 OR n.number NOT BETWEEN d.first_number AND d.last_number
        """,
    ),
)
