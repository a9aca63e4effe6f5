"""What became of an opening stays, and a sealed one is not taken back.

The two exclude each other by a lock on the opening, so that it holds when they come at once.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.opening_keep_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(
        hashtextextended('opening state ' || NEW.community_id || ' ' || NEW.opening_id, 0));
    IF TG_TABLE_NAME = 'opening_signature' THEN
        IF EXISTS (SELECT 1 FROM public.opening_withdrawal w
                   WHERE w.community_id = NEW.community_id AND w.opening_id = NEW.opening_id) THEN
            RAISE EXCEPTION 'opening % was withdrawn', NEW.opening_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_sealed_or_withdrawn';
        END IF;
    ELSIF EXISTS (SELECT 1 FROM public.opening_signature s WHERE s.community_id = NEW.community_id
                  AND s.opening_id = NEW.opening_id AND s.part = 'reviewed') THEN
        RAISE EXCEPTION 'opening % is sealed', NEW.opening_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_sealed_or_withdrawn';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER keep_apart BEFORE INSERT ON public.opening_signature
FOR EACH ROW EXECUTE FUNCTION public.opening_keep_apart();
CREATE TRIGGER keep_apart BEFORE INSERT ON public.opening_withdrawal
FOR EACH ROW EXECUTE FUNCTION public.opening_keep_apart();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.opening_signature
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.opening_signature
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.opening_withdrawal
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.opening_withdrawal
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on signatures and withdrawals."""

    dependencies = [("opening", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
