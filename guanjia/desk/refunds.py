"""What a refund's page tells: how far it has come, who may do what about it now, and how it is paid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.models import User
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Verdict
from guanjia.desk import cash_desk
from guanjia.desk.refund_forms import BankForm, CashForm
from guanjia.desk.taking_back import JOIN_FIRST, NO_OPEN_SHIFT, TODAY_CLOSED
from guanjia.money.closing.models import Shift
from guanjia.money.closing.reads import drawers_in_books, last_closed, open_shifts
from guanjia.money.payments.drawer import TOO_LITTLE
from guanjia.money.payments.models import Desk
from guanjia.money.payments.reads import active_desks
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.models import Deduction, Refund, Voucher
from guanjia.money.refunds.reads import deductions_of, refunds_in, voucher_of
from guanjia.money.refunds.rules import may_decide, may_pay, may_withdraw
from guanjia.money.refunds.states import RefundState
from guanjia.records.actions import reveal


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done about a refund; ``words`` are why."""

    label: str
    by: User
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """How the refund is paid, or why not: ``joinable`` are shifts to join first, ``account`` where a transfer goes."""

    verdict: Verdict
    form: CashForm | BankForm
    joinable: list[Shift]
    account: str = ""


@dataclass(frozen=True, slots=True)
class RefundPage:
    """A refund with what was done about it, and what this person may do now."""

    refund: Refund
    voucher: Voucher | None
    steps: list[Step]
    deductions: list[Deduction]
    account: str  # masked
    scan: str  # the address of the paper that was signed; "" where there is none, or this person may not open it
    may_decide: bool
    decision: Verdict  # why not, where the person is who asked
    may_withdraw: bool
    pays_by: str  # the route that pays it; "" where this person does not

    @property
    def number(self) -> str:
        """The voucher's number; "" while it is not paid."""
        return self.voucher.full_number if self.voucher else ""


PAYING = {
    Method.CASH: ("desk:refund-payment", Permission.REFUND_PAY),
    Method.TRANSFER: ("desk:refund-transfer", Permission.REFUND_TRANSFER),
}


def page_of(refund: Refund, standing: Standing) -> RefundPage:
    """Return the refund as its page tells it."""
    voucher, state = voucher_of(refund), RefundState(refund.state)
    route, permission = PAYING[Method(refund.method)]
    decides = state is RefundState.REQUESTED and standing.may(Permission.REFUND_APPROVE)
    pays = state is RefundState.APPROVED and standing.may(permission)
    return RefundPage(
        refund=refund,
        voucher=voucher,
        steps=list(_steps(refund, voucher)),
        deductions=deductions_of(refund),
        account=masked(refund.account or ""),
        scan=_scan_of(refund, standing),
        may_decide=decides,
        decision=may_decide(state, is_applicant=refund.requested_by_id == standing.user.pk),
        may_withdraw=standing.may(Permission.REFUND_REQUEST) and bool(may_withdraw(state)),
        pays_by=route if pays else "",
    )


def _scan_of(refund: Refund, standing: Standing) -> str:
    scan = refund.consent_scan
    if scan is None or not standing.may(Permission(scan.permission)):
        return ""
    return reverse("records:attachment", args=[standing.community.code, scan.pk])


def _steps(refund: Refund, voucher: Voucher | None) -> Iterator[Step]:
    yield Step(say("申请"), refund.requested_by, refund.requested_at, refund.reason)
    if refund.decided_by and refund.decided_at:
        refused = refund.state == RefundState.REFUSED
        label = say("驳回") if refused else say("批准")
        yield Step(label, refund.decided_by, refund.decided_at, refund.decision)
    if refund.withdrawn_by and refund.withdrawn_at:
        yield Step(say("撤回"), refund.withdrawn_by, refund.withdrawn_at, refund.withdrawal)
    if voucher:
        where = voucher.desk.name if voucher.desk else voucher.reference
        yield Step(say("付款"), voucher.by, voucher.at, where)


def masked(account: str) -> str:
    """Return where a transfer goes with all but the last four digits hidden."""
    digits = [place for place, char in enumerate(account) if char.isdigit()]
    hidden = set(digits[:-4])
    return "".join("•" if place in hidden else char for place, char in enumerate(account))


def cash_dialog(request: StaffRequest, refund: Refund) -> Dialog:
    """Return how the refund is paid in cash, as the drawers stand now."""
    community, today = request.standing.community, business_date(timezone.now())
    manned = [d for d in active_desks(community) if d.cashiers and d.shift_day == today]
    mine = [desk for desk in manned if request.user.pk in desk.cashiers]
    drawers = drawers_in_books(community.pk, [desk.pk for desk in mine])
    usable = [desk for desk in mine if drawers[desk.pk].fen >= refund.out_fen]
    verdict = _may_pay(request, refund, Method.CASH) and _at_a_desk(
        request, manned, mine, usable, today
    )
    chosen = cash_desk.current(request)
    here = next((desk for desk in usable if chosen and desk.pk == chosen.pk), None)
    sent = request.POST if request.method == "POST" else None
    form = CashForm(sent, community=community, desks=usable, desk=here or next(iter(usable), None))
    ids = {desk.pk for desk in manned}
    joinable = [s for s in open_shifts(community) if s.desk_id in ids]
    return Dialog(verdict, form, joinable if verdict is JOIN_FIRST else [])


def _at_a_desk(
    request: StaffRequest, manned: list[Desk], mine: list[Desk], usable: list[Desk], today: date
) -> Verdict:
    if usable:
        return True
    if mine:
        return TOO_LITTLE
    if manned:
        return JOIN_FIRST
    closed = last_closed(request.standing.community)
    return TODAY_CLOSED if closed and closed >= today else NO_OPEN_SHIFT


def bank_dialog(request: StaffRequest, refund: Refund) -> Dialog:
    """Return how finance pays it: each look at the full account leaves a trace, as with phones and ID numbers (D7)."""
    verdict = _may_pay(request, refund, Method.TRANSFER)
    account = ""
    if verdict:
        words: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        account = reveal(subject=refund, field="account", reason=say("转账退款"), **words)
    sent = request.POST if request.method == "POST" else None
    return Dialog(verdict, BankForm(sent), [], account)


def _may_pay(request: StaffRequest, refund: Refund, way: Method) -> Verdict:
    return may_pay(
        RefundState(refund.state),
        method=Method(refund.method),
        way=way,
        is_applicant=refund.requested_by_id == request.user.pk,
        is_approver=refund.decided_by_id == request.user.pk,
    )


def refunds_waiting(standing: Standing) -> int:
    """Return how many refunds wait for this person's approval: others' requests."""
    if not standing.may(Permission.REFUND_APPROVE):
        return 0
    rows = refunds_in(standing.community, RefundState.REQUESTED)
    return rows.exclude(requested_by=standing.user.pk).count()
