"""The accounts' log only grows: no UPDATE, DELETE or TRUNCATE, whoever asks."""

from django.db import migrations

GUARD = """
CREATE FUNCTION public.accounts_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.accounts_accountevent
FOR EACH ROW EXECUTE FUNCTION public.accounts_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.accounts_accountevent
FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_refuse_change();
"""

UNGUARD = """
DROP TRIGGER append_only_truncate ON public.accounts_accountevent;
DROP TRIGGER append_only ON public.accounts_accountevent;
DROP FUNCTION public.accounts_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on the accounts' log."""

    dependencies = [("accounts", "0002_sign_in")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
