"""A deposit begins with nothing held; fit-out deposits wait for the completion check, in communities to come too."""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION public.deposits_begin_empty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.balance_fen := 0;
    NEW.held_fen := 0;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.deposits_begin_kinds() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.deposits_depositkind (community_id, name, usual_fen, position, needs_completion_check, is_active)
    SELECT NEW.id, kind.*, true FROM (VALUES ('装修押金', 200000, 1, true), ('出入证押金', 2000, 2, false),
        ('钥匙押金', 5000, 3, false), ('其他押金', NULL, 9, false)) AS kind(name, fen, position, checked);
    RETURN NULL;
END $$;

UPDATE public.deposits_depositkind SET needs_completion_check = true WHERE name = '装修押金';
"""


class Migration(migrations.Migration):
    """Guards on what is held of a deposit."""

    dependencies = [("deposits", "0003_held")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
