"""One debtor a day per unit, kept statement by statement instead of row by row.

An exclusion constraint searches and grows a GiST index for every row, which was half the time of a register's
import. The trigger compares all rows of a statement at once, by the index of the units that is there anyway.

What makes it as strong, whoever writes and however many at once:
- The units' rows are locked first. A second transaction waits there, and then sees what the first one wrote.
- Where a transaction sees only what was there at its beginning, waiting would not help: it is refused.
- A unit that is not there yet cannot be locked: it has to be written before what refers to it.
"""

from django.db import migrations

KEEP = """
-- Arguments: the name that a refusal bears; the columns of what has one row a day; which rows count.
-- Joining the rows that were written to their table may take the square of their number, as long as statistics
-- know nothing of them; looking through the rows of a list of units takes one sort.
CREATE FUNCTION public.estate_one_at_a_time() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    community bigint;
    units bigint[];
    locked bigint;
    clash bigint;
BEGIN
    FOR community, units IN EXECUTE format(
        'SELECT community_id, array_agg(DISTINCT unit_id) FROM written WHERE %s GROUP BY community_id', TG_ARGV[2])
    LOOP
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION '% is written at READ COMMITTED only', TG_TABLE_NAME
                USING ERRCODE = 'invalid_transaction_state';
        END IF;
        SELECT count(*) INTO locked FROM (
            SELECT FROM public.estate_unit u WHERE u.community_id = community AND u.id = ANY (units)
            ORDER BY u.id FOR NO KEY UPDATE) l;
        IF locked <> cardinality(units) THEN
            RAISE EXCEPTION '% names a unit that is not there', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        EXECUTE format(
            'SELECT id FROM (SELECT id, begins_on, max(coalesce(ends_on, ''infinity'')) OVER ('
            '    PARTITION BY %2$s ORDER BY begins_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until'
            '  FROM public.%1$I WHERE community_id = $1 AND unit_id = ANY ($2) AND %3$s) r'
            ' WHERE begins_on <= taken_until LIMIT 1',
            TG_TABLE_NAME, TG_ARGV[1], TG_ARGV[2]) INTO clash USING community, units;
        IF clash IS NOT NULL THEN
            RAISE EXCEPTION 'row % of % shares a day with another: %', clash, TG_TABLE_NAME, TG_ARGV[0]
                USING ERRCODE = 'exclusion_violation', CONSTRAINT = TG_ARGV[0],
                      TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER one_debtor_inserted AFTER INSERT ON public.estate_tenure
REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION public.estate_one_at_a_time('estate_tenure_one_debtor', 'unit_id', 'is_debtor');
CREATE TRIGGER one_debtor_updated AFTER UPDATE ON public.estate_tenure
REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION public.estate_one_at_a_time('estate_tenure_one_debtor', 'unit_id', 'is_debtor');
"""
RETURN = """
DROP TRIGGER one_debtor_inserted ON public.estate_tenure;
DROP TRIGGER one_debtor_updated ON public.estate_tenure;
DROP FUNCTION public.estate_one_at_a_time();
"""


class Migration(migrations.Migration):
    """A guard in the place of a constraint; what is there when it comes was kept by the constraint."""

    dependencies = [("estate", "0002_document_attachment")]
    operations = [
        migrations.RunSQL(KEEP, RETURN),
        migrations.RemoveConstraint("tenure", "estate_tenure_one_debtor"),
    ]
