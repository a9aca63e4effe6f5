"""The verbs of a refund: asked for by one, approved by another, paid by a third, numbered at the last moment.

Locks are taken in one order: the refund, for cash the business day and the desk, the chain, the prepayment or the
deposit, the number. An action that moves money out of either reaches it after its chain.
"""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.core.calendar import business_date
from guanjia.core.database.move import move
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.money.deposits.actions import draw_deposit
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.deposits.rules import DRAWN_MEANWHILE as DEPOSIT_DRAWN_MEANWHILE
from guanjia.money.deposits.rules import MovementKind
from guanjia.money.ledger.actions import Line, claim_request, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import OFFICE_SERIES, Entry, EntryKind, RequestKey
from guanjia.money.payments.drawer import hold_drawer
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import METHOD_ACCOUNTS, Method
from guanjia.money.prepayments.models import Movement, Prepayment
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE
from guanjia.money.refunds.models import Deduction, Refund, Voucher
from guanjia.money.refunds.reads import SOURCES, deductions_of, left_of
from guanjia.money.refunds.rules import (
    Asking,
    may_decide,
    may_pay,
    may_request,
    may_withdraw,
)
from guanjia.money.refunds.states import RefundState
from guanjia.records.actions import journal, next_number, send
from guanjia.records.attachments import attach
from guanjia.records.models import Attachment

if TYPE_CHECKING:  # not subscriptable at run time
    from django.core.files.base import File

REQUEST, PAY = "refund.request", "refund.pay"  # scopes of idempotency keys
SERIES = "refund_voucher"
# What another may have used between our look and our lock, by the constraint that says so.
MEANWHILE = {
    "prepayments_balance_sane": DRAWN_MEANWHILE,
    "deposits_balance_sane": DEPOSIT_DRAWN_MEANWHILE,
}


@transaction.atomic
def request_refund(
    *,
    source: Prepayment | HeldDeposit,
    asking: Asking,
    scan: "File[Any] | None" = None,
    key: UUID,
    by: User,
    at: datetime,
) -> Refund:
    """Ask for money back once, and hold it; the same ``key`` again returns the same refund (L7).

    ``scan`` is the paper on which the payer agreed to deductions. Raises Refused where more is asked for than is
    free, or the evidence, the payee's identity or the deductions lack something, TextError without a reason, and
    UnfitFileError. The CHECK on the balance stands behind it when the money is used meanwhile.
    """
    community = source.community
    whose = "deposit" if isinstance(source, HeldDeposit) else "prepayment"
    asked = {**asdict(asking), whose: source.pk, "by": by.pk}
    claimed = claim_request(community=community, scope=REQUEST, key=key, request=asked)
    if claimed is None:
        rows = Refund.objects.filter(community=community)
        return rows.get(request_key__scope=REQUEST, request_key__key=key)
    must(may_request(asking, left_of(source, asking.receipts), today=business_date(at)))
    kept = scan and attach(
        community=community,
        file=scan,
        name=scan.name or "",
        permission=Permission.PERSONAL_REVEAL,
        by=by,
        at=at,
    )
    with refusing(**MEANWHILE):
        refund = _request(source, asking, kept or None, claimed, by=by, at=at)
    journal(
        community=community,
        by=by,
        at=at,
        action="refund.request",
        subject=refund,
        after={
            "amount_fen": refund.amount_fen,
            "method": refund.method,
            "evidence": refund.evidence,
            "unit": source.unit_id,
            **({"deducted_fen": refund.deducted_fen} if refund.deducted_fen else {}),
        },
        reason=refund.reason,
    )
    return refund


def _request(
    source: Prepayment | HeldDeposit,
    asking: Asking,
    scan: Attachment | None,
    key: RequestKey,
    *,
    by: User,
    at: datetime,
) -> Refund:
    is_owner, by_receipt = asking.payee_is_owner, bool(asking.receipts)
    refund = Refund.objects.create(
        community=source.community,
        prepayment=source if isinstance(source, Prepayment) else None,
        deposit=source if isinstance(source, HeldDeposit) else None,
        request_key=key,
        amount_fen=asking.amount_fen,
        deducted_fen=asking.deducted_fen,
        consent=clean(asking.consent, limit=200) if asking.deductions else "",
        consent_scan=scan if asking.deductions else None,
        checked_on=asking.checked_on,
        check_paper=clean(asking.check_paper, limit=60) if asking.checked_on else "",
        method=asking.method,
        reason=clean(asking.reason, limit=200),
        payee_name=clean(asking.payee_name, limit=120),
        payee_is_owner=is_owner,
        payee_why="" if is_owner else clean(asking.payee_why, limit=200),
        identity_tail=asking.identity_tail and clean(asking.identity_tail, limit=4),
        evidence=asking.evidence,
        receipts=clean("、".join(asking.receipts), limit=200) if by_receipt else "",
        loss="" if by_receipt else clean(asking.loss, limit=200),
        account=clean(asking.account, limit=200) if asking.method is Method.TRANSFER else None,
        requested_at=at,
        requested_by=by,
    )
    Deduction.objects.bulk_create(
        Deduction(
            community=source.community,
            refund=refund,
            item_id=line.item_id,
            amount_fen=line.amount_fen,
            reason=clean(line.reason, limit=100),
        )
        for line in asking.deductions
    )
    return refund


@transaction.atomic
def approve_refund(*, refund: Refund, by: User, at: datetime) -> Refund:
    """Let the refund be paid. Raises Refused to who asked for it, and once it was decided."""
    refund = _held(refund)
    must(may_decide(RefundState(refund.state), is_applicant=refund.requested_by_id == by.pk))
    move(refund, RefundState.APPROVED, decided_by=by, decided_at=at)
    journal(community=refund.community, by=by, at=at, action="refund.approve", subject=refund)
    return refund


@transaction.atomic
def refuse_refund(*, refund: Refund, reason: str, by: User, at: datetime) -> Refund:
    """Refuse it with a reason; its money is free again. Raises Refused as approving does, TextError without a reason."""
    refund, reason = _held(refund), clean(reason, limit=200)
    must(may_decide(RefundState(refund.state), is_applicant=refund.requested_by_id == by.pk))
    move(refund, RefundState.REFUSED, decided_by=by, decided_at=at, decision=reason)
    journal(
        community=refund.community,
        by=by,
        at=at,
        action="refund.refuse",
        subject=refund,
        reason=reason,
    )
    return refund


@transaction.atomic
def withdraw_refund(*, refund: Refund, reason: str, by: User, at: datetime) -> Refund:
    """Take the request back before it is paid; its money is free again. Raises Refused, TextError without a reason."""
    refund, reason = _held(refund), clean(reason, limit=200)
    must(may_withdraw(RefundState(refund.state)))
    move(refund, RefundState.WITHDRAWN, withdrawn_by=by, withdrawn_at=at, withdrawal=reason)
    journal(
        community=refund.community,
        by=by,
        at=at,
        action="refund.withdraw",
        subject=refund,
        reason=reason,
    )
    return refund


@transaction.atomic
def pay_refund(
    *, refund: Refund, desk: Desk | None, reference: str = "", key: UUID, by: User, at: datetime
) -> Voucher:
    """Pay an approved refund once: cash out of ``desk``'s open shift, or a transfer that finance made (``reference``).

    The same ``key`` again returns the same voucher (L7). Raises Refused to who asked for it or approved it, at a
    desk without an open shift that ``by`` is in, where less cash is in its drawer, and on a closed day; TextError
    for a transfer without a reference.
    """
    community, today = refund.community, business_date(at)
    reference = "" if desk else clean(reference, limit=64)
    asked = {
        "refund": refund.pk,
        "desk": desk and desk.pk,
        "reference": reference,
        "by": by.pk,
    }
    claimed = claim_request(community=community, scope=PAY, key=key, request=asked)
    if claimed is None:
        rows = Voucher.objects.filter(community=community)
        return rows.get(request_key__scope=PAY, request_key__key=key)
    refund = _held(refund)
    must(
        may_pay(
            RefundState(refund.state),
            method=Method(refund.method),
            way=Method.CASH if desk else Method.TRANSFER,
            is_applicant=refund.requested_by_id == by.pk,
            is_approver=refund.decided_by_id == by.pk,
        )
    )
    if desk:
        hold_drawer(desk=desk, by=by, today=today, out_fen=refund.out_fen)
    voucher = Voucher(
        community=community,
        refund=refund,
        desk=desk,
        reference=reference,
        request_key=claimed,
        entry=_post(refund, desk=desk, by=by, at=at),
        amount_fen=refund.out_fen,
        business_date=today,
        at=at,
        by=by,
    )
    voucher.number = next_number(community=community, kind=SERIES)
    voucher.save()
    _tell(voucher)
    return voucher


def _post(refund: Refund, *, desk: Desk | None, by: User, at: datetime) -> Entry:
    """Post what goes out, set the held money free and move it; in this order, so that nobody can take it between."""
    entry = post(
        community=refund.community,
        kind=EntryKind.REFUND,
        business_date=business_date(at),
        lines=_lines(refund),
        by=by,
        series=desk.series if desk else OFFICE_SERIES,
    )
    move(refund, RefundState.PAID)
    if refund.deposit:
        draws = {MovementKind.REFUNDED: refund.out_fen, MovementKind.DEDUCTED: refund.deducted_fen}
        used = {kind: fen for kind, fen in draws.items() if fen}
        draw_deposit(held=refund.deposit, draws=used, entry=entry)
        return entry
    with refusing(**MEANWHILE):
        Movement.objects.create(
            community=refund.community,
            prepayment=refund.prepayment,
            entry=entry,
            amount_fen=-refund.amount_fen,
        )
    return entry


def _lines(refund: Refund) -> list[Line]:
    """Return what is posted: no longer owed, gone out, and of a deposit what becomes income or is owed to others."""
    account = Account.DEPOSITS_HELD if refund.deposit else Account.PREPAID
    kept: dict[Account, int] = {}
    for line in deductions_of(refund):
        income = line.item.income_account
        kept[income] = kept.get(income, 0) + line.amount_fen
    out = Line(METHOD_ACCOUNTS[Method(refund.method)], -refund.out_fen)
    return [
        Line(account, refund.amount_fen, refund.unit.pk),
        *([out] if refund.out_fen else []),
        *(Line(income, -fen) for income, fen in kept.items()),
    ]


def _tell(voucher: Voucher) -> None:
    refund = voucher.refund
    told = {
        "voucher": voucher.full_number,
        "amount_fen": voucher.amount_fen,
        "method": refund.method,
        "unit": refund.unit.pk,
        **({"deducted_fen": refund.deducted_fen} if refund.deducted_fen else {}),
    }
    journal(
        community=voucher.community,
        by=voucher.by,
        at=voucher.at,
        action="refund.pay",
        subject=voucher,
        after=told,
        reason=refund.reason,
    )
    send(
        community=voucher.community,
        topic="refund.paid",
        payload={"refund": refund.pk, **told},
    )


def _held(refund: Refund) -> Refund:
    """Lock the refund and return it as it stands now."""
    rows = Refund.objects.select_for_update(of=("self",)).select_related("community", *SOURCES)
    return rows.get(community=refund.community_id, pk=refund.pk)
