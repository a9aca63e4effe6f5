"""What the desk reads of payments: a household's receipts, a cashier's day."""

import re
from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.core.database.written import written_once
from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.payments.models import Allocation, Desk, Part, Receipt, ReceiptPrint, Reversal

_NUMBER = re.compile("0*([1-9][0-9]{0,8})")
_LONGEST_PREFIX = 6


def receipts_of(community: Community, unit_ids: Sequence[int]) -> QuerySet[Any]:
    """Return the receipts of these units, newest first, each with ``items`` and how often ``printed``."""
    return _told(Receipt.objects.filter(community=community, payment__unit__in=unit_ids)).order_by(
        "-payment__at", "-pk"
    )


def receipts_at(community: Community, desk_id: int) -> QuerySet[Any]:
    """Return the desk's receipts, newest first, each with ``items`` and how often ``printed``."""
    return _told(Receipt.objects.filter(community=community, desk=desk_id)).order_by("-number")


def receipts_in(
    community: Community,
    *,
    day: date | None = None,
    number: int | None = None,
    unit: str = "",
    desk: Desk | None = None,
    method: str | None = None,
) -> QuerySet[Any]:
    """Return the community's receipts, newest first; ``unit`` is a unit's key."""
    asked = {
        "payment__business_date": day,
        "number": number,
        "payment__unit__key": unit or None,
        "desk": desk,
    }
    given = {field: value for field, value in asked.items() if value is not None}
    rows = Receipt.objects.filter(community=community, **given)
    if method:
        parts = Part.objects.filter(community=community, payment=OuterRef("payment"), method=method)
        rows = rows.filter(Exists(parts))
    return _told(rows).order_by("-pk")


def reversal_of(receipt: Receipt) -> Reversal | None:
    """Return how the receipt was taken back, if it was."""
    rows = Reversal.objects.filter(community=receipt.community_id, payment=receipt.payment_id)
    return rows.select_related("by", "desk").first()


def receipts_numbered(community: Community, text: str, limit: int = 4) -> list[Receipt]:
    """Return the receipts whose number as printed is ``text``: with or without its desk's letters and its noughts.

    A desk's letters may end in digits, as in A1: each way to part them from the number is looked for.
    """
    ways = [
        Q(number=int(found[1]), **({"desk__prefix__iexact": text[:cut]} if cut else {}))
        for cut in range(min(_LONGEST_PREFIX, len(text)) + 1)
        if (found := _NUMBER.fullmatch(text[cut:]))
    ]
    if not ways:
        return []
    rows = Receipt.objects.filter(reduce(or_, ways), community=community)
    return list(rows.select_related("desk", "payment__unit").order_by("-payment__at")[:limit])


def unpaid_bills(unit: Unit, sisters: Sequence[Unit], day: date) -> list[Any]:
    """Return the open bills of ``unit`` and its sister units, oldest first.

    Each with ``debtor_name`` and ``owed_now``: whether who owes it is the unit's debtor on ``day``. Debts
    stay with the debtor, so a former owner's are not asked of the new one.
    """
    return _unpaid(unit.community_id, [unit.pk, *(sister.pk for sister in sisters)], day)


@written_once
def _unpaid(community: int, units: list[int], day: date) -> QuerySet[Any]:
    rows = Bill.objects.open_of(Community(pk=community), units)
    told: QuerySet[Any] = with_debtor(rows, day).annotate(debtor_name=F("debtor__name"))
    return told


def with_debtor(bills: QuerySet[Bill], day: date) -> QuerySet[Any]:
    """Add ``owed_now`` to bills: whether who owes it is the unit's debtor on ``day``; of a one-off charge, who lives there."""
    here_now = Tenure.objects.filter(
        on_day(day),
        community=OuterRef("community"),
        unit=OuterRef("unit"),
        party=OuterRef("debtor_now"),
    )
    owes_now = Q(Exists(here_now.filter(is_debtor=True)))
    now = Coalesce("debtor__merged_into_id", "debtor_id")
    return bills.annotate(debtor_now=now).annotate(
        owed_now=owes_now | Q(Exists(here_now), extra__isnull=False)
    )


def active_desks(community: Community) -> QuerySet[Desk]:
    """Return the desks in use."""
    return Desk.objects.filter(community=community, is_active=True).order_by("name")


def desk_in_use(community: Community, pk: int) -> Desk | None:
    """Return the desk with this id while it is in use."""
    return next(iter(_desk(community.pk, pk)), None)


@written_once
def _desk(community: int, pk: int) -> QuerySet[Desk]:
    return Desk.objects.filter(community=community, pk=pk, is_active=True)


def _told(rows: QuerySet[Receipt]) -> QuerySet[Any]:
    """Add what a list shows: ``items``, ``deposits``, ``methods``, how often ``printed``, and how it was ``reversed``, if it was."""
    prints = ReceiptPrint.objects.filter(community=OuterRef("community"), receipt=OuterRef("pk"))
    of_payment = {"community": OuterRef("community"), "payment": OuterRef("payment")}
    items = Allocation.objects.filter(**of_payment).order_by().values("payment")
    methods = Part.objects.filter(**of_payment).order_by().values("payment")
    reversals = Reversal.objects.filter(**of_payment)
    held = HeldDeposit.objects.filter(
        community=OuterRef("community"), entry=OuterRef("payment__entry")
    )
    deposits = held.order_by().values("entry").annotate(names=ArrayAgg("kind__name", distinct=True))
    return rows.select_related("desk", "payment__unit", "payment__by").annotate(
        items=Subquery(
            items.annotate(names=ArrayAgg("bill__item__name", distinct=True)).values("names")
        ),
        methods=Subquery(methods.annotate(kinds=ArrayAgg("method", distinct=True)).values("kinds")),
        printed=Coalesce(Subquery(prints.order_by("-nth").values("nth")[:1]), 0),
        deposits=Subquery(deposits.values("names")),
        reversed=Subquery(reversals.values("kind")),
    )
