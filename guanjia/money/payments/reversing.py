"""Taking a receipt back: void on its own business day, red afterwards; the number stays, the bills are owed again."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Sum

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, Verdict, must
from guanjia.core.text import clean
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.actions import reverse_movements
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.rules import DRAWN_MEANWHILE as DEPOSIT_DRAWN_MEANWHILE
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind, EntryLine
from guanjia.money.payments.drawer import hold_drawer
from guanjia.money.payments.models import Allocation, Desk, Part, Payment, Receipt, Reversal
from guanjia.money.payments.rules import Held, Kept, Method, may_reverse, reversal_kind
from guanjia.money.prepayments.models import Movement
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE
from guanjia.records.actions import journal, send

_ALREADY = Refusal("这张收据刚由别人作废或红冲了", "请刷新，看它的记录")
# What somebody else may have done between our look and our lock, by the constraint that says so.
MEANWHILE = {
    "payments_allocation_back_once": _ALREADY,
    "ledger_reversed_once": _ALREADY,
    "payments_reversed_once": _ALREADY,
    "prepayments_balance_sane": DRAWN_MEANWHILE,
    "deposits_balance_sane": DEPOSIT_DRAWN_MEANWHILE,
}


@transaction.atomic
def reverse_payment(
    *,
    receipt: Receipt,
    desk: Desk,
    reason: str,
    copy_missing: str,
    may_void: bool,
    may_red: bool,
    by: User,
    at: datetime,
) -> Reversal:
    """Take the receipt's payment back by its mirror; ``desk`` is where the money goes out again.

    ``copy_missing`` is why the customer's copy did not come back, empty where it did; ``may_void`` and ``may_red``
    are what ``by`` is permitted. Posts to today, whichever day it was taken. Raises Refused with the reason and the
    remedy, such as at a desk without an open shift, and TextError without a reason. Locks as taking does: the bills
    in order of id, the desk, its chain last.
    """
    payment, community, today = receipt.payment, receipt.community, business_date(at)
    kind = reversal_kind(taken_on=payment.business_date, today=today)
    must(may_take_back(receipt, by=by, today=today, may_void=may_void, may_red=may_red))
    moves = Movement.objects.filter(community=community, entry=payment.entry_id).order_by("pk")
    moved = list(moves.select_related("prepayment"))
    copy_missing = copy_missing and clean(copy_missing, limit=200)
    cash = Part.objects.filter(community=community, payment=payment, method=Method.CASH).exists()
    with refusing(**MEANWHILE):
        _owe_again(receipt)
        hold_drawer(desk=desk, by=by, today=today, is_cash=cash)
        reversal = Reversal.objects.create(
            community=community,
            payment=payment,
            kind=kind,
            desk=desk,
            entry=_mirror(payment, moved, series=desk.series, today=today, by=by),
            reason=clean(reason, limit=200),
            copy_missing=copy_missing,
            business_date=today,
            at=at,
            by=by,
        )
    told = {"receipt": receipt.full_number, "kind": kind, "amount_fen": payment.amount_fen}
    journal(
        community=community,
        by=by,
        at=at,
        action="payment.reverse",
        subject=reversal,
        after={**told, "copy_missing": copy_missing},
        reason=reversal.reason,
    )
    send(community=community, topic="payment.reversed", payload={"reversal": reversal.pk, **told})
    return reversal


def may_take_back(
    receipt: Receipt, *, by: User, today: date, may_void: bool, may_red: bool
) -> Verdict:
    """Return True, or why ``by`` can't take the receipt back as it stands; the desk and the day judge for themselves."""
    payment, community = receipt.payment, receipt.community
    return may_reverse(
        kind=reversal_kind(taken_on=payment.business_date, today=today),
        reversed_before=Reversal.objects.filter(community=community, payment=payment).exists(),
        prepaid_fen=payment.prepaid_fen,
        kept=_kept(payment),
        deposits=_held(payment),
        is_own=payment.by_id == by.pk,
        may_void=may_void,
        may_red=may_red,
    )


def _held(payment: Payment) -> Held:
    """Return what became of the deposits that the payment took."""
    if not payment.deposit_fen:
        return Held()
    rows = HeldDeposit.objects.filter(community=payment.community_id, entry=payment.entry_id)
    sums = rows.aggregate(left_fen=Sum("balance_fen"), asked_fen=Sum("held_fen"))
    return Held(taken_fen=payment.deposit_fen, **sums)


def _kept(payment: Payment) -> Kept:
    """Return what became of the money that the payment left for bills to come."""
    moved = Movement.objects.filter(
        community=payment.community_id, entry=payment.entry_id, amount_fen__gt=0
    )
    paid_back = Movement.objects.filter(
        community=OuterRef("community"),
        prepayment=OuterRef("prepayment"),
        entry__kind=EntryKind.REFUND,
        pk__gt=OuterRef("pk"),
    )
    columns = ("prepayment__balance_fen", "prepayment__held_fen", Exists(paid_back))
    for left, held, refunded in moved.values_list(*columns):
        return Kept(left_fen=left, held_fen=held, refunded=refunded)
    return Kept()


def _mirror(
    payment: Payment, moved: Sequence[Movement], *, series: str, today: date, by: User
) -> Entry:
    """Post the payment's lines with the other sign, and move its prepayments and deposits back."""
    community = payment.community
    lines = EntryLine.objects.filter(community=community, entry=payment.entry_id).order_by("pk")
    entry = post(
        community=community,
        kind=EntryKind.REVERSAL,
        business_date=today,
        lines=[Line(Account(line.account), -line.amount_fen, line.unit_id) for line in lines],
        by=by,
        reverses=payment.entry,
        series=series,
    )
    Movement.objects.bulk_create(
        Movement(
            community=community,
            prepayment=move.prepayment,
            entry=entry,
            amount_fen=-move.amount_fen,
        )
        for move in moved
    )
    if payment.deposit_fen:
        reverse_movements(of=payment.entry, by_mirror=entry)
    return entry


def _owe_again(receipt: Receipt) -> None:
    """Take back what the payment settled, the bills locked in order of id as when it was taken."""
    community = receipt.community
    # Only what it settled: another's reversal that has just ended must meet the constraint, not turn the signs.
    settled = Allocation.objects.filter(
        community=community, payment=receipt.payment_id, amount_fen__gt=0
    )
    shares = dict(settled.values_list("bill", "amount_fen"))
    bills = Bill.objects.select_for_update().filter(community=community, pk__in=shares)
    ids = list(bills.order_by("pk").values_list("pk", flat=True))
    Allocation.objects.bulk_create(
        Allocation(
            community=community, payment=receipt.payment, bill_id=bill, amount_fen=-shares[bill]
        )
        for bill in ids
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bills_bill b SET paid_fen = b.paid_fen - s.fen"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS s(id, fen)"
            " WHERE b.community_id = %s AND b.id = s.id",
            [ids, [shares[bill] for bill in ids], community.pk],
        )
