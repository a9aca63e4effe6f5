"""An invoice moves by its table, takes what its receipts have left once, and nothing issued is ever changed or left out.

A receipt on which an invoice stands is not taken back, whoever comes first: both lock its payment.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.invoices_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE before public.invoices_invoice;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an invoice stays' USING ERRCODE = 'restrict_violation';
    END IF;
    before := OLD;
    OLD.state := NEW.state;
    OLD.ended_at := NEW.ended_at;
    OLD.ended_by_id := NEW.ended_by_id;
    OLD.ending := NEW.ending;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'what an invoice was asked for stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (before.state, NEW.state) NOT IN (('requested', 'recorded'), ('requested', 'rejected'),
            ('requested', 'withdrawn'), ('recorded', 'reversed')) THEN
        RAISE EXCEPTION 'no invoice goes from % to %', before.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_moves';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.invoices_begin_requested() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'an invoice begins as a request'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_moves';
    END IF;
    RETURN NEW;
END $$;

-- Looked at when the transaction ends: the lines come after their invoice, and what was issued after its state.
CREATE FUNCTION public.invoices_check_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    invoice public.invoices_invoice;
    fen bigint;
    issued text;
BEGIN
    IF TG_TABLE_NAME = 'invoices_invoice' THEN
        SELECT * INTO invoice FROM public.invoices_invoice i WHERE i.community_id = NEW.community_id AND i.id = NEW.id;
    ELSE
        SELECT * INTO invoice FROM public.invoices_invoice i
        WHERE i.community_id = NEW.community_id AND i.id = NEW.invoice_id;
    END IF;
    SELECT coalesce(sum(l.amount_fen), 0)::bigint INTO fen FROM public.invoices_invoiceline l
    WHERE l.community_id = invoice.community_id AND l.invoice_id = invoice.id;
    IF fen <> invoice.amount_fen THEN
        RAISE EXCEPTION 'invoice % of % has lines of %', invoice.id, invoice.amount_fen, fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_sum_of_lines';
    END IF;
    SELECT coalesce(string_agg(d.colour, ' ' ORDER BY d.colour), '') INTO issued FROM public.invoices_document d
    WHERE d.community_id = invoice.community_id AND d.invoice_id = invoice.id;
    IF issued <> (CASE invoice.state WHEN 'recorded' THEN 'blue' WHEN 'reversed' THEN 'blue red' ELSE '' END) THEN
        RAISE EXCEPTION 'invoice % is %, and was issued: %', invoice.id, invoice.state, issued
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_issued_as_stated';
    END IF;
    RETURN NULL;
END $$;

-- As the tables' owner: the app login may not touch what is taken of a receipt, nor lock its payment.
CREATE FUNCTION public.invoices_claim() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    paid public.payments_payment;
    invoice public.invoices_invoice;
    total bigint;
BEGIN
    SELECT p.* INTO paid FROM public.payments_payment p
    JOIN public.payments_receipt r ON r.community_id = p.community_id AND r.payment_id = p.id
    WHERE r.community_id = NEW.community_id AND r.id = NEW.receipt_id FOR NO KEY UPDATE OF p;
    SELECT * INTO invoice FROM public.invoices_invoice i
    WHERE i.community_id = NEW.community_id AND i.id = NEW.invoice_id;
    IF invoice.state IS DISTINCT FROM 'requested' THEN
        RAISE EXCEPTION 'invoice % takes no more receipts', NEW.invoice_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_line_of_request';
    END IF;
    IF invoice.payer_name IS DISTINCT FROM paid.payer_name THEN
        RAISE EXCEPTION 'receipt % is another payer''s', NEW.receipt_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_one_payer';
    END IF;
    IF EXISTS (SELECT 1 FROM public.payments_reversal v
            WHERE v.community_id = NEW.community_id AND v.payment_id = paid.id) THEN
        RAISE EXCEPTION 'receipt % was taken back', NEW.receipt_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_receipt_stands';
    END IF;
    SELECT coalesce(sum(a.amount_fen), 0)::bigint INTO total FROM public.payments_allocation a
    JOIN public.bills_bill b ON b.community_id = a.community_id AND b.id = a.bill_id
    JOIN public.tariffs_chargeitem c ON c.community_id = b.community_id AND c.id = b.item_id
    WHERE a.community_id = NEW.community_id AND a.payment_id = paid.id AND a.amount_fen > 0 AND NOT c.is_agency;
    INSERT INTO public.invoices_invoiceable (community_id, receipt_id, total_fen, claimed_fen)
    VALUES (NEW.community_id, NEW.receipt_id, total, 0) ON CONFLICT (community_id, receipt_id) DO NOTHING;
    UPDATE public.invoices_invoiceable SET claimed_fen = claimed_fen + NEW.amount_fen
    WHERE community_id = NEW.community_id AND receipt_id = NEW.receipt_id;
    RETURN NEW;
END $$;

CREATE FUNCTION public.invoices_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE line public.invoices_invoiceline;
BEGIN
    IF OLD.state IN ('requested', 'recorded') AND NEW.state NOT IN ('requested', 'recorded') THEN
        FOR line IN SELECT * FROM public.invoices_invoiceline l
                WHERE l.community_id = NEW.community_id AND l.invoice_id = NEW.id ORDER BY l.receipt_id LOOP
            UPDATE public.invoices_invoiceable SET claimed_fen = claimed_fen - line.amount_fen
            WHERE community_id = NEW.community_id AND receipt_id = line.receipt_id;
        END LOOP;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.invoices_admit_document() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    invoice public.invoices_invoice;
    blue_on date;
BEGIN
    SELECT * INTO invoice FROM public.invoices_invoice i
    WHERE i.community_id = NEW.community_id AND i.id = NEW.invoice_id;
    IF NEW.amount_fen <> (CASE NEW.colour WHEN 'red' THEN -invoice.amount_fen ELSE invoice.amount_fen END) THEN
        RAISE EXCEPTION 'what was issued for invoice % is of another amount', NEW.invoice_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_issued_as_asked';
    END IF;
    SELECT d.issued_on INTO blue_on FROM public.invoices_document d
    WHERE d.community_id = NEW.community_id AND d.invoice_id = NEW.invoice_id AND d.colour = 'blue';
    IF NEW.colour = 'red' AND NEW.issued_on < blue_on THEN
        RAISE EXCEPTION 'invoice % was reversed before it was issued', NEW.invoice_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_red_after_blue';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.invoices_keep_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.payments_payment p
    WHERE p.community_id = NEW.community_id AND p.id = NEW.payment_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM public.invoices_invoiceable i
            JOIN public.payments_receipt r ON r.community_id = i.community_id AND r.id = i.receipt_id
            WHERE r.community_id = NEW.community_id AND r.payment_id = NEW.payment_id AND i.claimed_fen > 0) THEN
        RAISE EXCEPTION 'an invoice stands on the receipt of payment %', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_receipt_invoiced';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER begin_requested BEFORE INSERT ON public.invoices_invoice
FOR EACH ROW EXECUTE FUNCTION public.invoices_begin_requested();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON public.invoices_invoice
FOR EACH ROW EXECUTE FUNCTION public.invoices_keep();
CREATE TRIGGER release AFTER UPDATE ON public.invoices_invoice
FOR EACH ROW EXECUTE FUNCTION public.invoices_release();
CREATE CONSTRAINT TRIGGER whole AFTER INSERT OR UPDATE ON public.invoices_invoice
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.invoices_check_whole();
CREATE TRIGGER keep_truncate BEFORE TRUNCATE ON public.invoices_invoice
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER claim BEFORE INSERT ON public.invoices_invoiceline
FOR EACH ROW EXECUTE FUNCTION public.invoices_claim();
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON public.invoices_invoiceline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.invoices_check_whole();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.invoices_invoiceline
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.invoices_invoiceline
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER keep BEFORE DELETE ON public.invoices_invoiceable
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER admit BEFORE INSERT ON public.invoices_document
FOR EACH ROW EXECUTE FUNCTION public.invoices_admit_document();
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON public.invoices_document
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.invoices_check_whole();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.invoices_document
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.invoices_document
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER invoiced BEFORE INSERT ON public.payments_reversal
FOR EACH ROW EXECUTE FUNCTION public.invoices_keep_receipt();
"""


class Migration(migrations.Migration):
    """Guards on invoices, what was issued, and the receipts they are for."""

    dependencies = [
        ("invoices", "0001_initial"),
        ("ledger", "0002_guards"),
        ("payments", "0010_deposits"),
        ("tariffs", "0006_price_step_guards"),
    ]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
