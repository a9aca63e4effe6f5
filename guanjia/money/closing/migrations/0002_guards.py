"""Shifts move by their table, end with a handover and then stay; counts, handovers, deposits and closings only grow."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.closing_keep_shift() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE state_before text := OLD.state;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a shift stays' USING ERRCODE = 'restrict_violation';
    END IF;
    OLD.state := NEW.state;
    OLD.draft := NEW.draft;
    IF NEW IS DISTINCT FROM OLD OR state_before = 'closed' THEN
        RAISE EXCEPTION 'of a shift only its state and draft move, and not after its end'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> state_before AND (state_before, NEW.state) NOT IN (('open', 'counting'), ('counting', 'open'),
            ('counting', 'counted'), ('counted', 'counting'), ('counted', 'closed')) THEN
        RAISE EXCEPTION 'no shift goes from % to %', state_before, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_shift_moves';
    END IF;
    IF NEW.state = 'closed' AND NOT EXISTS (SELECT 1 FROM public.closing_handover h
            WHERE h.community_id = NEW.community_id AND h.shift_id = NEW.id) THEN
        RAISE EXCEPTION 'shift % ends without a handover', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_ends_handed_over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON public.closing_shift
FOR EACH ROW EXECUTE FUNCTION public.closing_keep_shift();
"""
TABLES = (
    "closing_shiftcashier",
    "closing_count",
    "closing_handover",
    "closing_deposit",
    "closing_depositpart",
    "closing_dayclose",
)
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on shifts and closings."""

    dependencies = [("closing", "0001_initial"), ("ledger", "0006_days_reopened")]
    operations = [
        migrations.RunSQL(
            GUARDS + "".join(KEEP.format(table=table) for table in TABLES), migrations.RunSQL.noop
        )
    ]
