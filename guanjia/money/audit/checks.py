"""The invariants of money, recomputed from the tables alone: what the guards keep, seen without their help.

Each check is one statement over the whole of the books that returns the rows which break it. Two laws leave no
trace to be read again: that lines came in their entry's transaction (L2), and that nothing was ever changed
and changed back (L3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from django.apps import apps

from guanjia.accounts.models import Community
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.money import LIMIT_FEN, Rounding
from guanjia.money.audit.books import Row
from guanjia.money.audit.check import Check
from guanjia.money.audit.reductions import REDUCTIONS
from guanjia.money.bills.actions.reductions import VERBS
from guanjia.money.payments.rules import METHOD_ACCOUNTS
from guanjia.money.tariffs.rules import amount_fen


def _amount_differs(bill: Row) -> bool:
    exact = amount_fen(
        quantity=bill["quantity"],
        unit_price=bill["unit_price"],
        addition_fen=bill["addition_fen"],
        length=bill["months"] + Fraction(bill["part_days"], bill["part_base"]),
        rounding=Rounding(bill["rounding"]),
    )
    return bool(exact != bill["amount_fen"])


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


_METHOD_ACCOUNTS = ", ".join(
    f"('{method}', {account})" for method, account in METHOD_ACCOUNTS.items()
)
_VERBS = ", ".join(f"('{kind}', '{verb}')" for kind, verb in VERBS.items())

CHECKS = (
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
        UNION ALL SELECT community_id, 'payments_allocation', id, amount_fen FROM payments_allocation
            WHERE amount_fen NOT BETWEEN 1 AND {LIMIT_FEN}
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "entries_explained",
        "L1",
        "每笔出账分录有它的出账批次，每笔收款分录有它的收款记录，各一份；每笔减免分录有它的减免记录",
        """
        SELECT e.community_id, e.id AS entry_id, e.kind, r.found AS runs, p.found AS payments, a.found AS adjustments
        FROM ledger_entry e
        LEFT JOIN (SELECT community_id, entry_id, count(*) AS found FROM bills_billrun GROUP BY 1, 2) r
            ON r.community_id = e.community_id AND r.entry_id = e.id
        LEFT JOIN (SELECT community_id, entry_id, count(*) AS found FROM payments_payment GROUP BY 1, 2) p
            ON p.community_id = e.community_id AND p.entry_id = e.id
        LEFT JOIN (SELECT community_id, entry_id, count(*) AS found FROM bills_adjustment GROUP BY 1, 2) a
            ON a.community_id = e.community_id AND a.entry_id = e.id
        WHERE coalesce(r.found, 0) <> (e.kind = 'bills')::int OR coalesce(p.found, 0) <> (e.kind = 'payment')::int
            OR (e.kind = 'adjustment' AND a.found IS NULL) OR (a.found > 0 AND e.kind NOT IN ('adjustment', 'bills'))
        """,
    ),
    Check(
        "runs_posted",
        "L5",
        "每批出账的张数、合计与它的账单和分录一致，账单都属于该批的项目和月份",
        """
        SELECT r.community_id, r.id AS run_id, r.bill_count, b.found AS bills, r.total_fen, b.fen AS bills_fen,
            l.fen AS posted_fen
        FROM bills_billrun r
        LEFT JOIN (
            SELECT b.community_id, b.run_id, count(*) AS found, sum(b.amount_fen)::bigint AS fen,
                bool_and(b.item_id = r.item_id AND date_trunc('month', b.period_first) = r.month) AS fits
            FROM bills_bill b JOIN bills_billrun r ON r.community_id = b.community_id AND r.id = b.run_id
            GROUP BY b.community_id, b.run_id
        ) b ON b.community_id = r.community_id AND b.run_id = r.id
        LEFT JOIN (
            SELECT community_id, entry_id, sum(amount_fen)::bigint AS fen FROM ledger_entryline
            WHERE account = 1122 GROUP BY community_id, entry_id
        ) l ON l.community_id = r.community_id AND l.entry_id = r.entry_id
        LEFT JOIN (
            SELECT community_id, entry_id, sum(amount_fen)::bigint AS fen FROM bills_adjustment GROUP BY 1, 2
        ) a ON a.community_id = r.community_id AND a.entry_id = r.entry_id
        WHERE (r.bill_count, r.total_fen, r.total_fen, true)
            IS DISTINCT FROM (b.found, b.fen, l.fen + coalesce(a.fen, 0), b.fits)
        """,
    ),
    Check(
        "payments_posted",
        "L5",
        "每笔收款等于它冲抵的账单之和，并按收款方式记入应记的科目和营业日",
        f"""
        SELECT p.community_id, p.id AS payment_id, p.amount_fen, a.fen AS allocated_fen, l.taken_fen, l.settled_fen
        FROM payments_payment p
        LEFT JOIN (SELECT community_id, payment_id, sum(amount_fen)::bigint AS fen FROM payments_allocation GROUP BY 1, 2) a
            ON a.community_id = p.community_id AND a.payment_id = p.id
        LEFT JOIN (
            SELECT p.community_id, p.id, sum(l.amount_fen) FILTER (WHERE l.account = m.account)::bigint AS taken_fen,
                -sum(l.amount_fen) FILTER (WHERE l.account = 1122)::bigint AS settled_fen,
                bool_and(e.business_date = p.business_date) AS same_day
            FROM payments_payment p
            JOIN (VALUES {_METHOD_ACCOUNTS}) AS m(method, account) ON m.method = p.method
            JOIN ledger_entry e ON e.community_id = p.community_id AND e.id = p.entry_id
            JOIN ledger_entryline l ON l.community_id = p.community_id AND l.entry_id = p.entry_id
            GROUP BY p.community_id, p.id
        ) l ON l.community_id = p.community_id AND l.id = p.id
        WHERE (p.amount_fen, p.amount_fen, p.amount_fen, true)
            IS DISTINCT FROM (a.fen, l.taken_fen, l.settled_fen, l.same_day)
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "bills_paid",
        "L5",
        "每张账单的已收等于各笔收款冲抵它的合计，且不超过减免后的应收",
        """
        SELECT b.community_id, b.id AS bill_id, b.amount_fen, b.paid_fen, coalesce(a.fen, 0) AS allocated_fen
        FROM bills_bill b
        LEFT JOIN (SELECT community_id, bill_id, sum(amount_fen)::bigint AS fen FROM payments_allocation GROUP BY 1, 2) a
            ON a.community_id = b.community_id AND a.bill_id = b.id
        WHERE b.paid_fen <> coalesce(a.fen, 0) OR b.paid_fen NOT BETWEEN 0 AND b.amount_fen - b.reduced_fen
        """,
    ),
    Check(
        "receivables_match",
        "L5",
        "每户应收账款余额等于该户未缴账单合计",
        """
        SELECT community_id, unit_id, sum(ledger)::bigint AS ledger_fen, sum(open)::bigint AS open_fen
        FROM (
            SELECT community_id, unit_id, amount_fen AS ledger, 0 AS open FROM ledger_entryline WHERE account = 1122
            UNION ALL SELECT community_id, unit_id, 0, amount_fen - reduced_fen - paid_fen FROM bills_bill
        ) both_sides
        GROUP BY community_id, unit_id HAVING sum(ledger) <> sum(open)
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
        "每个收银台的收据从首号到末号一张不缺、一号不重、没有号外",
        """
        SELECT d.community_id, d.id AS desk_id, n.number, count(r.id) AS receipts
        FROM payments_desk d
        CROSS JOIN LATERAL (
            SELECT generate_series(d.first_number, d.last_number) AS number
            UNION SELECT number FROM payments_receipt WHERE community_id = d.community_id AND desk_id = d.id
        ) n
        LEFT JOIN payments_receipt r
            ON r.community_id = d.community_id AND r.desk_id = d.id AND r.number = n.number
        GROUP BY d.community_id, d.id, n.number
        HAVING count(r.id) <> 1 OR n.number NOT BETWEEN d.first_number AND d.last_number
        """,
    ),
    Check(
        "keys_used",
        "L7",
        "每次收款提交对应一笔且只有一笔收款",
        """
        SELECT k.community_id, k.id AS request_key_id, k.scope, count(p.id) AS payments
        FROM ledger_requestkey k
        LEFT JOIN payments_payment p ON p.community_id = k.community_id AND p.request_key_id = k.id
        GROUP BY k.community_id, k.id HAVING count(p.id) <> (k.scope = 'payment.take')::int
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
        "日结之后，当天没有再入账",
        """
        SELECT e.community_id, e.id AS entry_id, e.business_date, e.posted_at, d.closed_at
        FROM ledger_entry e
        JOIN ledger_closedday d ON d.community_id = e.community_id AND d.business_date = e.business_date
        WHERE e.posted_at >= d.closed_at
        """,
    ),
    Check(
        "messages_queued",
        "L11",
        "每笔收款恰有一条待发或已发的通知",
        """
        SELECT p.community_id, p.id AS payment_id, count(o.id) AS messages
        FROM payments_payment p
        LEFT JOIN records_outboxmessage o ON o.community_id = p.community_id
            AND o.topic = 'payment.taken' AND (o.payload->>'payment')::bigint = p.id
        GROUP BY p.community_id, p.id HAVING count(o.id) <> 1
        """,
    ),
    Check(
        "acts_journalled",
        "日志",
        "每笔收款、每批出账、每笔手工减免在操作日志里恰有一条",
        f"""
        SELECT a.community_id, a.subject, a.id, count(j.id) AS journal_rows
        FROM (
            SELECT community_id, 'payments.payment' AS subject, id, 'payment.take' AS action FROM payments_payment
            UNION ALL SELECT community_id, 'bills.billrun', id, 'bills.issue' FROM bills_billrun
            UNION ALL SELECT a.community_id, 'bills.adjustment', a.id, v.action
            FROM bills_adjustment a JOIN (VALUES {_VERBS}) AS v(kind, action) ON v.kind = a.kind
            WHERE NOT EXISTS (SELECT 1 FROM bills_billrun r
                WHERE r.community_id = a.community_id AND r.entry_id = a.entry_id)
        ) a
        LEFT JOIN records_journalentry j ON j.community_id = a.community_id
            AND j.subject = a.subject AND j.subject_id = a.id AND j.action = a.action
        GROUP BY a.community_id, a.subject, a.id HAVING count(j.id) <> 1
        """,  # noqa: S608 - put together from constants
    ),
    Check(
        "bills_computed",
        "计费",
        "每张账单的金额可由它留存的标准、数量和时长重新算出，一分不差",
        """
        SELECT b.community_id, b.id AS bill_id, b.amount_fen, b.quantity, b.months, b.part_days, b.part_base,
            v.unit_price, v.addition_fen, v.rounding
        FROM bills_bill b
        JOIN tariffs_tariffversion v ON v.community_id = b.community_id AND v.id = b.tariff_version_id
        """,
        _amount_differs,
    ),
    Check(
        "tariffs_fit",
        "计费",
        "房屋和账单所用的收费标准属于同一收费项目，且是出账时已发布、在账期首日有效的那一版",
        """
        SELECT u.community_id, 'tariffs_unittariff' AS "table", u.id, u.item_id, t.item_id AS tariff_item_id
        FROM tariffs_unittariff u JOIN tariffs_tariff t ON t.community_id = u.community_id AND t.id = u.tariff_id
        WHERE u.item_id <> t.item_id
        UNION ALL
        SELECT b.community_id, 'bills_bill', b.id, b.item_id, t.item_id
        FROM bills_bill b
        JOIN tariffs_tariffversion v ON v.community_id = b.community_id AND v.id = b.tariff_version_id
        JOIN tariffs_tariff t ON t.community_id = v.community_id AND t.id = v.tariff_id
        JOIN bills_billrun r ON r.community_id = b.community_id AND r.id = b.run_id
        WHERE b.item_id <> t.item_id OR v.effective_from > b.period_first
            OR EXISTS (SELECT 1 FROM tariffs_tariffversion w
                WHERE w.community_id = v.community_id AND w.tariff_id = v.tariff_id AND w.made_at < r.at
                AND w.effective_from > v.effective_from AND w.effective_from <= b.period_first)
        """,
    ),
    Check(
        "periods_apart",
        "计费",
        "同一户同一项目的账期互不重叠，撤销的账单不算",
        """
        SELECT community_id, unit_id, item_id, id AS bill_id, period_last, next_first
        FROM (
            SELECT *, lead(period_first) OVER (PARTITION BY community_id, unit_id, item_id ORDER BY period_first, id)
                AS next_first
            FROM bills_bill WHERE run_id IS NOT NULL AND NOT is_cancelled
        ) b
        WHERE period_last >= next_first
        """,
    ),
    Check(
        "communities_apart", "隔离", "没有一行数据指向别的项目，或指向不存在的数据", _strangers()
    ),
    *REDUCTIONS,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many rows break its law, and the first of them."""

    check: Check
    count: int
    first: list[Row]


SHOWN = 20


def audit(community: Community | None) -> Iterator[Verdict]:
    """Run every check over one community's books, or all; call it inside a transaction."""
    for check in CHECKS:
        count, first = 0, []
        for row in check.faults(community):
            count += 1
            if count <= SHOWN:
                first.append(row)
        yield Verdict(check, count, first)
