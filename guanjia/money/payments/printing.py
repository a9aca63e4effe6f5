"""The printer at a desk: where its paper lies, how much is left, and printings that failed."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from guanjia.accounts.models import Community, User
from guanjia.core.refusal import Refusal, Refused
from guanjia.money.payments.models import Desk, DeskPrinter, PrintFailure, Receipt, ReceiptPrint
from guanjia.money.payments.rules import PrintFault
from guanjia.records.actions import journal


def printer_at(community: Community, desk_id: int) -> DeskPrinter:
    """Return the desk's printer as set up; one that nobody has set up yet is not written."""
    found = DeskPrinter.objects.filter(community=community, desk=desk_id).first()
    return found or DeskPrinter(community=community, desk_id=desk_id)


def printings_of(receipt: Receipt) -> list[ReceiptPrint]:
    """Return the receipt's printings, the first one first, each with its failures."""
    rows = ReceiptPrint.objects.filter(community=receipt.community_id, receipt=receipt)
    return list(rows.prefetch_related("failures").order_by("nth"))


@transaction.atomic
def move_print(*, desk: Desk, dx: int, dy: int, by: User, at: datetime) -> DeskPrinter:
    """Move what the desk's printer prints by ``dx`` and ``dy`` tenths of a millimetre, right and down."""
    printer = _locked(desk)
    before = {"dx": printer.dx, "dy": printer.dy}
    printer.dx, printer.dy = dx, dy
    printer.save(update_fields=["dx", "dy"])
    after = {"dx": dx, "dy": dy}
    journal(
        community=desk.community,
        by=by,
        at=at,
        action="printer.move",
        subject=desk,
        before=before,
        after=after,
    )
    return printer


@transaction.atomic
def load_forms(*, desk: Desk, forms: int, by: User, at: datetime) -> DeskPrinter:
    """Say how many three-part forms lie in the printer now; each sheet printed there takes one off."""
    printer = _locked(desk)
    before = {"forms": printer.forms_left}
    printer.forms_left = forms
    printer.save(update_fields=["forms_left"])
    journal(
        community=desk.community,
        by=by,
        at=at,
        action="printer.load",
        subject=desk,
        before=before,
        after={"forms": forms},
    )
    return printer


def use_form(*, community: Community, desk_id: int) -> DeskPrinter:
    """Take one form off the desk's count, where there is one, and return the printer; inside a transaction."""
    printers = DeskPrinter.objects.filter(community=community, desk=desk_id)
    printers.filter(forms_left__gt=0).update(forms_left=F("forms_left") - 1)
    return printer_at(community, desk_id)


@transaction.atomic
def report_failure(*, receipt: Receipt, reason: PrintFault, by: User, at: datetime) -> PrintFailure:
    """Say that the receipt's latest printing gave no usable sheet; it is reprinted under its own number.

    Raises Refused where it was never printed, or that printing was reported before.
    """
    Desk.objects.select_for_update().get(community=receipt.community_id, pk=receipt.desk_id)
    printings = ReceiptPrint.objects.filter(community=receipt.community_id, receipt=receipt)
    latest = printings.order_by("-nth").first()
    if latest is None:
        raise Refused(Refusal("这张收据还没有打印过", "请先打印"))
    if PrintFailure.objects.filter(community=receipt.community_id, printing=latest).exists():
        raise Refused(Refusal(f"第 {latest.nth} 次打印已经记下没打好", "请用同一号码补打"))
    failure = PrintFailure.objects.create(
        community_id=receipt.community_id, printing=latest, reason=reason, by=by, at=at
    )
    journal(
        community=receipt.community,
        by=by,
        at=at,
        action="receipt.print.fail",
        subject=receipt,
        after={"nth": latest.nth},
        reason=PrintFault(reason).label,
    )
    return failure


def _locked(desk: Desk) -> DeskPrinter:
    Desk.objects.select_for_update().get(community=desk.community_id, pk=desk.pk)
    found, _ = DeskPrinter.objects.get_or_create(community=desk.community, desk=desk)
    return found
