"""Entries are chained by hash, series by series (L10): what was posted cannot be changed without a trace.

The links are written by the trigger alone, as the tables' owner: the app login may read them and no more.
What was posted before stands first in its chain: payments in the desks' series, monthly runs in theirs.
"""

import django.db.models.deletion
from django.db import migrations, models

import guanjia.core.database.fields

CHAIN = """
-- An entry and its lines in words; what the audit reads, it reads the same way.
CREATE FUNCTION public.ledger_words(e public.ledger_entry) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT concat_ws('|', e.id, e.kind, e.business_date, coalesce(e.by_id, 0), coalesce(e.reverses_id, 0),
        (SELECT string_agg(concat_ws(':', l.id, l.account, l.amount_fen, coalesce(l.unit_id, 0)), ',' ORDER BY l.id)
         FROM public.ledger_entryline l WHERE l.community_id = e.community_id AND l.entry_id = e.id))
$$;

-- The head's row is the lock: whoever posts next in the series waits until this posting has ended.
CREATE FUNCTION public.ledger_link_entry(e public.ledger_entry) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE head public.ledger_head; sum bytea;
BEGIN
    INSERT INTO public.ledger_head AS h (community_id, series, position, hash)
    VALUES (e.community_id, e.series, 1, '')
    ON CONFLICT (community_id, series) DO UPDATE SET position = h.position + 1 RETURNING * INTO head;
    sum := sha256(head.hash || convert_to(public.ledger_words(e), 'UTF8'));
    INSERT INTO public.ledger_link (community_id, series, position, entry_id, hash)
    VALUES (e.community_id, e.series, head.position, e.id, sum);
    UPDATE public.ledger_head SET hash = sum WHERE id = head.id AND community_id = head.community_id;
END $$;
REVOKE ALL ON FUNCTION public.ledger_link_entry(public.ledger_entry) FROM PUBLIC;

CREATE FUNCTION public.ledger_link_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE entry public.ledger_entry;
BEGIN
    FOR entry IN
        SELECT e.* FROM public.ledger_entry e
        JOIN (SELECT DISTINCT community_id, entry_id FROM new_lines) l
            ON l.community_id = e.community_id AND l.entry_id = e.id
        ORDER BY e.community_id, e.series, e.id
    LOOP
        PERFORM public.ledger_link_entry(entry);
    END LOOP;
    RETURN NULL;
END $$;

-- Comes after the balance by its name: lines that do not add up are refused for that.
CREATE TRIGGER chain AFTER INSERT ON public.ledger_entryline
REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_link_entries();

ALTER TABLE public.ledger_entry DISABLE TRIGGER append_only;
UPDATE public.ledger_entry SET series = 'bills' WHERE kind = 'bills';
ALTER TABLE public.ledger_entry ENABLE TRIGGER append_only;
"""

KEEP = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.ledger_link
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.ledger_link
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """The chain; entries made before it are linked once their series are known."""

    dependencies = [("accounts", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.AddField(
            model_name="entry",
            name="series",
            field=models.CharField(db_default="office", max_length=20),
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=20)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("community", guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.community", verbose_name="项目")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("community", "series"), name="ledger_head_of_series")],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=20)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("community", guanjia.core.database.fields.CommunityField(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.community", verbose_name="项目")),
                ("entry", guanjia.core.database.fields.CommunityForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="links", to="ledger.entry")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "series", "position"), name="ledger_link_place"),
                    models.UniqueConstraint(fields=("community", "entry"), name="ledger_link_once"),
                ],
            },
        ),
        migrations.RunSQL(CHAIN + KEEP, migrations.RunSQL.noop),
    ]
