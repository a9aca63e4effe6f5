"""A bill is never removed, and once issued nothing but what was paid on it moves."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.bills_keep_issued() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'paid_fen' = to_jsonb(OLD) - 'paid_fen' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an issued bill does not change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER keep_issued BEFORE UPDATE OR DELETE ON public.bills_bill
FOR EACH ROW EXECUTE FUNCTION public.bills_keep_issued();
CREATE TRIGGER keep_issued_truncate BEFORE TRUNCATE ON public.bills_bill
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on bills."""

    dependencies = [("bills", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
