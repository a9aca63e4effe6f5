"""Payments, allocations, receipts and prints only grow."""

from django.db import migrations

TABLES = ("payments_payment", "payments_allocation", "payments_receipt", "payments_receiptprint")
KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on what was paid."""

    dependencies = [("payments", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL("".join(KEEP.format(table=table) for table in TABLES), migrations.RunSQL.noop)
    ]
