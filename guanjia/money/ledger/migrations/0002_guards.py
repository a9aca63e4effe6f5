"""The ledger's invariants, kept by the database whoever writes (money.md L1–L3, L8 of the design).

Functions name their schemas and pin their search path, so neither a session setting nor a temporary table
of the same name can switch a guard off.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct by a reversal', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- L8: an entry and the closing of its day exclude each other, also when they come at once.
CREATE FUNCTION public.ledger_admit_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.transaction := pg_current_xact_id()::text::bigint;
    PERFORM pg_advisory_xact_lock_shared(
        hashtextextended('ledger day ' || NEW.community_id || ' ' || NEW.business_date, 0));
    IF EXISTS (SELECT 1 FROM public.ledger_closedday d
               WHERE d.community_id = NEW.community_id AND d.business_date = NEW.business_date) THEN
        RAISE EXCEPTION 'business day % is closed', NEW.business_date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_day_open';
    END IF;
    NEW.posted_at := clock_timestamp();
    RETURN NEW;
END $$;

-- Both instants are taken under the lock: whatever was posted on a day was posted before its closing, so the
-- audit can tell a late entry by its time alone.
CREATE FUNCTION public.ledger_shut_day() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('ledger day ' || NEW.community_id || ' ' || NEW.business_date, 0));
    NEW.closed_at := clock_timestamp();
    RETURN NEW;
END $$;

-- L1, L2: the lines of an entry arrive balanced, in the transaction that made their entry.
CREATE FUNCTION public.ledger_check_lines() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE faulty bigint;
BEGIN
    SELECT l.entry_id INTO faulty FROM new_lines l
    GROUP BY l.community_id, l.entry_id HAVING sum(l.amount_fen) <> 0 OR count(*) < 2 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of entry % do not add up to 0', faulty
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_lines_balance';
    END IF;
    SELECT l.entry_id INTO faulty
    FROM (SELECT DISTINCT community_id, entry_id FROM new_lines) l
    LEFT JOIN public.ledger_entry e ON e.community_id = l.community_id AND e.id = l.entry_id
    WHERE e.transaction IS DISTINCT FROM pg_current_xact_id()::text::bigint LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % was made by another transaction', faulty
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_lines_in_time';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.ledger_check_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.ledger_entryline l
                   WHERE l.community_id = NEW.community_id AND l.entry_id = NEW.id) THEN
        RAISE EXCEPTION 'entry % has no lines', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_has_lines';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER admit BEFORE INSERT ON public.ledger_entry
FOR EACH ROW EXECUTE FUNCTION public.ledger_admit_entry();
CREATE CONSTRAINT TRIGGER has_lines AFTER INSERT ON public.ledger_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_check_entry();
CREATE TRIGGER balance AFTER INSERT ON public.ledger_entryline
REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_check_lines();
CREATE TRIGGER shut BEFORE INSERT ON public.ledger_closedday
FOR EACH ROW EXECUTE FUNCTION public.ledger_shut_day();
"""

APPEND_ONLY = ("ledger_entry", "ledger_entryline", "ledger_closedday", "ledger_requestkey")
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on the ledger's tables."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            GUARDS + "".join(KEEP.format(table=table) for table in APPEND_ONLY), migrations.RunSQL.noop
        )
    ]
