"""Taking something off a bill: an entry, an adjustment and the bill's new state, all or nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.money import yuan
from guanjia.core.refusal import Refusal, Refused, must
from guanjia.core.text import clean
from guanjia.money.bills.backdating import backdated
from guanjia.money.bills.models import Adjustment, Bill
from guanjia.money.bills.rules import (
    AdjustmentKind,
    may_cancel,
    may_discount_issued,
    may_reduce,
    rounding_fen,
)
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.rules import Covered
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind
from guanjia.records.actions import journal
from guanjia.records.models import Attachment

# The journal's verbs, by what was done; the audit looks for them.
VERBS = {
    AdjustmentKind.CANCELLATION: "bill.cancel",
    AdjustmentKind.ROUNDING: "bill.round_off",
    AdjustmentKind.DISCOUNT: "bill.discount",
    AdjustmentKind.VACANCY: "bill.discount",
    AdjustmentKind.WAIVER: "bill.waive",
}

# The adjustment and the bill move in one statement: the database looks at both when it ends.
_REDUCE = """
WITH adjusted AS (
    INSERT INTO bills_adjustment (community_id, bill_id, kind, amount_fen, reason, evidence_id, approved_by_id,
        grant_id, covered_first, covered_last, entry_id, at, by_id)
    VALUES (%(community)s, %(bill)s, %(kind)s, %(amount)s, %(reason)s, %(evidence)s, %(approved_by)s,
        %(grant)s, %(covered_first)s, %(covered_last)s, %(entry)s, %(at)s, %(by)s)
    RETURNING id
)
UPDATE bills_bill SET reduced_fen = reduced_fen + %(amount)s, is_cancelled = is_cancelled OR %(cancels)s
WHERE community_id = %(community)s AND id = %(bill)s RETURNING (SELECT id FROM adjusted)
"""


@transaction.atomic
def cancel_bill(*, bill: Bill, reason: str, by: User, at: datetime) -> Adjustment:
    """Take back a bill that was issued by mistake, whole; its period may then be billed again.

    Raises Refused once money was taken for it, TextError without a reason.
    """
    locked = _locked(bill)
    must(may_cancel(paid_fen=locked.paid_fen, is_cancelled=locked.is_cancelled))
    if not locked.open_fen:
        raise Refused(Refusal("这笔费用已全额减免，没有可撤销的金额", "不必再做什么"))
    return _reduce(
        locked, AdjustmentKind.CANCELLATION, locked.open_fen, reason=reason, by=by, at=at
    )


@transaction.atomic
def reduce_bill(
    *,
    bill: Bill,
    kind: AdjustmentKind,
    amount_fen: int,
    reason: str,
    evidence: Attachment | None = None,
    approved_by: User | None = None,
    by: User,
    at: datetime,
) -> Adjustment:
    """Take ``amount_fen`` off a bill. Raises Refused beyond what is open, TextError without a reason."""
    locked = _locked(bill)
    must(may_reduce(kind, amount_fen=amount_fen, open_fen=locked.open_fen))
    return _reduce(
        locked,
        kind,
        amount_fen,
        reason=reason,
        evidence=evidence,
        approved_by=approved_by,
        by=by,
        at=at,
    )


@transaction.atomic
def round_off(
    *,
    community: Community,
    bill_ids: Sequence[int],
    expected_fen: int,
    by: User,
    at: datetime,
) -> Adjustment:
    """Leave whole yuan of what these bills come to (抹零): a line of its own on the largest of them.

    ``expected_fen`` is the sum on the page. Raises Refused where the books say another, or there is
    nothing to round.
    """
    rows = Bill.objects.select_for_update().filter(community=community, pk__in=bill_ids)
    bills = [bill for bill in rows.order_by("pk") if bill.open_fen]
    total = sum(bill.open_fen for bill in bills)
    if total != expected_fen:
        raise Refused(
            Refusal(
                f"合计已变为 {yuan(total)} 元，与页面上的 {yuan(expected_fen)} 元不同",
                "请刷新页面，核对后再抹零",
            )
        )
    off = rounding_fen(total)
    if not off or off == total:
        raise Refused(Refusal("合计没有可抹的零头", "请直接收款"))
    largest = max(bills, key=lambda bill: (bill.open_fen, bill.pk))
    must(may_reduce(AdjustmentKind.ROUNDING, amount_fen=off, open_fen=largest.open_fen))
    reason = f"{len(bills)} 笔合计 {yuan(total)} 元"
    return _reduce(largest, AdjustmentKind.ROUNDING, off, reason=reason, by=by, at=at)


@transaction.atomic
def discount_issued(
    *, grant: DiscountGrant, expected_fen: int, by: User, at: datetime
) -> list[Adjustment]:
    """Take an approved discount off the bills that were issued before it was, as far as they are unpaid.

    ``expected_fen`` is the sum on the page. A grant takes off a bill once, so a second press finds nothing left.
    Raises Refused where there is nothing to take off, or the books say another sum.
    """
    rows = DiscountGrant.objects.select_for_update(no_key=True, of=("self",))
    grant = rows.select_related("rule", "decided_by", "attachment").get(
        community=grant.community_id, pk=grant.pk
    )
    found = [each for each in backdated(grant, lock=True) if each.off_fen]
    total = sum(each.off_fen for each in found)
    must(may_discount_issued(total, expected_fen=expected_fen))
    return [
        _reduce(
            each.bill,
            each.kind,
            each.off_fen,
            reason=each.reason,
            evidence=grant.attachment,
            approved_by=grant.decided_by,
            granted=(grant, each.found),
            by=by,
            at=at,
        )
        for each in found
    ]


def _locked(bill: Bill) -> Bill:
    return Bill.objects.select_for_update().get(community=bill.community_id, pk=bill.pk)


def _reduce(
    bill: Bill,
    kind: AdjustmentKind,
    amount_fen: int,
    *,
    reason: str,
    evidence: Attachment | None = None,
    approved_by: User | None = None,
    granted: tuple[DiscountGrant, Covered] | None = None,
    by: User,
    at: datetime,
) -> Adjustment:
    """Post and write; ``bill`` is locked and was looked at under the lock."""
    grant, days = granted or (None, None)
    reason = clean(reason)
    community = bill.community
    entry = post(
        community=community,
        kind=EntryKind.ADJUSTMENT,
        business_date=business_date(at),
        lines=[
            Line(_borne_by(bill, kind), amount_fen),
            Line(Account.RECEIVABLE, -amount_fen, bill.unit_id),
        ],
        by=by,
    )
    values: dict[str, Any] = {
        "community": community.pk,
        "bill": bill.pk,
        "kind": kind,
        "amount": amount_fen,
        "reason": reason,
        "evidence": evidence and evidence.pk,
        "approved_by": approved_by and approved_by.pk,
        "grant": grant and grant.pk,
        "covered_first": days and days.first,
        "covered_last": days and days.last,
        "entry": entry.pk,
        "at": at,
        "by": by.pk,
        "cancels": kind == AdjustmentKind.CANCELLATION,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REDUCE, values)
        (made,) = cursor.fetchone()
    adjustment = Adjustment.objects.get(community=community, pk=made)
    journal(
        community=community,
        by=by,
        at=at,
        action=VERBS[kind],
        subject=adjustment,
        after={"bill": bill.pk, "unit": bill.unit_id, "kind": kind, "amount_fen": amount_fen},
        reason=reason,
    )
    return adjustment


def _borne_by(bill: Bill, kind: AdjustmentKind) -> Account:
    """Return the account that bears it: money collected for others is owed on by so much less."""
    income: Account = bill.item.income_account
    if bill.item.is_agency:
        return income
    # Arrears that were brought along by mistake were no income here.
    if kind == AdjustmentKind.CANCELLATION and bill.opening_id:
        return Account.OPENING_EQUITY
    # A bill that should not have been is no income forgone.
    if kind == AdjustmentKind.CANCELLATION:
        return income
    return Account.INCOME_REDUCTION
