"""The verbs of a refund: asked for by one, approved by another, paid by a third, numbered at the last moment.

Locks are taken in one order: the refund, for cash the business day and the desk, the chain, the prepayment, the
number. An action that moves money out of a prepayment reaches it after its chain.
"""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.calendar import business_date
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refused
from guanjia.core.text import clean
from guanjia.money.ledger.actions import Line, claim_request, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import OFFICE_SERIES, Entry, EntryKind, RequestKey
from guanjia.money.payments.drawer import hold_drawer
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import METHOD_ACCOUNTS, Method
from guanjia.money.prepayments.models import Movement, Prepayment
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.reads import strange_receipts
from guanjia.money.refunds.rules import (
    Asking,
    Verdict,
    may_decide,
    may_pay,
    may_request,
    may_withdraw,
)
from guanjia.money.refunds.states import RefundState
from guanjia.records.actions import journal, next_number, send

REQUEST, PAY = "refund.request", "refund.pay"  # scopes of idempotency keys
SERIES = "refund_voucher"


@transaction.atomic
def request_refund(
    *, prepayment: Prepayment, asking: Asking, key: UUID, by: User, at: datetime
) -> Refund:
    """Ask for money back once, and hold it; the same ``key`` again returns the same refund (L7).

    Raises Refused where more is asked for than is free, or the evidence or the payee's identity lack something, and
    TextError without a reason. The CHECK on the balance stands behind it when the money is used meanwhile.
    """
    community = prepayment.community
    asked = {**asdict(asking), "prepayment": prepayment.pk, "by": by.pk}
    claimed = claim_request(community=community, scope=REQUEST, key=key, request=asked)
    if claimed is None:
        rows = Refund.objects.filter(community=community)
        return rows.get(request_key__scope=REQUEST, request_key__key=key)
    now = Prepayment.objects.select_related("party").get(community=community, pk=prepayment.pk)
    _must(
        may_request(
            asking,
            balance_fen=now.balance_fen,
            held_fen=now.held_fen,
            owner=now.party.name if now.party else "",
            strange=strange_receipts(now, asking.receipts),
        )
    )
    with refusing(prepayments_balance_sane=DRAWN_MEANWHILE):
        refund = _request(now, asking, claimed, by=by, at=at)
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
            "unit": prepayment.unit_id,
        },
        reason=refund.reason,
    )
    return refund


def _request(
    prepayment: Prepayment, asking: Asking, key: RequestKey, *, by: User, at: datetime
) -> Refund:
    is_owner, by_receipt = asking.payee_is_owner, bool(asking.receipts)
    return Refund.objects.create(
        community=prepayment.community,
        prepayment=prepayment,
        request_key=key,
        amount_fen=asking.amount_fen,
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


@transaction.atomic
def approve_refund(*, refund: Refund, by: User, at: datetime) -> Refund:
    """Let the refund be paid. Raises Refused to who asked for it, and once it was decided."""
    refund = _held(refund)
    _must(may_decide(RefundState(refund.state), is_applicant=refund.requested_by_id == by.pk))
    _move(refund, RefundState.APPROVED, decided_by=by, decided_at=at)
    journal(community=refund.community, by=by, at=at, action="refund.approve", subject=refund)
    return refund


@transaction.atomic
def refuse_refund(*, refund: Refund, reason: str, by: User, at: datetime) -> Refund:
    """Refuse it with a reason; its money is free again. Raises Refused as approving does, TextError without a reason."""
    refund, reason = _held(refund), clean(reason, limit=200)
    _must(may_decide(RefundState(refund.state), is_applicant=refund.requested_by_id == by.pk))
    _move(refund, RefundState.REFUSED, decided_by=by, decided_at=at, decision=reason)
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
    _must(may_withdraw(RefundState(refund.state)))
    _move(refund, RefundState.WITHDRAWN, withdrawn_by=by, withdrawn_at=at, withdrawal=reason)
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
    _must(
        may_pay(
            RefundState(refund.state),
            method=Method(refund.method),
            way=Method.CASH if desk else Method.TRANSFER,
            is_applicant=refund.requested_by_id == by.pk,
            is_approver=refund.decided_by_id == by.pk,
        )
    )
    if desk:
        hold_drawer(desk=desk, by=by, today=today, out_fen=refund.amount_fen)
    voucher = Voucher(
        community=community,
        refund=refund,
        desk=desk,
        reference=reference,
        request_key=claimed,
        entry=_post(refund, desk=desk, by=by, at=at),
        amount_fen=refund.amount_fen,
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
        lines=[
            Line(Account.PREPAID, refund.amount_fen, refund.prepayment.unit_id),
            Line(METHOD_ACCOUNTS[Method(refund.method)], -refund.amount_fen),
        ],
        by=by,
        series=desk.series if desk else OFFICE_SERIES,
    )
    _move(refund, RefundState.PAID)
    with refusing(prepayments_balance_sane=DRAWN_MEANWHILE):
        Movement.objects.create(
            community=refund.community,
            prepayment=refund.prepayment,
            entry=entry,
            amount_fen=-refund.amount_fen,
        )
    return entry


def _tell(voucher: Voucher) -> None:
    refund = voucher.refund
    told = {
        "voucher": voucher.full_number,
        "amount_fen": voucher.amount_fen,
        "method": refund.method,
        "unit": refund.prepayment.unit_id,
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
    rows = Refund.objects.select_for_update(of=("self",)).select_related("community", "prepayment")
    return rows.get(community=refund.community_id, pk=refund.pk)


def _move(refund: Refund, state: RefundState, **fields: object) -> None:
    """Write the next state of a locked refund."""
    values = {"state": state, **fields}
    for name, value in values.items():
        setattr(refund, name, value)
    Refund.objects.filter(community=refund.community_id, pk=refund.pk).update(**values)


def _must(verdict: Verdict) -> None:
    if not verdict:
        raise Refused(verdict)
