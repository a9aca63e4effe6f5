"""What a discount takes off a bill rests on a grant in force: its unit, its rule's items, its days, its approver."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.bills_check_granted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE faulty bigint;
BEGIN
    SELECT n.bill_id INTO faulty
    FROM new_adjustments n
    JOIN public.bills_bill b ON b.community_id = n.community_id AND b.id = n.bill_id
    LEFT JOIN public.discounts_discountgrant g ON g.community_id = n.community_id AND g.id = n.grant_id
    LEFT JOIN public.discounts_discountrule r ON r.community_id = g.community_id AND r.id = g.rule_id
    LEFT JOIN public.discounts_discountitem i
        ON i.community_id = r.community_id AND i.rule_id = r.id AND i.item_id = b.item_id
    WHERE n.grant_id IS NOT NULL AND (
        b.run_id IS NOT NULL AND i.id IS NOT NULL AND g.unit_id = b.unit_id AND g.decided_by_id = n.approved_by_id
        AND g.state IN ('approved', 'ended') AND r.state IN ('approved', 'ended')
        AND (r.kind = 'vacancy') = (n.kind = 'vacancy')
        AND n.covered_first >= greatest(b.period_first, g.begins_on, r.begins_on)
        AND n.covered_last <= least(b.period_last, g.ends_on, r.ends_on)
    ) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a discount of bill % rests on no grant in force', faulty
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_adjustment_granted';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER rests_on_grant AFTER INSERT ON public.bills_adjustment
REFERENCING NEW TABLE AS new_adjustments FOR EACH STATEMENT EXECUTE FUNCTION public.bills_check_granted();
"""


class Migration(migrations.Migration):
    """Guards on what discounts take off."""

    dependencies = [("bills", "0013_granted_adjustments"), ("discounts", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
