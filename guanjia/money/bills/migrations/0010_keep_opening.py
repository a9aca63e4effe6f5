"""An opening is a fact like a run."""

from django.db import migrations

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.bills_opening
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.bills_opening
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on openings."""

    dependencies = [("bills", "0009_opening"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
