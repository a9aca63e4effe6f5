"""A run is a fact like its bills."""

from django.db import migrations

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.bills_billrun
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.bills_billrun
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on runs."""

    dependencies = [("bills", "0003_statistics"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
