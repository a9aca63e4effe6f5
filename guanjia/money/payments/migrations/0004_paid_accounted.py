"""What was paid on a bill is what its allocations add up to, whoever moves it.

Looked at when the transaction ends, so that allocations and bills may come in either order. The bill's row is
locked by then: whoever comes second adds up only after the first has committed.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION public.payments_check_paid() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE paid bigint; told bigint;
BEGIN
    SELECT b.paid_fen INTO paid FROM public.bills_bill b WHERE b.community_id = NEW.community_id AND b.id = NEW.id;
    SELECT coalesce(sum(a.amount_fen), 0) INTO told
    FROM public.payments_allocation a WHERE a.community_id = NEW.community_id AND a.bill_id = NEW.id;
    IF paid <> told THEN
        RAISE EXCEPTION 'bill %: % paid, its allocations say %', NEW.id, paid, told
            USING ERRCODE = 'check_violation', CONSTRAINT = 'bills_paid_accounted';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER paid_on_issue AFTER INSERT ON public.bills_bill
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.paid_fen <> 0)
EXECUTE FUNCTION public.payments_check_paid();
CREATE CONSTRAINT TRIGGER paid_later AFTER UPDATE ON public.bills_bill
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.paid_fen <> OLD.paid_fen)
EXECUTE FUNCTION public.payments_check_paid();
"""


class Migration(migrations.Migration):
    """The guard between payments and the bills below them."""

    dependencies = [("payments", "0003_chain"), ("bills", "0006_adjustment_guards")]
    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
