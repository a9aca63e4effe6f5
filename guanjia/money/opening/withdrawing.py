"""Taking an opening back whole, before anything was paid on it."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, must
from guanjia.core.text import clean
from guanjia.money.bills.models import Bill, Opening
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.rules import DRAWN_MEANWHILE as DEPOSIT_DRAWN
from guanjia.money.ledger.actions import day_open
from guanjia.money.ledger.models import OFFICE_SERIES, EntryKind
from guanjia.money.opening.models import Withdrawal, state
from guanjia.money.opening.rules import may_withdraw
from guanjia.money.prepayments.models import Movement
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE
from guanjia.records.actions import journal

# The mirror: entry and lines, movements of both kinds, and each bill cancelled by an adjustment, in one statement.
_WITHDRAW = """
WITH entry AS (
    INSERT INTO ledger_entry (community_id, kind, series, business_date, by_id, reverses_id)
    SELECT %(community)s, %(kind)s, %(series)s, %(business_date)s, %(by)s, %(reverses)s
    WHERE %(reverses)s::bigint IS NOT NULL RETURNING id
), posted AS (
    INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)
    SELECT %(community)s, entry.id, l.account, -l.amount_fen, l.unit_id FROM entry, ledger_entryline l
    WHERE l.community_id = %(community)s AND l.entry_id = %(reverses)s
), moved AS (
    INSERT INTO prepayments_movement (community_id, prepayment_id, entry_id, amount_fen)
    SELECT %(community)s, m.prepayment_id, entry.id, -m.amount_fen FROM entry, prepayments_movement m
    WHERE m.community_id = %(community)s AND m.entry_id = %(reverses)s
), given_up AS (
    INSERT INTO deposits_depositmovement (community_id, held_id, entry_id, kind, amount_fen)
    SELECT %(community)s, m.held_id, entry.id, 'reversed', -m.amount_fen FROM entry, deposits_depositmovement m
    WHERE m.community_id = %(community)s AND m.entry_id = %(reverses)s
), adjusted AS (
    INSERT INTO bills_adjustment (community_id, bill_id, kind, amount_fen, reason, entry_id, at, by_id)
    SELECT %(community)s, b.id, %(cancellation)s, b.amount_fen, %(reason)s, entry.id, %(at)s, %(by)s
    FROM entry, bills_bill b WHERE b.community_id = %(community)s AND b.opening_id = %(opening)s
), cancelled AS (
    UPDATE bills_bill SET reduced_fen = amount_fen, is_cancelled = true
    WHERE community_id = %(community)s AND opening_id = %(opening)s
)
INSERT INTO opening_withdrawal (community_id, opening_id, entry_id, reason, at, by_id)
VALUES (%(community)s, %(opening)s, (SELECT id FROM entry), %(reason)s, %(at)s, %(by)s) RETURNING id
"""


@transaction.atomic
def withdraw_opening(*, opening: Opening, reason: str, by: User | None, at: datetime) -> Withdrawal:
    """Take ``opening`` back by its mirror, posted today; receipt numbers stay where they are.

    Raises Refused once it is sealed, or something was paid on it; TextError without a reason.
    """
    community, today = opening.community, business_date(at)
    lock_until_commit(f"opening {community.pk}")
    rows = Bill.objects.filter(community=community, opening=opening)
    _lock(rows)
    touched = rows.aggregate(
        paid=Count("pk", filter=Q(paid_fen__gt=0)), reduced=Count("pk", filter=Q(reduced_fen__gt=0))
    )
    moves = Movement.objects.filter(community=community, entry=opening.entry_id)
    drawn = moves.filter(prepayment__balance_fen__lt=F("amount_fen")).count()
    held = HeldDeposit.objects.filter(community=community, entry=opening.entry_id)
    is_whole = Q(balance_fen=F("amount_fen"), held_fen=0)  # nor asked back
    given_back = held.exclude(is_whole).count()
    must(may_withdraw(state=state(opening), drawn=drawn, given_back=given_back, **touched))
    values: dict[str, Any] = {
        "community": community.pk,
        "opening": opening.pk,
        "reverses": opening.entry_id,
        "kind": EntryKind.REVERSAL,
        "series": OFFICE_SERIES,
        "business_date": today,
        "cancellation": AdjustmentKind.CANCELLATION,
        "reason": clean(reason, limit=200),
        "at": at,
        "by": by and by.pk,
    }
    meanwhile = {
        "opening_withdrawn_once": Refusal("这份期初数刚被别人撤回", "请刷新页面"),
        "prepayments_balance_sane": DRAWN_MEANWHILE,
        "deposits_balance_sane": DEPOSIT_DRAWN,
        **day_open(today),
    }
    with refusing(**meanwhile), connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, values)
        (made,) = cursor.fetchone()
    row = Withdrawal.objects.get(community=community, pk=made)
    journal(
        community=community,
        by=by,
        at=at,
        action="opening.withdraw",
        subject=row,
        after={"opening": opening.pk},
        reason=row.reason,
    )
    return row


def _lock(bills: QuerySet[Bill]) -> None:
    """Keep the bills from being paid meanwhile, locked in order of id as a payment does."""
    list(bills.select_for_update().order_by("pk").values_list("pk"))
