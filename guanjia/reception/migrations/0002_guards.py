"""Identity checks only grow; a finished visit stays finished."""

from django.db import migrations

GUARD = """
CREATE FUNCTION public.reception_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.reception_identitycheck
FOR EACH ROW EXECUTE FUNCTION public.reception_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.reception_identitycheck
FOR EACH STATEMENT EXECUTE FUNCTION public.reception_refuse_change();

CREATE FUNCTION public.reception_refuse_reopening() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'visit % is finished', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER finished_is_final BEFORE UPDATE ON public.reception_visit
FOR EACH ROW WHEN (OLD.state = 'finished') EXECUTE FUNCTION public.reception_refuse_reopening();
"""

UNGUARD = """
DROP TRIGGER finished_is_final ON public.reception_visit;
DROP FUNCTION public.reception_refuse_reopening();
DROP TRIGGER append_only_truncate ON public.reception_identitycheck;
DROP TRIGGER append_only ON public.reception_identitycheck;
DROP FUNCTION public.reception_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on identity checks and on finished visits."""

    dependencies = [("reception", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
