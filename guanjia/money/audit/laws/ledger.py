"""What holds of every entry, whichever room posted it."""

from django.apps import apps

from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.money import LIMIT_FEN
from guanjia.money.audit.check import Check
from guanjia.money.bills.actions.reductions import VERBS


def _strangers() -> str:
    """Return the statement that finds every key that leads out of its community, or nowhere."""
    return " UNION ALL ".join(
        f"SELECT t.community_id, '{model._meta.db_table}.{field.column}' AS key, t.id::text AS id"  # noqa: S608 - names of our own tables
        f' FROM {model._meta.db_table} t WHERE t."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT 1'
        f" FROM {field.remote_field.model._meta.db_table} o"
        f' WHERE o.community_id = t.community_id AND o.id = t."{field.column}")'
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, CommunityForeignKey)
    )


def _reviewed(noun: str, model: str) -> str:
    """Return the steps of what one asks for and another approves, as the journal must have them."""
    steps = {
        "request": "true",
        "approve": "state IN ('approved', 'ended')",
        "refuse": "state = 'refused'",
        "withdraw": "state = 'withdrawn'",
        "end": "state = 'ended'",
    }
    return " ".join(
        f"UNION ALL SELECT community_id, 'discounts.{model}', id, '{noun}.{verb}' FROM discounts_{model} WHERE {taken}"  # noqa: S608
        for verb, taken in steps.items()
    )


_VERBS = ", ".join(f"('{kind}', '{verb}')" for kind, verb in VERBS.items())

LAWS = (
    Check(
        "entries_balance",
        "L1",
        "每笔分录至少两行，借贷相抵为零",
        """
        SELECT e.community_id, e.id AS entry_id, count(l.id) AS lines, coalesce(sum(l.amount_fen), 0)::bigint AS sum_fen
        FROM ledger_entry e
        LEFT JOIN ledger_entryline l ON l.community_id = e.community_id AND l.entry_id = e.id
        GROUP BY e.community_id, e.id HAVING count(l.id) < 2 OR sum(l.amount_fen) <> 0
        """,
    ),
    Check(
        "reversals_mirror",
        "L3",
        "红冲与原分录逐户逐科目相抵，一笔只冲一次",
        """
        SELECT l.community_id, p.original AS entry_id, l.account, l.unit_id, sum(l.amount_fen)::bigint AS left_fen
        FROM (
            SELECT community_id, reverses_id AS original, id AS part FROM ledger_entry WHERE reverses_id IS NOT NULL
            UNION ALL
            SELECT DISTINCT community_id, reverses_id, reverses_id FROM ledger_entry WHERE reverses_id IS NOT NULL
        ) p
        JOIN ledger_entryline l ON l.community_id = p.community_id AND l.entry_id = p.part
        GROUP BY l.community_id, p.original, l.account, l.unit_id HAVING sum(l.amount_fen) <> 0
        """,
    ),
    Check(
        "amounts_bounded",
        "L4",
        "金额不为零，也不超出上限",
        f"""
        SELECT community_id, 'ledger_entryline' AS "table", id, amount_fen FROM ledger_entryline
            WHERE amount_fen = 0 OR abs(amount_fen) > {LIMIT_FEN}
        UNION ALL SELECT community_id, 'bills_bill', id, amount_fen FROM bills_bill
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'bills_adjustment', id, amount_fen FROM bills_adjustment
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'payments_payment', id, amount_fen FROM payments_payment
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'payments_part', id, amount_fen FROM payments_part
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'payments_allocation', id, amount_fen FROM payments_allocation
            WHERE amount_fen = 0 OR abs(amount_fen) > {LIMIT_FEN}
        UNION ALL SELECT community_id, 'prepayments_movement', id, amount_fen FROM prepayments_movement
            WHERE amount_fen = 0 OR abs(amount_fen) > {LIMIT_FEN}
        UNION ALL SELECT community_id, 'deposits_helddeposit', id, amount_fen FROM deposits_helddeposit
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'deposits_depositmovement', id, amount_fen FROM deposits_depositmovement
            WHERE amount_fen = 0 OR abs(amount_fen) > {LIMIT_FEN}
        UNION ALL SELECT community_id, 'refunds_refund', id, amount_fen FROM refunds_refund
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        UNION ALL SELECT community_id, 'invoices_invoice', id, amount_fen FROM invoices_invoice
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "entries_explained",
        "L1",
        "每笔分录有且只有一份说明它的单据：出账批次、临时收费、收款、冲销、减免、预存转户、退款、期初、交班或缴存",
        """
        SELECT e.community_id, e.id AS entry_id, e.kind, count(d.kind) AS documents
        FROM ledger_entry e
        LEFT JOIN (
            SELECT community_id, entry_id, 'bills' AS kind FROM bills_billrun
            UNION ALL SELECT community_id, entry_id, 'bills' FROM bills_extracharge
            UNION ALL SELECT community_id, entry_id, 'payment' FROM payments_payment
            UNION ALL SELECT community_id, entry_id, 'reversal' FROM payments_reversal
            UNION ALL SELECT community_id, entry_id, 'opening' FROM bills_opening WHERE entry_id IS NOT NULL
            UNION ALL SELECT community_id, entry_id, 'reversal' FROM opening_withdrawal WHERE entry_id IS NOT NULL
            UNION ALL SELECT DISTINCT a.community_id, a.entry_id, 'adjustment' FROM bills_adjustment a
                JOIN ledger_entry e ON e.community_id = a.community_id AND e.id = a.entry_id AND e.kind NOT IN ('bills', 'reversal')
            UNION ALL SELECT community_id, entry_id, 'transfer' FROM prepayments_transfer
            UNION ALL SELECT community_id, entry_id, 'refund' FROM refunds_voucher
            UNION ALL SELECT community_id, opening_id, 'shift' FROM closing_shift WHERE opening_id IS NOT NULL
            UNION ALL SELECT community_id, entry_id, 'shift' FROM closing_handover WHERE entry_id IS NOT NULL
            UNION ALL SELECT community_id, entry_id, 'deposit' FROM closing_depositpart
        ) d ON d.community_id = e.community_id AND d.entry_id = e.id
        GROUP BY e.community_id, e.id HAVING count(d.kind) <> 1 OR min(d.kind) <> e.kind
        """,
    ),
    Check(
        "entries_chained",
        "L10",
        "每笔分录在它的序列里有一环，环环相扣：改动、抽掉或插入一笔都会断开",
        """
        SELECT e.community_id, e.id AS entry_id, e.series, k.position, k.nth, k.head
        FROM ledger_entry e
        LEFT JOIN (
            SELECT k.*, row_number() OVER w AS nth, h.position AS head,
                k.hash = sha256(coalesce(lag(k.hash) OVER w, '') || convert_to(concat_ws('|', e.id, e.kind,
                    e.business_date, coalesce(e.by_id, 0), coalesce(e.reverses_id, 0), l.words), 'UTF8'))
                AND (k.position < h.position OR k.hash = h.hash) AS sound
            FROM ledger_link k
            JOIN ledger_entry e ON e.community_id = k.community_id AND e.id = k.entry_id AND e.series = k.series
            JOIN ledger_head h ON h.community_id = k.community_id AND h.series = k.series
            LEFT JOIN (
                SELECT community_id, entry_id, string_agg(
                    concat_ws(':', id, account, amount_fen, coalesce(unit_id, 0)), ',' ORDER BY id) AS words
                FROM ledger_entryline GROUP BY community_id, entry_id
            ) l ON l.community_id = k.community_id AND l.entry_id = k.entry_id
            WINDOW w AS (PARTITION BY k.community_id, k.series ORDER BY k.position)
        ) k ON k.community_id = e.community_id AND k.entry_id = e.id
        WHERE (k.sound, k.position) IS DISTINCT FROM (true, k.nth) OR k.position > k.head
        """,
    ),
    Check(
        "days_closed",
        "L8",
        "日结之后，当天没有再入账，除非经批准重开；一天没有同时日结两次",
        """
        SELECT e.community_id, e.id AS entry_id, e.business_date, e.posted_at, d.closed_at
        FROM ledger_entry e
        JOIN ledger_closedday d ON d.community_id = e.community_id AND d.business_date = e.business_date
        LEFT JOIN ledger_reopening r ON r.community_id = d.community_id AND r.closed_day_id = d.id
        WHERE e.posted_at >= d.closed_at AND (r.id IS NULL OR e.posted_at < r.reopened_at)
        UNION ALL
        SELECT d.community_id, NULL, d.business_date, NULL, max(d.closed_at) FROM ledger_closedday d
        LEFT JOIN ledger_reopening r ON r.community_id = d.community_id AND r.closed_day_id = d.id
        WHERE r.id IS NULL GROUP BY d.community_id, d.business_date HAVING count(*) > 1
        """,
    ),
    Check(
        "keys_used",
        "L7",
        "每次提交对应一笔且只有一笔收款、临时收费、预存转户、退款申请、退款付款、减免申请或开票申请",
        """
        SELECT k.community_id, k.id AS request_key_id, k.scope, count(d.scope) AS documents
        FROM ledger_requestkey k
        LEFT JOIN (
            SELECT community_id, request_key_id, 'payment.take' AS scope FROM payments_payment
            UNION ALL SELECT community_id, request_key_id, 'charge.add' FROM bills_extracharge
            UNION ALL SELECT community_id, request_key_id, 'prepayment.transfer' FROM prepayments_transfer
            UNION ALL SELECT community_id, request_key_id, 'refund.request' FROM refunds_refund
            UNION ALL SELECT community_id, request_key_id, 'refund.pay' FROM refunds_voucher
            UNION ALL SELECT community_id, request_key_id, 'discount.request' FROM discounts_discountgrant
            UNION ALL SELECT community_id, request_key_id, 'invoice.request' FROM invoices_invoice
            UNION ALL SELECT community_id, request_key_id, 'cash.bank' FROM closing_deposit
                WHERE request_key_id IS NOT NULL
        ) d ON d.community_id = k.community_id AND d.request_key_id = k.id
        GROUP BY k.community_id, k.id HAVING count(d.scope) <> 1 OR min(d.scope) <> k.scope
        """,
    ),
    Check(
        "communities_apart", "隔离", "没有一行数据指向别的项目，或指向不存在的数据", _strangers()
    ),
    Check(
        "acts_journalled",
        "日志",
        "每笔收款、每次冲销、每批出账、每次交班、缴存与日结、每笔临时收费、每笔手工减免、每次预存转户、退款、减免和开票的每一步、每份期初的入账、签字与撤回在操作日志里恰有一条",
        f"""
        SELECT a.community_id, a.subject, a.id, count(j.id) AS journal_rows
        FROM (
            SELECT community_id, 'payments.payment' AS subject, id, 'payment.take' AS action FROM payments_payment
            UNION ALL SELECT community_id, 'bills.billrun', id, 'bills.issue' FROM bills_billrun
            UNION ALL SELECT community_id, 'bills.extracharge', id, 'charge.add' FROM bills_extracharge
            UNION ALL SELECT community_id, 'payments.reversal', id, 'payment.reverse' FROM payments_reversal
            UNION ALL SELECT community_id, 'prepayments.transfer', id, 'prepayment.transfer' FROM prepayments_transfer
            UNION ALL SELECT community_id, 'refunds.refund', id, 'refund.request' FROM refunds_refund
            UNION ALL SELECT community_id, 'refunds.refund', id, CASE state WHEN 'refused' THEN 'refund.refuse' ELSE 'refund.approve' END
                FROM refunds_refund WHERE decided_by_id IS NOT NULL
            UNION ALL SELECT community_id, 'refunds.refund', id, 'refund.withdraw' FROM refunds_refund WHERE state = 'withdrawn'
            UNION ALL SELECT community_id, 'refunds.voucher', id, 'refund.pay' FROM refunds_voucher
            {_reviewed("discount_rule", "discountrule")}
            {_reviewed("discount", "discountgrant")}
            UNION ALL SELECT community_id, 'invoices.invoice', id, 'invoice.request' FROM invoices_invoice
            UNION ALL SELECT community_id, 'invoices.invoice', id, CASE state WHEN 'rejected' THEN 'invoice.reject' ELSE 'invoice.withdraw' END
                FROM invoices_invoice WHERE ended_by_id IS NOT NULL
            UNION ALL SELECT community_id, 'invoices.invoice', invoice_id, CASE colour WHEN 'red' THEN 'invoice.reverse' ELSE 'invoice.record' END
                FROM invoices_document
            UNION ALL SELECT community_id, 'closing.shift', id, 'shift.open' FROM closing_shift
            UNION ALL SELECT community_id, 'closing.shift', shift_id, 'shift.hand_over' FROM closing_handover
            UNION ALL SELECT d.community_id, 'closing.deposit', d.id, 'cash.bank' FROM closing_deposit d
                WHERE NOT EXISTS (SELECT 1 FROM closing_dayclose c
                    WHERE c.community_id = d.community_id AND c.deposit_id = d.id)
            UNION ALL SELECT community_id, 'closing.dayclose', id, 'day.close' FROM closing_dayclose
            UNION ALL SELECT community_id, 'ledger.reopening', id, 'day.reopen' FROM ledger_reopening
            UNION ALL SELECT community_id, 'bills.opening', id, 'opening.post' FROM bills_opening
            UNION ALL SELECT community_id, 'opening.signature', id, 'opening.sign' FROM opening_signature
            UNION ALL SELECT community_id, 'opening.withdrawal', id, 'opening.withdraw' FROM opening_withdrawal
            UNION ALL SELECT a.community_id, 'bills.adjustment', a.id, v.action
            FROM bills_adjustment a JOIN (VALUES {_VERBS}) AS v(kind, action) ON v.kind = a.kind
            WHERE NOT EXISTS (SELECT 1 FROM bills_billrun r
                WHERE r.community_id = a.community_id AND r.entry_id = a.entry_id)
            AND NOT EXISTS (SELECT 1 FROM opening_withdrawal w
                WHERE w.community_id = a.community_id AND w.entry_id = a.entry_id)
        ) a
        LEFT JOIN records_journalentry j ON j.community_id = a.community_id
            AND j.subject = a.subject AND j.subject_id = a.id AND j.action = a.action
        GROUP BY a.community_id, a.subject, a.id, a.action HAVING count(j.id) <> 1
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "messages_queued",
        "L11",
        "每笔收款、每次冲销、每笔付出的退款、开票的申请、登记与红冲恰有一条待发或已发的通知",
        """
        SELECT d.community_id, d.topic, d.id, count(o.id) AS messages
        FROM (
            SELECT community_id, id, 'payment.taken' AS topic, 'payment' AS key FROM payments_payment
            UNION ALL SELECT community_id, id, 'payment.reversed', 'reversal' FROM payments_reversal
            UNION ALL SELECT community_id, refund_id, 'refund.paid', 'refund' FROM refunds_voucher
            UNION ALL SELECT community_id, id, 'invoice.requested', 'invoice' FROM invoices_invoice
            UNION ALL SELECT community_id, invoice_id, CASE colour WHEN 'red' THEN 'invoice.reversed' ELSE 'invoice.recorded' END,
                'invoice' FROM invoices_document
        ) d
        LEFT JOIN records_outboxmessage o ON o.community_id = d.community_id
            AND o.topic = d.topic AND (o.payload->>d.key)::bigint = d.id
        GROUP BY d.community_id, d.topic, d.id HAVING count(o.id) <> 1
        """,
    ),
)
