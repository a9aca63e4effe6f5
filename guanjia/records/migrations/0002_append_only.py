"""The journal only grows: no UPDATE, DELETE or TRUNCATE, whoever asks."""

from django.db import migrations

GUARD = """
CREATE FUNCTION public.records_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.records_journalentry
FOR EACH ROW EXECUTE FUNCTION public.records_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.records_journalentry
FOR EACH STATEMENT EXECUTE FUNCTION public.records_refuse_change();
"""

UNGUARD = """
DROP TRIGGER append_only_truncate ON public.records_journalentry;
DROP TRIGGER append_only ON public.records_journalentry;
DROP FUNCTION public.records_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on the journal."""

    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
