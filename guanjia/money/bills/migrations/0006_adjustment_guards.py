"""What was taken off a bill is what its adjustments say, and nothing else of the bill moves but what was paid.

The sums are right under concurrency because the bill's row is locked by the very statement that moves it:
whoever comes second adds up only after the first has committed. Rows that move nothing cost nothing: the
conditions stand in the triggers.
"""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION public.bills_keep_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.paid_fen := NEW.paid_fen;
        OLD.reduced_fen := NEW.reduced_fen;
        OLD.is_cancelled := NEW.is_cancelled;
        IF NEW *= OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an issued bill does not change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.bills_check_reduced() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE told bigint; cancelled boolean;
BEGIN
    SELECT coalesce(sum(a.amount_fen), 0), coalesce(bool_or(a.kind = 'cancellation'), false) INTO told, cancelled
    FROM public.bills_adjustment a WHERE a.community_id = NEW.community_id AND a.bill_id = NEW.id;
    IF NEW.reduced_fen <> told OR NEW.is_cancelled <> cancelled THEN
        RAISE EXCEPTION 'bill %: % taken off, its adjustments say %', NEW.id, NEW.reduced_fen, told
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_reduced_accounted';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER reduced_on_issue AFTER INSERT ON public.bills_bill
FOR EACH ROW WHEN (NEW.reduced_fen <> 0 OR NEW.is_cancelled) EXECUTE FUNCTION public.bills_check_reduced();
CREATE TRIGGER reduced_later AFTER UPDATE ON public.bills_bill
FOR EACH ROW WHEN (NEW.reduced_fen <> OLD.reduced_fen OR NEW.is_cancelled <> OLD.is_cancelled)
EXECUTE FUNCTION public.bills_check_reduced();

CREATE FUNCTION public.bills_check_adjusted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE faulty bigint;
BEGIN
    SELECT b.id INTO faulty
    FROM (SELECT DISTINCT n.community_id, n.bill_id FROM new_adjustments n) n
    JOIN public.bills_bill b ON b.community_id = n.community_id AND b.id = n.bill_id
    WHERE b.reduced_fen <> (SELECT sum(a.amount_fen) FROM public.bills_adjustment a
                            WHERE a.community_id = b.community_id AND a.bill_id = b.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an adjustment of bill % did not move it', faulty
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_reduced_accounted';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER moves_its_bill AFTER INSERT ON public.bills_adjustment
REFERENCING NEW TABLE AS new_adjustments FOR EACH STATEMENT EXECUTE FUNCTION public.bills_check_adjusted();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.bills_adjustment
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.bills_adjustment
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on adjustments."""

    dependencies = [("bills", "0005_adjustments"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
