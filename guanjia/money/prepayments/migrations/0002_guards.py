"""Movements only grow, and a balance moves with them and by nothing else (L5)."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.prepayments_begin_empty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.balance_fen := 0;
    RETURN NEW;
END $$;

-- As the tables' owner: the app login may not touch a balance.
CREATE FUNCTION public.prepayments_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.prepayments_prepayment SET balance_fen = balance_fen + NEW.amount_fen
    WHERE community_id = NEW.community_id AND id = NEW.prepayment_id;
    RETURN NULL;
END $$;

CREATE TRIGGER begin_empty BEFORE INSERT ON public.prepayments_prepayment
FOR EACH ROW EXECUTE FUNCTION public.prepayments_begin_empty();
CREATE TRIGGER move AFTER INSERT ON public.prepayments_movement
FOR EACH ROW EXECUTE FUNCTION public.prepayments_move();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.prepayments_movement
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.prepayments_movement
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER keep BEFORE DELETE ON public.prepayments_prepayment
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on prepayments."""

    dependencies = [("prepayments", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
