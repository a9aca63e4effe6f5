"""What holds of invoices and what the tax platform issued for them."""

from guanjia.money.audit.check import Check

LAWS = (
    Check(
        "invoices_within_receipts",
        "发票",
        "每张收据开了票和在办的，不超过它收的收入，也不重复；作废或红冲的收据没有有效的发票",
        """
        SELECT community_id, receipt_id, total_fen, claimed_fen, income_fen, standing_fen, standing, taken_back
        FROM (
            SELECT r.community_id, r.id AS receipt_id, i.total_fen, i.claimed_fen, coalesce(a.fen, 0)::bigint AS income_fen,
                coalesce(l.fen, 0)::bigint AS standing_fen, coalesce(l.standing, 0) AS standing, v.id IS NOT NULL AS taken_back
            FROM payments_receipt r
            JOIN (SELECT community_id, receipt_id FROM invoices_invoiceable
                UNION SELECT community_id, receipt_id FROM invoices_invoiceline) k
                ON k.community_id = r.community_id AND k.receipt_id = r.id
            LEFT JOIN invoices_invoiceable i ON i.community_id = r.community_id AND i.receipt_id = r.id
            LEFT JOIN payments_reversal v ON v.community_id = r.community_id AND v.payment_id = r.payment_id
            LEFT JOIN LATERAL (
                SELECT sum(a.amount_fen) AS fen FROM payments_allocation a
                JOIN bills_bill b ON b.community_id = a.community_id AND b.id = a.bill_id
                JOIN tariffs_chargeitem c ON c.community_id = b.community_id AND c.id = b.item_id
                WHERE a.community_id = r.community_id AND a.payment_id = r.payment_id AND a.amount_fen > 0 AND NOT c.is_agency
            ) a ON true
            LEFT JOIN LATERAL (
                SELECT sum(l.amount_fen) AS fen, count(*) AS standing FROM invoices_invoiceline l
                JOIN invoices_invoice n ON n.community_id = l.community_id AND n.id = l.invoice_id
                WHERE l.community_id = r.community_id AND l.receipt_id = r.id AND n.state IN ('requested', 'recorded')
            ) l ON true
        ) s
        WHERE (total_fen, claimed_fen) IS DISTINCT FROM (income_fen, standing_fen) OR claimed_fen > total_fen
            OR taken_back AND standing > 0
        """,
    ),
    Check(
        "invoices_whole",
        "发票",
        "每张发票的金额等于它各张收据的合计，收据都是同一个缴款人的",
        """
        SELECT n.community_id, n.id AS invoice_id, n.amount_fen, coalesce(sum(l.amount_fen), 0)::bigint AS lines_fen
        FROM invoices_invoice n
        LEFT JOIN invoices_invoiceline l ON l.community_id = n.community_id AND l.invoice_id = n.id
        LEFT JOIN payments_receipt r ON r.community_id = l.community_id AND r.id = l.receipt_id
        LEFT JOIN payments_payment p ON p.community_id = r.community_id AND p.id = r.payment_id
        GROUP BY n.community_id, n.id
        HAVING coalesce(sum(l.amount_fen), 0) <> n.amount_fen OR bool_or(p.payer_name IS DISTINCT FROM n.payer_name)
        """,
    ),
    Check(
        "invoices_issued",
        "发票",
        "已开的发票各有一张蓝字数电票，已红冲的另有一张红字的，金额相抵、日期在后；其余的没有",
        """
        SELECT n.community_id, n.id AS invoice_id, n.state, n.amount_fen, d.issued, d.blue_fen, d.red_fen
        FROM invoices_invoice n
        LEFT JOIN LATERAL (
            SELECT coalesce(string_agg(d.colour, ' ' ORDER BY d.colour), '') AS issued,
                sum(d.amount_fen) FILTER (WHERE d.colour = 'blue')::bigint AS blue_fen,
                sum(d.amount_fen) FILTER (WHERE d.colour = 'red')::bigint AS red_fen,
                min(d.issued_on) FILTER (WHERE d.colour = 'red') < max(d.issued_on) FILTER (WHERE d.colour = 'blue') AS early
            FROM invoices_document d WHERE d.community_id = n.community_id AND d.invoice_id = n.id
        ) d ON true
        WHERE d.issued <> CASE n.state WHEN 'recorded' THEN 'blue' WHEN 'reversed' THEN 'blue red' ELSE '' END
            OR d.blue_fen <> n.amount_fen OR d.red_fen <> -n.amount_fen OR d.early
        """,
    ),
    Check(
        "invoice_numbers_once",
        "发票",
        "同一销售方的数电票号码都是 20 位数字，一号不重",
        """
        SELECT d.community_id, d.id AS document_id, d.number
        FROM invoices_document d JOIN accounts_community c ON c.id = d.community_id
        WHERE d.number !~ '^[0-9]{20}$' OR EXISTS (
            SELECT 1 FROM invoices_document o JOIN accounts_community oc ON oc.id = o.community_id
            WHERE o.number = d.number AND oc.company_id = c.company_id AND (o.community_id, o.id) <> (d.community_id, d.id)
        )
        """,
    ),
)
