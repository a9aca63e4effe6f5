"""A published version never changes: bills point at it."""

from django.db import migrations

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.tariffs_tariffversion
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.tariffs_tariffversion
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on the price list."""

    dependencies = [("tariffs", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
