"""Reveals only grow, like the journal."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.records_personalreveal
FOR EACH ROW EXECUTE FUNCTION public.records_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.records_personalreveal
FOR EACH STATEMENT EXECUTE FUNCTION public.records_refuse_change();
"""

UNGUARD = """
DROP TRIGGER append_only_truncate ON public.records_personalreveal;
DROP TRIGGER append_only ON public.records_personalreveal;
"""


class Migration(migrations.Migration):
    """Guards on the reveals."""

    dependencies = [("records", "0003_personalreveal")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
