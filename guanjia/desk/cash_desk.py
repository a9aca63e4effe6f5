"""The cash desk that this browser works at, kept in its session, per community."""

from dataclasses import dataclass

from guanjia.accounts.permissions import Permission
from guanjia.accounts.permits import StaffRequest
from guanjia.core.refusal import Refusal, Refused
from guanjia.desk.printer import remember
from guanjia.money.payments.models import Desk
from guanjia.money.payments.printing import printer_at
from guanjia.money.payments.reads import active_desks, desk_in_use

_KEY = "cash_desks"


@dataclass(frozen=True, slots=True)
class CashDesk:
    """The chosen desk; whether it is still in use is seen when money is taken."""

    pk: int
    name: str


def current(request: StaffRequest) -> CashDesk | None:
    """Return the desk chosen here, or the community's only one; None while a choice is due.

    Only those who take money have one. Costs no statement once chosen.
    """
    if not request.standing.may(Permission.PAYMENT_TAKE):
        return None
    chosen = request.session.get(_KEY, {}).get(str(request.standing.community.pk))
    if chosen:
        return CashDesk(*chosen)
    desks = active_desks(request.standing.community)[:2]
    return choose(request, desks[0]) if len(desks) == 1 else None


def choose(request: StaffRequest, desk: Desk) -> CashDesk:
    """Work at ``desk`` from now on."""
    chosen = {str(request.standing.community.pk): [desk.pk, desk.name]}
    request.session[_KEY] = request.session.get(_KEY, {}) | chosen
    remember(request, printer_at(desk.community, desk.pk))
    return CashDesk(desk.pk, desk.name)


def open_one(request: StaffRequest) -> Desk:
    """Return the chosen desk as it stands in the books. Raises Refused where there is none in use."""
    chosen = current(request)
    desk = chosen and desk_in_use(request.standing.community, chosen.pk)
    if not desk:
        _leave(request)
        raise Refused(Refusal("这里还没有选定收银台，或它已停用", "请选一个收银台，再收款"))
    return desk


def _leave(request: StaffRequest) -> None:
    chosen = dict(request.session.get(_KEY, {}))
    chosen.pop(str(request.standing.community.pk), None)
    request.session[_KEY] = chosen
