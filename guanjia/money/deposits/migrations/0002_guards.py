"""Movements only grow, a balance moves with them and by nothing else (L5), and no deposit is without its beginning.

A community begins with the usual kinds, however it comes to be.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.deposits_begin_empty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.balance_fen := 0;
    RETURN NEW;
END $$;

-- As the tables' owner: the app login may not touch a balance.
CREATE FUNCTION public.deposits_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.deposits_helddeposit SET balance_fen = balance_fen + NEW.amount_fen
    WHERE community_id = NEW.community_id AND id = NEW.held_id;
    RETURN NULL;
END $$;

-- Looked at when the transaction ends: the movement comes after the row that it moves.
CREATE FUNCTION public.deposits_check_begun() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.deposits_depositmovement m
    WHERE m.community_id = NEW.community_id AND m.held_id = NEW.id AND m.entry_id = NEW.entry_id
        AND m.kind IN ('taken', 'opening') AND m.amount_fen = NEW.amount_fen;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'deposit % was begun by no movement of %', NEW.id, NEW.amount_fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deposits_begun';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER begin_empty BEFORE INSERT ON public.deposits_helddeposit
FOR EACH ROW EXECUTE FUNCTION public.deposits_begin_empty();
CREATE CONSTRAINT TRIGGER begun AFTER INSERT ON public.deposits_helddeposit
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.deposits_check_begun();
CREATE TRIGGER keep BEFORE DELETE ON public.deposits_helddeposit
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER move AFTER INSERT ON public.deposits_depositmovement
FOR EACH ROW EXECUTE FUNCTION public.deposits_move();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.deposits_depositmovement
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.deposits_depositmovement
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""

USUAL = "(VALUES ('装修押金', 200000, 1), ('出入证押金', 2000, 2), ('钥匙押金', 5000, 3), ('其他押金', NULL, 9))"
KINDS = f"""
CREATE FUNCTION public.deposits_begin_kinds() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.deposits_depositkind (community_id, name, usual_fen, position, is_active)
    SELECT NEW.id, kind.*, true FROM {USUAL} AS kind(name, fen, position);
    RETURN NULL;
END $$;
CREATE TRIGGER begin_kinds AFTER INSERT ON public.accounts_community
FOR EACH ROW EXECUTE FUNCTION public.deposits_begin_kinds();

INSERT INTO public.deposits_depositkind (community_id, name, usual_fen, position, is_active)
SELECT c.id, kind.*, true FROM public.accounts_community c, {USUAL} AS kind(name, fen, position);
"""


class Migration(migrations.Migration):
    """Guards on deposits, and the kinds to begin with."""

    dependencies = [("deposits", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS + KINDS, migrations.RunSQL.noop)]
