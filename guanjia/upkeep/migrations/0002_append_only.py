"""What was found is only ever added to."""

from django.db import migrations

TABLES = ("upkeep_drill", "upkeep_auditrun")
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION public.records_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.records_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on what audits and drills have found."""

    dependencies = [("upkeep", "0001_initial"), ("records", "0002_append_only")]
    operations = [
        migrations.RunSQL("".join(KEEP.format(table=table) for table in TABLES), migrations.RunSQL.noop)
    ]
