"""A prepayment begins with nothing held; transfers only grow."""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION public.prepayments_begin_empty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.balance_fen := 0;
    NEW.held_fen := 0;
    RETURN NEW;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.prepayments_transfer
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.prepayments_transfer
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on what is held and on transfers."""

    dependencies = [("prepayments", "0003_held"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
