"""A refund moves by its table and holds its money until it is paid or given up; it is paid by a third person, once."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION public.refunds_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE before public.refunds_refund;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a refund stays' USING ERRCODE = 'restrict_violation';
    END IF;
    before := OLD;
    IF OLD.state = NEW.state AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a refund changes with its state alone' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'requested' THEN
        OLD.decided_by_id := NEW.decided_by_id;
        OLD.decided_at := NEW.decided_at;
        OLD.decision := NEW.decision;
    END IF;
    OLD.state := NEW.state;
    OLD.withdrawn_by_id := NEW.withdrawn_by_id;
    OLD.withdrawn_at := NEW.withdrawn_at;
    OLD.withdrawal := NEW.withdrawal;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'what a refund was asked for and decided on stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> before.state AND (before.state, NEW.state) NOT IN (('requested', 'approved'), ('requested', 'refused'),
            ('requested', 'withdrawn'), ('approved', 'paid'), ('approved', 'withdrawn')) THEN
        RAISE EXCEPTION 'no refund goes from % to %', before.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_moves';
    END IF;
    RETURN NEW;
END $$;

-- As the tables' owner: the app login may not touch what is held. The CHECK on the prepayment refuses what is not there.
CREATE FUNCTION public.refunds_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE fen bigint;
BEGIN
    fen := CASE WHEN NEW.state IN ('requested', 'approved') THEN NEW.amount_fen ELSE 0 END;
    IF TG_OP = 'UPDATE' AND OLD.state IN ('requested', 'approved') THEN
        fen := fen - OLD.amount_fen;
    END IF;
    IF fen <> 0 THEN
        UPDATE public.prepayments_prepayment SET held_fen = held_fen + fen
        WHERE community_id = NEW.community_id AND id = NEW.prepayment_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.refunds_begin_requested() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'a refund begins as a request'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_moves';
    END IF;
    RETURN NEW;
END $$;

-- Whoever approved a refund or asked for it does not pay it, and its voucher says what the refund says.
CREATE FUNCTION public.refunds_admit_voucher() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE refund public.refunds_refund;
BEGIN
    SELECT * INTO refund FROM public.refunds_refund r
    WHERE r.community_id = NEW.community_id AND r.id = NEW.refund_id FOR UPDATE;
    IF refund.state IS DISTINCT FROM 'paid' THEN
        RAISE EXCEPTION 'refund % is not being paid', NEW.refund_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_voucher_of_paid';
    END IF;
    IF NEW.by_id IN (refund.requested_by_id, refund.decided_by_id) THEN
        RAISE EXCEPTION 'refund % is paid by who asked for it or approved it', NEW.refund_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_three_people';
    END IF;
    IF (NEW.amount_fen, NEW.desk_id IS NOT NULL) IS DISTINCT FROM (refund.amount_fen, refund.method = 'cash') THEN
        RAISE EXCEPTION 'voucher of refund % says something else', NEW.refund_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_voucher_as_asked';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.refunds_paid_has_voucher() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state = 'paid' AND NOT EXISTS (SELECT 1 FROM public.refunds_voucher v
            WHERE v.community_id = NEW.community_id AND v.refund_id = NEW.id) THEN
        RAISE EXCEPTION 'refund % is paid without a voucher', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_paid_on_voucher';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER begin_requested BEFORE INSERT ON public.refunds_refund
FOR EACH ROW EXECUTE FUNCTION public.refunds_begin_requested();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON public.refunds_refund
FOR EACH ROW EXECUTE FUNCTION public.refunds_keep();
CREATE TRIGGER hold AFTER INSERT OR UPDATE ON public.refunds_refund
FOR EACH ROW EXECUTE FUNCTION public.refunds_hold();
CREATE CONSTRAINT TRIGGER paid_has_voucher AFTER UPDATE ON public.refunds_refund
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refunds_paid_has_voucher();
CREATE TRIGGER keep_truncate BEFORE TRUNCATE ON public.refunds_refund
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER admit BEFORE INSERT ON public.refunds_voucher
FOR EACH ROW EXECUTE FUNCTION public.refunds_admit_voucher();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.refunds_voucher
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.refunds_voucher
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on refunds and their vouchers."""

    dependencies = [
        ("refunds", "0001_initial"),
        ("ledger", "0002_guards"),
        ("prepayments", "0004_held_guards"),
    ]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
