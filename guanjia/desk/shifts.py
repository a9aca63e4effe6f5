"""What a shift's pages tell, and a second person's signature on them."""

from datetime import date
from typing import Any

from django.forms import BaseForm
from django.utils import timezone

from guanjia.accounts.access import Standing
from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.accounts.signing import signature
from guanjia.core.refusal import Refused
from guanjia.desk.cash_desk import CashDesk
from guanjia.money.closing.actions.endings import Second
from guanjia.money.closing.actions.shifts import is_in
from guanjia.money.closing.models import Shift
from guanjia.money.closing.reads import (
    days_due,
    last_handover,
    open_shift_at,
    reopened_days,
    requests_waiting,
    takings_in,
)
from guanjia.money.closing.states import ShiftState
from guanjia.money.payments.drawer import drawer_of
from guanjia.money.payments.reads import desk_in_use


def may_work(request: StaffRequest, shift: Shift) -> bool:
    """Whether the person counts and ends this shift: in it, or overseeing."""
    return request.standing.may(Permission.SHIFT_CLOSE) and (
        oversees(request) or is_in(shift, request.user)
    )


def oversees(request: StaffRequest) -> bool:
    """Whether the person steps in for a shift they are not in."""
    return request.standing.may(Permission.SHIFT_APPROVE)


def signed(
    request: StaffRequest, form: BaseForm, permission: Permission = Permission.SHIFT_WITNESS
) -> Standing | None:
    """Return who signed the form as the second person, or say on it why nobody did.

    Outside any transaction of the caller's: a wrong try stays on record.
    """
    typed = form.cleaned_data
    try:
        return signature(
            request,
            login=typed["login"],
            secret=typed["secret"],
            permission=permission,
            at=timezone.now(),
        )
    except Refused as refused:
        form.add_error("secret", str(refused.refusal))
        return None


def second_of(standing: Standing) -> Second:
    """Return the second person as the action takes them."""
    return Second(standing.user, may_countersign=standing.may(Permission.SHIFT_APPROVE))


def drawer_note(request: StaffRequest, desk: CashDesk | None, today: date) -> str:
    """Say before anything is typed why this person could take no money at the desk; "" where they can."""
    row = desk and desk_in_use(request.standing.community, desk.pk)
    verdict = drawer_of(row, by=request.user, today=today) if row else True
    return "" if verdict is True else verdict.reason


def shift_card(request: StaffRequest, desk: CashDesk) -> dict[str, Any]:
    """Return what the workbench tells of the desk's shift: its takings, who is in it, the last one's memo."""
    community = request.standing.community
    shift = open_shift_at(community, desk.pk)
    last = last_handover(community, desk.pk)
    card: dict[str, Any] = {
        "cash_desk": desk,
        "shift": shift,
        "memo": last if last and last.memo else None,
    }
    if shift and shift.state != ShiftState.COUNTING:
        people = {each.user_id for each in shift.people}  # type: ignore[attr-defined]  # prefetched
        card |= {"takings": takings_in(shift), "in_shift": request.user.pk in people}
    return card


def unclosed_days(standing: Standing, today: date) -> dict[str, Any]:
    """Return what must not be overlooked: days opened again, who asks for one, a day forgotten."""
    if not (standing.may(Permission.DAY_CLOSE) or standing.may(Permission.DAY_REOPEN)):
        return {}
    due = days_due(standing.community, today)
    return {
        "reopened": reopened_days(standing.community),
        "requests": requests_waiting(standing.community),
        "overdue": due if due and due.day < today else None,
    }
