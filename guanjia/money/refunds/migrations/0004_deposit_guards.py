"""A refund holds its money in a prepayment or in a deposit; what is deducted has its lines, and fit-out its check."""

from django.db import migrations

GUARDS = """
CREATE OR REPLACE FUNCTION public.refunds_hold() RETURNS trigger
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
        UPDATE public.deposits_helddeposit SET held_fen = held_fen + fen
        WHERE community_id = NEW.community_id AND id = NEW.deposit_id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION public.refunds_begin_requested() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'a refund begins as a request'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_moves';
    END IF;
    IF NEW.checked_on IS NULL AND EXISTS (SELECT 1 FROM public.deposits_helddeposit h
            JOIN public.deposits_depositkind k ON k.community_id = h.community_id AND k.id = h.kind_id
            WHERE h.community_id = NEW.community_id AND h.id = NEW.deposit_id AND k.needs_completion_check) THEN
        RAISE EXCEPTION 'deposit % waits for its completion check', NEW.deposit_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_checked_first';
    END IF;
    RETURN NEW;
END $$;

-- The voucher says what goes out, and that by the way that was asked for.
CREATE OR REPLACE FUNCTION public.refunds_admit_voucher() RETURNS trigger
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
    IF (NEW.amount_fen, NEW.desk_id IS NOT NULL)
            IS DISTINCT FROM (refund.amount_fen - refund.deducted_fen, refund.method = 'cash') THEN
        RAISE EXCEPTION 'voucher of refund % says something else', NEW.refund_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_voucher_as_asked';
    END IF;
    RETURN NEW;
END $$;

-- Looked at when the transaction ends: the lines come after the refund that they are of, and none later.
CREATE FUNCTION public.refunds_check_deductions(community bigint, refund bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT r.deducted_fen FROM public.refunds_refund r WHERE r.community_id = community AND r.id = refund)
            <> (SELECT coalesce(sum(d.amount_fen), 0) FROM public.refunds_deduction d
                WHERE d.community_id = community AND d.refund_id = refund) THEN
        RAISE EXCEPTION 'the deductions of refund % are not what it says', refund
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_deductions_whole';
    END IF;
END $$;

CREATE FUNCTION public.refunds_refund_deducted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.refunds_check_deductions(NEW.community_id, NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION public.refunds_line_deducted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.refunds_check_deductions(NEW.community_id, NEW.refund_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER deducted AFTER INSERT ON public.refunds_refund
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refunds_refund_deducted();
CREATE CONSTRAINT TRIGGER deducted AFTER INSERT ON public.refunds_deduction
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refunds_line_deducted();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.refunds_deduction
FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.refunds_deduction
FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
"""


class Migration(migrations.Migration):
    """Guards on refunds of deposits."""

    dependencies = [
        ("refunds", "0003_deposits"),
        ("ledger", "0002_guards"),
        ("deposits", "0004_held_guards"),
    ]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
