"""What this browser knows of its printer, kept in its session: the dot in the top bar costs no statement."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.permissions import Permission
from guanjia.core.components.frame import Stat
from guanjia.money.payments.models import DeskPrinter
from guanjia.money.payments.rules import FEW_FORMS, PrintFault

_KEY = "printer"


def remember(request: HttpRequest, printer: DeskPrinter, fault: str = "") -> None:
    """Keep how the printer stands: the desk, what went wrong with the latest sheet, how many forms are left."""
    known = [printer.community_id, printer.desk_id, str(fault), printer.forms_left]
    if request.session.get(_KEY) != known:
        request.session[_KEY] = known


def stat(request: HttpRequest, standing: Standing) -> tuple[Stat, ...]:
    """Return the dot of the printer last used here; none before, and none for who does not print."""
    community_id, desk_id, fault, left = request.session.get(_KEY, (0, 0, "", None))
    if community_id != standing.community.pk or not standing.may(Permission.RECEIPT_PRINT):
        return ()
    url = reverse("desk:printer", args=[standing.community.code, desk_id])
    return (_stat(fault, left, url),)


def _stat(fault: str, left: int | None, url: str) -> Stat:
    if fault:
        label = PrintFault(fault).label
        return Stat(label, say("上一张没有打好，请补打"), "error", url)
    if left is None:
        return Stat(say("打印机"), say("上一张已打印；还没有登记装了多少三联纸"), "", url)
    words = say("三联纸还剩 %(n)s 份") % {"n": left}
    if left <= FEW_FORMS:
        return Stat(say("纸剩 %(n)s") % {"n": left}, words + say("，请备纸"), "warn", url)
    return Stat(say("打印机"), words, "", url)
