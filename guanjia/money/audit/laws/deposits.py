"""What holds of deposits held for others."""

from guanjia.money.audit.check import Check
from guanjia.money.ledger.chart import Account

LAWS = (
    Check(
        "deposits_match",
        "L5",
        "每笔押金由收取或期初的一次进款开始，余额等于它的进出之和，在零与原额之间；逐笔分录逐户与押金科目一致",
        f"""
        SELECT community_id, 'deposits_helddeposit' AS "table", id, balance_fen, moved_fen
        FROM (
            SELECT h.community_id, h.id, h.amount_fen, h.balance_fen, coalesce(sum(m.amount_fen), 0)::bigint AS moved_fen,
                count(m.id) FILTER (WHERE m.kind IN ('taken', 'opening')) AS begun,
                sum(m.amount_fen) FILTER (WHERE m.kind IN ('taken', 'opening') AND m.entry_id = h.entry_id) AS begun_fen
            FROM deposits_helddeposit h
            LEFT JOIN deposits_depositmovement m ON m.community_id = h.community_id AND m.held_id = h.id
            GROUP BY h.community_id, h.id, h.amount_fen, h.balance_fen
        ) h
        WHERE balance_fen <> moved_fen OR balance_fen NOT BETWEEN 0 AND amount_fen OR begun <> 1
            OR begun_fen IS DISTINCT FROM amount_fen
        UNION ALL
        SELECT community_id, 'ledger_entry', entry_id, sum(moved)::bigint, sum(ledger)::bigint
        FROM (
            SELECT m.community_id, m.entry_id, h.unit_id, m.amount_fen AS moved, 0 AS ledger
            FROM deposits_depositmovement m
            JOIN deposits_helddeposit h ON h.community_id = m.community_id AND h.id = m.held_id
            UNION ALL
            SELECT community_id, entry_id, unit_id, 0, -amount_fen FROM ledger_entryline
            WHERE account = {Account.DEPOSITS_HELD}
        ) both_sides
        GROUP BY community_id, entry_id, unit_id HAVING sum(moved) <> sum(ledger)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "deposits_reversed",
        "L3",
        "红冲收取押金的分录，把它收的每一笔押金全数冲回；冲回只凭红冲的分录，退还、扣款只凭退款的分录",
        """
        SELECT m.community_id, m.held_id, e.reverses_id AS entry_id, sum(m.amount_fen)::bigint AS left_fen
        FROM ledger_entry e
        JOIN deposits_depositmovement m ON m.community_id = e.community_id AND m.entry_id IN (e.id, e.reverses_id)
        WHERE e.reverses_id IS NOT NULL
        GROUP BY m.community_id, m.held_id, e.reverses_id HAVING sum(m.amount_fen) <> 0
        UNION ALL
        SELECT m.community_id, m.held_id, m.entry_id, m.amount_fen
        FROM deposits_depositmovement m
        JOIN ledger_entry e ON e.community_id = m.community_id AND e.id = m.entry_id
        WHERE (m.kind = 'reversed') <> (e.kind = 'reversal') OR (m.kind = 'opening') <> (e.kind = 'opening')
            OR (m.kind = 'taken') <> (e.kind = 'payment') OR (m.kind IN ('refunded', 'deducted')) <> (e.kind = 'refund')
        """,
    ),
)
