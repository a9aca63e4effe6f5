"""What was posted before there was a chain takes its place in it: each payment in its desk's series."""

from django.db import migrations

LINK = """
ALTER TABLE public.ledger_entry DISABLE TRIGGER append_only;
UPDATE public.ledger_entry e SET series = 'desk ' || p.desk_id FROM public.payments_payment p
WHERE p.community_id = e.community_id AND p.entry_id = e.id;
ALTER TABLE public.ledger_entry ENABLE TRIGGER append_only;
DO $$
DECLARE entry public.ledger_entry;
BEGIN
    FOR entry IN SELECT * FROM public.ledger_entry ORDER BY community_id, id LOOP
        PERFORM public.ledger_link_entry(entry);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """The desks' chains."""

    dependencies = [("payments", "0002_guards"), ("ledger", "0003_chain")]
    operations = [migrations.RunSQL(LINK, migrations.RunSQL.noop)]
