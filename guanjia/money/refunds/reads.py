"""What the desk and the books read of refunds."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from guanjia.accounts.models import Community
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.models import Receipt, Reversal
from guanjia.money.payments.reads import receipts_numbered
from guanjia.money.prepayments.models import Movement, Prepayment, Transfer
from guanjia.money.refunds.models import Refund, Voucher
from guanjia.money.refunds.states import RefundState


def refunds_in(community: Community, state: RefundState | None = None) -> QuerySet[Any]:
    """Return the community's refunds, newest first, each with its ``voucher`` number where it was paid."""
    rows = Refund.objects.filter(community=community)
    if state:
        rows = rows.filter(state=state)
    paid = Voucher.objects.filter(community=OuterRef("community"), refund=OuterRef("pk"))
    rows = rows.annotate(voucher_number=Subquery(paid.values("number")[:1]))
    return rows.select_related(
        "prepayment__unit", "prepayment__party", "requested_by", "decided_by"
    ).order_by("-pk")


def refunds_of(community: Community, prepayments: Collection[int]) -> QuerySet[Any]:
    """Return the refunds of these prepayments, newest first."""
    return refunds_in(community).filter(prepayment__in=prepayments)


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
    rows = rows.select_related("refund__prepayment__unit", "refund__decided_by", "desk", "by")
    return rows.order_by("number")


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
