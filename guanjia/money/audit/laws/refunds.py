"""What holds of prepayments moved to another unit, and of money given back."""

from guanjia.money.audit.check import Check
from guanjia.money.ledger.chart import Account
from guanjia.money.payments.rules import METHOD_ACCOUNTS
from guanjia.money.refunds.rules import WAYS

_WAYS = ", ".join(f"('{way}', {METHOD_ACCOUNTS[way]})" for way in WAYS)

LAWS = (
    Check(
        "transfers_whole",
        "L5",
        "每次预存转户，转出与转入各一笔，金额相等、同一个人的钱，没有别的进出",
        """
        SELECT t.community_id, t.id AS transfer_id, t.amount_fen, m.out_fen, m.in_fen, m.moves
        FROM prepayments_transfer t
        JOIN prepayments_prepayment a ON a.community_id = t.community_id AND a.id = t.source_id
        JOIN prepayments_prepayment b ON b.community_id = t.community_id AND b.id = t.target_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS moves, coalesce(sum(-m.amount_fen) FILTER (WHERE m.prepayment_id = t.source_id), 0)::bigint AS out_fen,
                coalesce(sum(m.amount_fen) FILTER (WHERE m.prepayment_id = t.target_id), 0)::bigint AS in_fen
            FROM prepayments_movement m WHERE m.community_id = t.community_id AND m.entry_id = t.entry_id
        ) m
        WHERE (m.moves, m.out_fen, m.in_fen) <> (2, t.amount_fen, t.amount_fen) OR a.party_id IS DISTINCT FROM b.party_id
            OR a.unit_id = b.unit_id
        """,
    ),
    Check(
        "refunds_held",
        "L5",
        "每份预存、每笔押金里冻结的，等于待批准和待付款的退款之和，不超过余额",
        """
        SELECT p.community_id, p.kind AS "table", p.id, p.balance_fen, p.held_fen, coalesce(r.fen, 0)::bigint AS asked_fen
        FROM (
            SELECT community_id, 'prepayments_prepayment' AS kind, id, balance_fen, held_fen FROM prepayments_prepayment
            UNION ALL SELECT community_id, 'deposits_helddeposit', id, balance_fen, held_fen FROM deposits_helddeposit
        ) p
        LEFT JOIN (
            SELECT community_id, CASE WHEN deposit_id IS NULL THEN 'prepayments_prepayment' ELSE 'deposits_helddeposit' END AS kind,
                coalesce(deposit_id, prepayment_id) AS id, sum(amount_fen)::bigint AS fen
            FROM refunds_refund WHERE state IN ('requested', 'approved') GROUP BY 1, 2, 3
        ) r ON r.community_id = p.community_id AND r.kind = p.kind AND r.id = p.id
        WHERE p.held_fen <> coalesce(r.fen, 0) OR p.held_fen > greatest(p.balance_fen, 0)
        """,
    ),
    Check(
        "refunds_posted",
        "L5",
        "已付的退款各有一张退款凭证，没付的没有；金额、方式、营业日与分录一致，从该户预收或押金账款付出，扣款记入收入或代收，现金出自收银台",
        f"""
        SELECT r.community_id, r.id AS refund_id, r.state, v.id AS voucher_id, r.amount_fen, r.deducted_fen, v.amount_fen AS paid_fen,
            l.owed_fen, l.out_fen, m.moved_fen, m.kept_fen
        FROM refunds_refund r
        LEFT JOIN refunds_voucher v ON v.community_id = r.community_id AND v.refund_id = r.id
        LEFT JOIN ledger_entry e ON e.community_id = v.community_id AND e.id = v.entry_id
        LEFT JOIN prepayments_prepayment p ON p.community_id = r.community_id AND p.id = r.prepayment_id
        LEFT JOIN deposits_helddeposit h ON h.community_id = r.community_id AND h.id = r.deposit_id
        JOIN (VALUES {_WAYS}) AS w(method, account) ON w.method = r.method
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount_fen) FILTER (WHERE unit_id = coalesce(p.unit_id, h.unit_id)
                    AND account = CASE WHEN h.id IS NULL THEN {Account.PREPAID} ELSE {Account.DEPOSITS_HELD} END), 0)::bigint AS owed_fen,
                coalesce(-sum(amount_fen) FILTER (WHERE account = w.account), 0)::bigint AS out_fen
            FROM ledger_entryline WHERE community_id = v.community_id AND entry_id = v.entry_id
        ) l ON true
        LEFT JOIN LATERAL (
            SELECT coalesce(-sum(amount_fen), 0)::bigint AS moved_fen,
                coalesce(-sum(amount_fen) FILTER (WHERE kind = 'deducted'), 0)::bigint AS kept_fen
            FROM (
                SELECT 'refunded' AS kind, amount_fen FROM prepayments_movement
                WHERE community_id = v.community_id AND entry_id = v.entry_id AND prepayment_id = r.prepayment_id
                UNION ALL SELECT kind, amount_fen FROM deposits_depositmovement
                WHERE community_id = v.community_id AND entry_id = v.entry_id AND held_id = r.deposit_id
            ) moves
        ) m ON true
        WHERE (r.state = 'paid') <> (v.id IS NOT NULL) OR v.id IS NOT NULL AND (
            (v.amount_fen, l.owed_fen, l.out_fen, m.moved_fen, m.kept_fen) <> (r.amount_fen - r.deducted_fen, r.amount_fen,
                r.amount_fen - r.deducted_fen, r.amount_fen, r.deducted_fen)
            OR (e.kind, e.business_date, e.series) IS DISTINCT FROM ('refund', v.business_date,
                CASE WHEN v.desk_id IS NULL THEN 'office' ELSE 'desk ' || v.desk_id END)
            OR (v.desk_id IS NOT NULL) <> (r.method = 'cash'))
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "deductions_booked",
        "L5",
        "退押金的每笔扣款有项目和原因，合计等于退款上写的扣款，有客户同意的依据；付款时记入项目的收入，代收项目记入代收",
        f"""
        SELECT r.community_id, r.id AS refund_id, r.deducted_fen, d.fen AS lines_fen, d.agency_fen, l.income_fen, l.owed_on_fen
        FROM refunds_refund r
        LEFT JOIN refunds_voucher v ON v.community_id = r.community_id AND v.refund_id = r.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(d.amount_fen), 0)::bigint AS fen,
                coalesce(sum(d.amount_fen) FILTER (WHERE i.is_agency), 0)::bigint AS agency_fen
            FROM refunds_deduction d JOIN tariffs_chargeitem i ON i.community_id = d.community_id AND i.id = d.item_id
            WHERE d.community_id = r.community_id AND d.refund_id = r.id
        ) d
        CROSS JOIN LATERAL (
            SELECT coalesce(-sum(amount_fen) FILTER (WHERE account = {Account.SERVICE_INCOME}), 0)::bigint AS income_fen,
                coalesce(-sum(amount_fen) FILTER (WHERE account = {Account.AGENCY_PAYABLE}), 0)::bigint AS owed_on_fen
            FROM ledger_entryline WHERE community_id = v.community_id AND entry_id = v.entry_id
        ) l
        WHERE d.fen <> r.deducted_fen OR r.deducted_fen > 0 AND (r.deposit_id IS NULL OR r.consent = '' OR r.deducted_fen > r.amount_fen)
            OR v.id IS NOT NULL AND (l.income_fen, l.owed_on_fen) <> (d.fen - d.agency_fen, d.agency_fen)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "refunds_by_three",
        "复核",
        "每笔退款由一人申请、另一人批准、第三人付款，先后有序，凭原收据或本人声明",
        """
        SELECT r.community_id, r.id AS refund_id, r.state, r.requested_by_id, r.decided_by_id, v.by_id AS paid_by_id
        FROM refunds_refund r
        LEFT JOIN refunds_voucher v ON v.community_id = r.community_id AND v.refund_id = r.id
        WHERE r.decided_by_id = r.requested_by_id OR r.decided_at < r.requested_at
            OR r.state IN ('approved', 'paid', 'refused') AND (r.decided_by_id IS NULL OR r.decided_at IS NULL)
            OR v.by_id IN (r.requested_by_id, r.decided_by_id) OR v.at < r.decided_at
            OR r.receipts = '' AND (r.loss = '' OR NOT r.payee_is_owner OR r.identity_tail = '')
            OR NOT r.payee_is_owner AND (r.payee_why = '' OR r.identity_tail = '')
        """,
    ),
    Check(
        "vouchers_gapless",
        "L6",
        "退款凭证从 1 号起一张不缺、一号不重",
        """
        SELECT s.community_id, n.number, count(v.id) AS vouchers
        FROM records_numberseries s
        CROSS JOIN LATERAL (
            SELECT generate_series(1, s.last_no) AS number
            UNION SELECT number FROM refunds_voucher WHERE community_id = s.community_id
        ) n
        LEFT JOIN refunds_voucher v ON v.community_id = s.community_id AND v.number = n.number
        WHERE s.kind = 'refund_voucher' AND s.prefix = ''
        GROUP BY s.community_id, n.number, s.last_no HAVING count(v.id) <> 1 OR n.number > s.last_no
        """,
    ),
)
