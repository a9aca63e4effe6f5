"""A price table goes by floor or by tier, each floor and tier once, no floor left out between: what steps.py says."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.tariffs_check_steps() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE faulty boolean;
BEGIN
    SELECT bool_or(unit_price IS NULL OR unit_price < 0 OR is_tier <> by_tier
        OR (is_tier AND (tier NOT IN ('resident', 'merchant', 'non_resident', 'special') OR of_tier > 1))
        OR (NOT is_tier AND (lowest > highest OR coalesce(
            next_lowest <> highest + CASE highest WHEN -1 THEN 2 ELSE 1 END, false))))
    INTO faulty
    FROM (
        SELECT *, lead(lowest) OVER (ORDER BY place) AS next_lowest, count(*) OVER (PARTITION BY tier) AS of_tier,
            bool_or(is_tier) OVER () AS by_tier
        FROM (
            SELECT unit_price, tier, coalesce(tier, '') <> '' AS is_tier, coalesce(floor_from, -20) AS lowest,
                coalesce(floor_to, 200) AS highest, place
            FROM ROWS FROM (pg_catalog.jsonb_to_recordset(NEW.steps)
                AS (unit_price numeric, floor_from int, floor_to int, tier text)) WITH ORDINALITY
                AS step(unit_price, floor_from, floor_to, tier, place)
        ) read
    ) checked;
    IF faulty THEN
        RAISE EXCEPTION 'the price table of tariff % gives a floor or tier no price, or two', NEW.tariff_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tariffs_version_steps';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_steps BEFORE INSERT ON public.tariffs_tariffversion
FOR EACH ROW WHEN (NEW.steps <> '[]'::jsonb) EXECUTE FUNCTION public.tariffs_check_steps();
"""
RETURN = """
DROP TRIGGER check_steps ON public.tariffs_tariffversion;
DROP FUNCTION public.tariffs_check_steps();
"""


class Migration(migrations.Migration):
    """Guards on price tables."""

    dependencies = [("tariffs", "0005_price_steps")]
    operations = [migrations.RunSQL(GUARDS, RETURN)]
