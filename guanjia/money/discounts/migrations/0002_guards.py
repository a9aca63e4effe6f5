"""A rule and a grant begin as requests, move by their table and keep what was approved; their end only moves earlier."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.discounts_begin_requested() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'a discount begins as a request'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'discounts_moves';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.discounts_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE was text; until date;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a discount stays' USING ERRCODE = 'restrict_violation';
    END IF;
    was := OLD.state;
    until := OLD.ends_on;
    IF was = NEW.state AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a discount changes with its state alone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (was, NEW.state) NOT IN (('requested', 'approved'), ('requested', 'refused'), ('requested', 'withdrawn'),
            ('approved', 'ended')) AND was <> NEW.state THEN
        RAISE EXCEPTION 'no discount goes from % to %', was, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'discounts_moves';
    END IF;
    IF was = 'requested' THEN
        OLD.decided_by_id := NEW.decided_by_id;
        OLD.decided_at := NEW.decided_at;
        OLD.decision := NEW.decision;
    ELSIF NEW.ends_on > until OR NEW.ends_on IS NULL THEN
        RAISE EXCEPTION 'a discount is cut short, never prolonged' USING ERRCODE = 'restrict_violation';
    ELSE
        OLD.ends_on := NEW.ends_on;
    END IF;
    OLD.state := NEW.state;
    OLD.closed_by_id := NEW.closed_by_id;
    OLD.closed_at := NEW.closed_at;
    OLD.closing := NEW.closing;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'what was asked for and decided on stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- A rule's items are named before anybody approves it.
CREATE FUNCTION public.discounts_name_items_first() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM public.discounts_discountrule r
    WHERE r.community_id = NEW.community_id AND r.id = NEW.rule_id AND r.state = 'requested' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'rule % was decided on with the items it had', NEW.rule_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER begin_requested BEFORE INSERT ON public.discounts_discountrule
FOR EACH ROW EXECUTE FUNCTION public.discounts_begin_requested();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON public.discounts_discountrule
FOR EACH ROW EXECUTE FUNCTION public.discounts_keep();
CREATE TRIGGER keep_truncate BEFORE TRUNCATE ON public.discounts_discountrule
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER begin_requested BEFORE INSERT ON public.discounts_discountgrant
FOR EACH ROW EXECUTE FUNCTION public.discounts_begin_requested();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON public.discounts_discountgrant
FOR EACH ROW EXECUTE FUNCTION public.discounts_keep();
CREATE TRIGGER keep_truncate BEFORE TRUNCATE ON public.discounts_discountgrant
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER name_first BEFORE INSERT ON public.discounts_discountitem
FOR EACH ROW EXECUTE FUNCTION public.discounts_name_items_first();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.discounts_discountitem
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.discounts_discountitem
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on rules and grants."""

    dependencies = [("discounts", "0001_initial"), ("ledger", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
