"""What holds of bills: their amounts, their prices, what was paid on them."""

import json
from fractions import Fraction

from guanjia.core.money import Rounding
from guanjia.money.audit.books import Row
from guanjia.money.audit.check import Check
from guanjia.money.tariffs.rules import amount_fen
from guanjia.money.tariffs.steps import Step, step_for


def _amount_differs(bill: Row) -> bool:
    steps = tuple(map(Step.of, json.loads(bill["steps"])))
    step = step_for(steps, floor=bill["floor"], tier=bill["tier"])
    if (step and step.unit_price) != bill["own_price"]:
        return True
    exact = amount_fen(
        quantity=bill["quantity"],
        unit_price=bill["unit_price"] if step is None else step.unit_price,
        addition_fen=bill["addition_fen"],
        length=bill["months"] + Fraction(bill["part_days"], bill["part_base"]),
        rounding=Rounding(bill["rounding"]),
    )
    return bool(exact != bill["amount_fen"])


LAWS = (
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
        "bills_computed",
        "计费",
        "每张账单的金额可由它留存的标准、楼层或类别、数量和时长重新算出，一分不差",
        """
        SELECT b.community_id, b.id AS bill_id, b.amount_fen, b.quantity, b.months, b.part_days, b.part_base,
            v.unit_price, v.addition_fen, v.rounding, v.steps::text AS steps, b.floor, b.tier, b.unit_price AS own_price
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
        "同一房屋同一项目的账期互不重叠，一户一价的同一户也不重叠，撤销的账单不算",
        """
        SELECT community_id, unit_id, item_id, id AS bill_id, period_last, next_first, next_of_household
        FROM (
            SELECT *,
                lead(period_first) OVER (PARTITION BY community_id, unit_id, item_id ORDER BY period_first, id)
                    AS next_first,
                CASE WHEN household_id IS NOT NULL THEN lead(period_first) OVER (
                    PARTITION BY community_id, household_id, item_id ORDER BY period_first, id) END AS next_of_household
            FROM bills_bill WHERE extra_id IS NULL AND NOT is_cancelled
        ) b
        WHERE period_last >= next_first OR period_last >= next_of_household
        """,
    ),
)
