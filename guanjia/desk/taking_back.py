"""What the dialog tells before a receipt is taken back: what is owed again, how the money goes back, or why it may not."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community
from guanjia.accounts.permissions import ROLE_LABELS, Permission, roles_with
from guanjia.accounts.permits import StaffRequest
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refusal, Verdict
from guanjia.desk import cash_desk
from guanjia.desk.taking_back_forms import TakingBackForm
from guanjia.money.closing.models import Shift
from guanjia.money.closing.reads import last_closed, open_shifts
from guanjia.money.invoices.taking_back import may_let_go
from guanjia.money.payments.models import Desk, Part, Receipt
from guanjia.money.payments.reads import active_desks
from guanjia.money.payments.reversing import may_take_back
from guanjia.money.payments.rules import Method, ReversalKind, reversal_kind

NO_OPEN_SHIFT = Refusal(
    "今天没有开着的班，退款没有收银台可记", "请收银同事先到“交班”点备用金开班，再来办理"
)
JOIN_FIRST = Refusal("退现金的人要在收银台的这一班里，现在这一班里没有您", "请先加入本班，再来办理")
TODAY_CLOSED = Refusal("今天已经日结，账不能再动", "请明天来办，或请财务、主任批准重开今天")
# How the money of each method goes back to the customer.
WAYS = {
    Method.CASH: _("从钱箱退现金给客户"),
    Method.POS: _("在 POS 机上撤销，原路退回银行卡"),
    Method.STATIC_CODE: _("在收款码商户平台原路退回"),
    Method.TRANSFER: _("由财务转回原付款账户"),
    Method.PREPAYMENT: _("退回预存余额"),
}


class Route(NamedTuple):
    """The address that takes a receipt back, and what that is called."""

    name: str
    label: str


ROUTES = {
    ReversalKind.VOID: Route("desk:receipt-void", ReversalKind.VOID.label),
    ReversalKind.RED: Route("desk:receipt-reversal", ReversalKind.RED.label),
}
PERMISSIONS = {
    ReversalKind.VOID: Permission.RECEIPT_VOID,
    ReversalKind.RED: Permission.RECEIPT_REVERSE,
}


@dataclass(frozen=True, slots=True)
class TakingBack:
    """The dialog: ``joinable`` are the shifts to join first where cash is given back."""

    kind: ReversalKind
    verdict: Verdict
    ways: list[tuple[Part, object]]
    form: TakingBackForm
    joinable: list[Shift]


def route_back(standing: Standing, receipt: Receipt) -> Route | None:
    """Return where this person takes the receipt back; None where they may not."""
    kind = reversal_kind(
        taken_on=receipt.payment.business_date, today=business_date(timezone.now())
    )
    return ROUTES[kind] if standing.may(PERMISSIONS[kind]) else None


def who_takes_back(receipt: Receipt) -> str:
    """Say what taking the receipt back is called today and which roles do it, for who may not."""
    kind = reversal_kind(
        taken_on=receipt.payment.business_date, today=business_date(timezone.now())
    )
    roles = roles_with(PERMISSIONS[kind])
    who = "、".join(label for role, label in ROLE_LABELS.items() if role in roles)
    return say("要{kind}这张收据的，请交{who}办理").format(kind=kind.label, who=who)


def taking_back(request: StaffRequest, receipt: Receipt, kind: ReversalKind) -> TakingBack:
    """Return the dialog as the books stand now, with what was typed."""
    community, today = request.standing.community, business_date(timezone.now())
    parts = list(
        Part.objects.filter(community=community, payment=receipt.payment_id).order_by("pk")
    )
    is_cash = any(part.method == Method.CASH for part in parts)
    manned = [d for d in active_desks(community) if d.cashiers and d.shift_day == today]
    usable = [d for d in manned if not is_cash or request.user.pk in d.cashiers]
    verdict = (
        may_take_back(receipt, by=request.user, today=today, **rights(kind))
        and may_let_go(receipt)
        and _at_a_desk(community, manned, usable, today)
    )
    return TakingBack(
        kind=kind,
        verdict=verdict,
        ways=[(part, WAYS[Method(part.method)]) for part in parts],
        form=TakingBackForm(
            request.POST if request.method == "POST" else None,
            community=community,
            desks=usable,
            desk=_nearest(request, receipt, usable),
        ),
        joinable=_shifts(community, manned) if verdict is JOIN_FIRST else [],
    )


def rights(kind: ReversalKind) -> dict[str, bool]:
    """Return what the address of ``kind`` permits: whoever came by it was asked for that permission alone."""
    return {"may_void": kind is ReversalKind.VOID, "may_red": kind is ReversalKind.RED}


def _at_a_desk(
    community: Community, manned: list[Desk], usable: list[Desk], today: date
) -> Verdict:
    if usable:
        return True
    if manned:
        return JOIN_FIRST
    closed = last_closed(community)
    return TODAY_CLOSED if closed and closed >= today else NO_OPEN_SHIFT


def _nearest(request: StaffRequest, receipt: Receipt, usable: list[Desk]) -> Desk | None:
    """Return the desk worked at here, else the receipt's own, else any."""
    chosen = cash_desk.current(request)
    wished = [chosen.pk if chosen else 0, receipt.desk_id]
    return min(
        usable,
        key=lambda desk: wished.index(desk.pk) if desk.pk in wished else len(wished),
        default=None,
    )


def _shifts(community: Community, desks: list[Desk]) -> list[Shift]:
    ids = {desk.pk for desk in desks}
    return [shift for shift in open_shifts(community) if shift.desk_id in ids]
