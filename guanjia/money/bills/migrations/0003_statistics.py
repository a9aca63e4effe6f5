"""Let a run see how large its tables are.

A register may have been imported a moment ago. Until the server gets round to analysing it (up to a minute
later), the planner takes every community for one unit, and 10,000 units meet 10,000 units in nested loops.
The app login owns no table, so the function acts as their owner.
"""

from django.db import migrations

FRESHEN = """
CREATE FUNCTION public.bills_freshen_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE grown regclass;
BEGIN
    FOR grown IN
        SELECT c.oid FROM pg_class c
        WHERE c.oid = ANY (ARRAY['public.estate_unit', 'public.estate_tenure', 'public.tariffs_unittariff',
                                 'public.bills_bill']::regclass[])
          AND pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * greatest(c.relpages, 5)
    LOOP
        EXECUTE format('ANALYZE %s', grown);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """Statistics that a run can ask for."""

    dependencies = [
        ("bills", "0002_guards"),
        ("tariffs", "0001_initial"),
        ("estate", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FRESHEN, "DROP FUNCTION public.bills_freshen_statistics()")
    ]
