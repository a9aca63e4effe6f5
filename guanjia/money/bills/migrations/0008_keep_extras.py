"""An extra charge is a fact like a run."""

from django.db import migrations

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.bills_extracharge
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.bills_extracharge
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on extra charges."""

    dependencies = [("bills", "0007_extra_charges"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
