"""What holds of shifts, drawers, deposits and closed days."""

from guanjia.money.audit.check import Check

# A shift with its end, its desk's series, and where the one before it ended.
_SHIFTS = """
SELECT s.*, 'desk ' || s.desk_id AS series, h.id AS handover_id, h.closed_position, h.difference_fen, h.entry_id AS ending_id,
    c.counted_fen, c.expected_fen, c.nth AS count_nth,
    lag(h.closed_position) OVER w AS left_position, lag(c.counted_fen) OVER w AS left_fen, row_number() OVER w AS place
FROM closing_shift s
LEFT JOIN closing_handover h ON h.community_id = s.community_id AND h.shift_id = s.id
LEFT JOIN closing_count c ON c.community_id = h.community_id AND c.id = h.count_id AND c.shift_id = s.id
WINDOW w AS (PARTITION BY s.community_id, s.desk_id ORDER BY s.nth)
"""
_CASH = """
SELECT k.community_id, k.series, k.position, k.entry_id, l.amount_fen
FROM ledger_link k
JOIN ledger_entryline l ON l.community_id = k.community_id AND l.entry_id = k.entry_id AND l.account = 1001
"""

LAWS = (
    Check(
        "shifts_contiguous",
        "交班",
        "每个收银台的班次首尾相接：开过第一班以后，每笔分录都在一班之内，班与班之间只有缴存银行",
        f"""
        WITH shifts AS MATERIALIZED ({_SHIFTS})
        SELECT k.community_id, k.series, k.position, NULL::bigint AS shift_id
        FROM ledger_link k
        JOIN (SELECT community_id, series, min(opened_position) AS first FROM shifts GROUP BY 1, 2) f
            ON f.community_id = k.community_id AND f.series = k.series AND k.position > f.first
        JOIN ledger_entry e ON e.community_id = k.community_id AND e.id = k.entry_id
        WHERE e.kind <> 'deposit' AND NOT EXISTS (SELECT 1 FROM shifts s
            WHERE s.community_id = k.community_id AND s.series = k.series AND k.position > s.opened_position
                AND (s.state <> 'closed' OR k.position <= s.closed_position))
        UNION ALL
        SELECT community_id, series, opened_position, id FROM shifts
        WHERE place <> nth OR (place > 1 AND (left_position IS NULL OR opened_position < left_position))
            OR (state = 'closed') <> (handover_id IS NOT NULL)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "shifts_manned",
        "交班",
        "每笔收款、每笔现金退款由本班里的人在本班的营业日办理",
        f"""
        SELECT p.community_id, p.entry_id, s.id AS shift_id, e.business_date, p.by_id
        FROM ({_SHIFTS}) s
        JOIN ledger_link k ON k.community_id = s.community_id AND k.series = s.series AND k.position > s.opened_position
            AND (s.state <> 'closed' OR k.position <= s.closed_position)
        JOIN ledger_entry e ON e.community_id = k.community_id AND e.id = k.entry_id
        JOIN (
            SELECT community_id, entry_id, by_id FROM payments_payment
            UNION ALL SELECT community_id, entry_id, by_id FROM refunds_voucher
        ) p ON p.community_id = k.community_id AND p.entry_id = k.entry_id
        WHERE e.business_date <> s.business_date OR NOT EXISTS (SELECT 1 FROM closing_shiftcashier c
            WHERE c.community_id = s.community_id AND c.shift_id = s.id AND c.user_id = p.by_id)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "drawers_counted",
        "交班",
        "每班的备用金加进出等于应有，实点减应有等于差额，差额已入账，下一班从上一班留下的数开始",
        f"""
        WITH shifts AS MATERIALIZED ({_SHIFTS}), cash AS MATERIALIZED ({_CASH}), told AS (
            SELECT s.community_id, s.id AS shift_id, s.state, s.book_fen, s.float_fen, s.counted_fen, s.expected_fen, s.difference_fen,
                coalesce(sum(c.amount_fen) FILTER (WHERE c.position > s.opened_position
                    AND c.position <= s.closed_position), 0)::bigint AS moved_fen,
                coalesce(sum(c.amount_fen) FILTER (WHERE c.entry_id = s.opening_id), 0)::bigint AS opening_fen,
                coalesce(sum(c.amount_fen) FILTER (WHERE c.entry_id = s.ending_id), 0)::bigint AS ending_fen,
                (coalesce(s.left_fen, 0) + coalesce(sum(c.amount_fen) FILTER (WHERE c.position <= s.opened_position
                    AND c.position > coalesce(s.left_position, 0)), 0))::bigint AS left_fen
            FROM shifts s LEFT JOIN cash c ON c.community_id = s.community_id AND c.series = s.series
            GROUP BY s.community_id, s.id, s.state, s.book_fen, s.float_fen, s.counted_fen, s.expected_fen,
                s.difference_fen, s.left_fen, s.left_position
        )
        SELECT community_id, shift_id, book_fen, left_fen, float_fen, moved_fen, expected_fen, counted_fen, difference_fen
        FROM told
        WHERE book_fen <> left_fen OR float_fen <> book_fen + opening_fen OR (state = 'closed' AND
            (counted_fen, counted_fen - expected_fen, ending_fen)
                IS DISTINCT FROM (book_fen + moved_fen, difference_fen, difference_fen))
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "deposits_posted",
        "日结",
        "每张缴款单等于各收银台缴出的合计，逐张面额相符，并从库存现金转入银行存款",
        """
        SELECT d.community_id, d.id AS deposit_id, d.amount_fen, p.parts_fen, p.pieces_fen, p.cash_fen, p.bank_fen
        FROM closing_deposit d
        LEFT JOIN (
            SELECT p.community_id, p.deposit_id, sum(p.amount_fen)::bigint AS parts_fen,
                sum((SELECT sum(n.key::bigint * n.value::bigint) FROM jsonb_each_text(p.notes) n))::bigint AS pieces_fen,
                sum(l.cash_fen)::bigint AS cash_fen, sum(l.bank_fen)::bigint AS bank_fen,
                bool_and(e.series = 'desk ' || p.desk_id) AS at_home
            FROM closing_depositpart p
            JOIN ledger_entry e ON e.community_id = p.community_id AND e.id = p.entry_id AND e.kind = 'deposit'
            JOIN (
                SELECT community_id, entry_id, sum(amount_fen) FILTER (WHERE account = 1001) AS cash_fen,
                    sum(amount_fen) FILTER (WHERE account = 1002) AS bank_fen
                FROM ledger_entryline GROUP BY 1, 2
            ) l ON l.community_id = p.community_id AND l.entry_id = p.entry_id
            GROUP BY p.community_id, p.deposit_id
        ) p ON p.community_id = d.community_id AND p.deposit_id = d.id
        WHERE (d.amount_fen, d.amount_fen, d.amount_fen, d.amount_fen, true)
            IS DISTINCT FROM (p.parts_fen, p.pieces_fen, -p.cash_fen, p.bank_fen, p.at_home)
        """,
    ),
    Check(
        "days_reported",
        "L10",
        "日结单上印的每条链的末环，仍是那条链上的那一环",
        """
        SELECT d.community_id, d.id AS day_close_id, h->>'series' AS series, (h->>'position')::bigint AS position
        FROM closing_dayclose d CROSS JOIN jsonb_array_elements(d.heads) h
        WHERE NOT EXISTS (SELECT 1 FROM ledger_link k WHERE k.community_id = d.community_id
            AND k.series = h->>'series' AND k.position = (h->>'position')::bigint AND encode(k.hash, 'hex') = h->>'hash')
        """,
    ),
    Check(
        "two_names",
        "复核",
        "交班、缴存、日结、重开各有两个人签名，重开都有经批准的申请",
        """
        SELECT community_id, 'closing_handover' AS "table", id FROM closing_handover WHERE by_id = received_by_id
        UNION ALL SELECT community_id, 'closing_deposit', id FROM closing_deposit WHERE by_id = witness_id
        UNION ALL SELECT community_id, 'closing_dayclose', id FROM closing_dayclose WHERE by_id = witness_id
        UNION ALL SELECT r.community_id, 'ledger_reopening', r.id FROM ledger_reopening r
        WHERE r.asked_by_id = r.approved_by_id OR NOT EXISTS (SELECT 1 FROM closing_reopeningrequest q
            WHERE q.community_id = r.community_id AND q.closed_day_id = r.closed_day_id AND q.state = 'approved'
                AND q.asked_by_id = r.asked_by_id AND q.decided_by_id = r.approved_by_id)
        """,
    ),
)
