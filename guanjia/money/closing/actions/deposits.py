"""Cash that goes to the bank."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.money.closing.actions.drawers import hold_desk, hold_shift, post_cash
from guanjia.money.closing.actions.shifts import is_in
from guanjia.money.closing.banknotes import Notes, as_kept, sum_of
from guanjia.money.closing.models import Deposit, DepositPart, Shift
from guanjia.money.closing.reads import drawer_in_books
from guanjia.money.closing.rules import may_bank, may_become, may_work_on
from guanjia.money.closing.states import ShiftState
from guanjia.money.ledger.actions import claim_request
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind, RequestKey
from guanjia.money.payments.drawer import hold_drawer
from guanjia.records.actions import journal

BANK = "cash.bank"  # the scope of its idempotency keys


@transaction.atomic
def bank_cash(
    *,
    shift: Shift,
    notes: Notes,
    carrier: str,
    slip: str = "",
    witness: User,
    key: UUID,
    by: User,
    at: datetime,
) -> Deposit:
    """Take cash out of the drawer during a shift, once: the same ``key`` gives the same answer (L7).

    Raises Refused where less is in it, or the shift is counted.
    """
    asked = {"shift": shift.pk, "notes": as_kept(notes), "witness": witness.pk, "by": by.pk}
    claimed = claim_request(community=shift.community, scope=BANK, key=key, request=asked)
    if claimed is None:
        rows = Deposit.objects.filter(community=shift.community)
        return rows.get(request_key__scope=BANK, request_key__key=key)
    shift, desk = hold_shift(shift)
    must(may_become(ShiftState(shift.state), ShiftState.COUNTING))
    must(may_work_on(is_in_shift=is_in(shift, by), oversees=False))
    hold_drawer(desk=desk, by=by, today=business_date(at))
    taken = {desk.pk: notes}
    deposit = take_to_bank(
        community=shift.community,
        taken=taken,
        carrier=carrier,
        slip=slip,
        witness=witness,
        day=business_date(at),
        by=by,
        at=at,
        request_key=claimed,
    )
    journal(
        community=shift.community,
        by=by,
        at=at,
        action="cash.bank",
        subject=deposit,
        after={"amount_fen": deposit.amount_fen, "desk": desk.name},
    )
    return deposit


def take_to_bank(
    *,
    community: Community,
    taken: Mapping[int, Notes],
    carrier: str,
    slip: str,
    witness: User,
    day: date,
    by: User,
    at: datetime,
    request_key: RequestKey | None = None,
) -> Deposit:
    """Post what leaves the desks' drawers and write its slip, inside the caller's transaction; desks by their id."""
    desks = [hold_desk(community.pk, pk) for pk in sorted(taken)]
    for desk in desks:
        verdict = may_bank(
            in_drawer_fen=drawer_in_books(desk).fen,
            amount_fen=sum_of(taken[desk.pk]),
            where=desk.name,
        )
        must(verdict)
    deposit = Deposit.objects.create(
        community=community,
        business_date=day,
        amount_fen=sum(sum_of(notes) for notes in taken.values()),
        carrier=clean(carrier, limit=60),
        slip=clean(slip, limit=40) if slip.strip() else "",
        at=at,
        by=by,
        witness=witness,
        request_key=request_key,
    )
    for desk in desks:
        fen = sum_of(taken[desk.pk])
        entry = post_cash(
            desk=desk, kind=EntryKind.DEPOSIT, fen=-fen, against=Account.BANK, day=day, by=by
        )
        DepositPart.objects.create(
            community=community,
            deposit=deposit,
            desk=desk,
            notes=as_kept(taken[desk.pk]),
            amount_fen=fen,
            entry=entry,
        )
    return deposit
