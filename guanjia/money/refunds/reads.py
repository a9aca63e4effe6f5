"""What the desk and the books read of refunds."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from guanjia.accounts.models import Community
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.models import Receipt, Reversal
from guanjia.money.payments.reads import receipts_numbered
from guanjia.money.prepayments.models import Movement, Prepayment, Transfer
from guanjia.money.refunds.models import Deduction, Refund, Voucher
from guanjia.money.refunds.rules import Left
from guanjia.money.refunds.states import RefundState

# Whose money a refund is of, with what pages tell of it.
SOURCES = ("prepayment__unit", "prepayment__party", "deposit__unit", "deposit__kind")


def refunds_in(community: Community, state: RefundState | None = None) -> QuerySet[Any]:
    """Return the community's refunds, newest first, each with its ``voucher`` number where it was paid."""
    rows = Refund.objects.filter(community=community)
    if state:
        rows = rows.filter(state=state)
    paid = Voucher.objects.filter(community=OuterRef("community"), refund=OuterRef("pk"))
    rows = rows.annotate(voucher_number=Subquery(paid.values("number")[:1]))
    return rows.select_related(*SOURCES, "requested_by", "decided_by").order_by("-pk")


def refunds_of(community: Community, prepayments: Collection[int]) -> QuerySet[Any]:
    """Return the refunds of these prepayments, newest first."""
    return refunds_in(community).filter(prepayment__in=prepayments)


def refunds_of_deposits(community: Community, deposits: Collection[int]) -> QuerySet[Any]:
    """Return the refunds of these deposits, newest first."""
    return refunds_in(community).filter(deposit__in=deposits)


def deductions_of(refund: Refund) -> list[Deduction]:
    """Return what is kept of the deposit, as it was written down, each line's item loaded."""
    if not refund.deducted_fen:
        return []
    rows = Deduction.objects.filter(community=refund.community_id, refund=refund)
    return list(rows.select_related("item").order_by("pk"))


def voucher_of(refund: Refund) -> Voucher | None:
    """Return how the refund was paid, if it was."""
    rows = Voucher.objects.filter(community=refund.community_id, refund=refund)
    return rows.select_related("by", "desk").first()


def vouchers_on(community: Community, day: date) -> QuerySet[Voucher]:
    """Return what was paid back on ``day``, at desks and by transfer, in the vouchers' order."""
    rows = Voucher.objects.filter(community=community, business_date=day)
    return _told(rows)


def vouchers_between(
    desk_id: int, community_id: int, *, after: int, until: int
) -> QuerySet[Voucher]:
    """Return what was paid back in cash at the desk between two places of its chain, the first excluded."""
    rows = Voucher.objects.filter(
        community=community_id,
        desk=desk_id,
        entry__links__position__gt=after,
        entry__links__position__lte=until,
    )
    return _told(rows)


def _told(rows: QuerySet[Voucher]) -> QuerySet[Voucher]:
    sources = [f"refund__{each}" for each in SOURCES]
    return rows.select_related(*sources, "refund__decided_by", "desk", "by").order_by("number")


def left_of(source: Prepayment | HeldDeposit, receipts: Sequence[str]) -> Left:
    """Return what there is to give back as it stands now, and whose it is; ``receipts`` are the numbers handed in."""
    if isinstance(source, HeldDeposit):
        return _left_of_deposit(source, receipts)
    rows = Prepayment.objects.select_related("party")
    now = rows.get(community=source.community_id, pk=source.pk)
    return Left(
        what="预存",
        owner="存款人",
        balance_fen=now.balance_fen,
        held_fen=now.held_fen,
        owners=(now.party.name,) if now.party else (),
        strange=strange_receipts(now, receipts),
    )


def _left_of_deposit(deposit: HeldDeposit, receipts: Sequence[str]) -> Left:
    rows = HeldDeposit.objects.select_related("kind", "party__merged_into")
    now = rows.get(community=deposit.community_id, pk=deposit.pk)
    return Left(
        what=now.kind.name,
        owner="缴款人",
        balance_fen=now.balance_fen,
        held_fen=now.held_fen,
        owners=names_of(now),
        strange=[number for number in receipts if not _took(now, number)],
        taken_on=now.received_on,
        needs_check=now.kind.needs_completion_check,
    )


def names_of(deposit: HeldDeposit) -> tuple[str, ...]:
    """Return the names that who gave the deposit goes by: as the receipt has it, and as the register has it now."""
    party = deposit.party and (deposit.party.merged_into or deposit.party)
    names = [deposit.payer_name, party.name if party else ""]
    return tuple(dict.fromkeys(filter(None, names)))


def receipt_of(deposit: HeldDeposit) -> Receipt | None:
    """Return the receipt that took the deposit, its desk loaded; None for what came with the opening."""
    rows = Receipt.objects.filter(community=deposit.community_id, payment__entry=deposit.entry_id)
    return rows.select_related("desk").first()


def _took(deposit: HeldDeposit, number: str) -> bool:
    """Whether ``number`` is of the receipt that took the deposit; of an older book's nobody can tell unless it was noted."""
    receipt = receipt_of(deposit)
    if receipt is None:
        return deposit.old_receipt in {"", number}
    found = receipts_numbered(deposit.community, number)
    return receipt.pk in {each.pk for each in found}


def strange_receipts(prepayment: Prepayment, numbers: Sequence[str]) -> list[str]:
    """Return which of ``numbers`` are of no standing receipt that left this money.

    Money that was moved here came by receipts of where it was before. What an office brought along when it went live
    has receipts of another book, which nobody can look up here.
    """
    origins = _origins(prepayment)
    came = Movement.objects.filter(
        community=prepayment.community_id, prepayment__in=origins, amount_fen__gt=0
    )
    if not numbers or came.filter(entry__kind=EntryKind.OPENING).exists():
        return []
    found = [receipts_numbered(prepayment.community, number) for number in numbers]
    taken_back = Reversal.objects.filter(
        community=OuterRef("community"), payment=OuterRef("payment")
    )
    standing = Receipt.objects.filter(
        ~Exists(taken_back),
        community=prepayment.community_id,
        pk__in=[receipt.pk for receipts in found for receipt in receipts],
        payment__entry__in=came.values("entry"),
    )
    known = set(standing.values_list("pk", flat=True))
    return [
        number
        for number, receipts in zip(numbers, found, strict=True)
        if not known & {receipt.pk for receipt in receipts}
    ]


def _origins(prepayment: Prepayment) -> set[int]:
    """Return the prepayment and those that its money was moved from."""
    found, latest = set[int](), {prepayment.pk}
    while latest:
        found |= latest
        moved = Transfer.objects.filter(community=prepayment.community_id, target__in=latest)
        latest = set(moved.values_list("source", flat=True)) - found
    return found
