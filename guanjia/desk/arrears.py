"""Which units are behind, told from their open bills."""

from datetime import date
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community
from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.money.bills.models import IS_OPEN, OPEN_FEN, Bill
from guanjia.money.payments.reads import with_debtor


def with_arrears(units: QuerySet[Unit], day: date) -> QuerySet[Any]:
    """Add ``open_fen``, ``overdue_fen`` and today's ``debtor_name`` to units."""
    bills = Bill.objects.filter(IS_OPEN, community=OuterRef("community"), unit=OuterRef("pk"))
    of_unit = bills.order_by().values("unit")
    debtor = Tenure.objects.filter(
        on_day(day), community=OuterRef("community"), unit=OuterRef("pk"), is_debtor=True
    )
    return units.annotate(
        open_fen=Coalesce(Subquery(of_unit.annotate(sum=Sum(OPEN_FEN)).values("sum")), 0),
        overdue_fen=Coalesce(
            Subquery(of_unit.filter(due_on__lt=day).annotate(sum=Sum(OPEN_FEN)).values("sum")), 0
        ),
        debtor_name=Subquery(debtor.values("party__name")[:1]),
    )


def most_overdue(community: Community, day: date) -> QuerySet[Any]:
    """Return the units with overdue bills, the largest sum first: number, key, sum, bills, since when."""
    rows = Bill.objects.filter(IS_OPEN, community=community, due_on__lt=day).values(
        "unit__key", "unit__number"
    )
    return rows.annotate(
        overdue_fen=Sum(OPEN_FEN), count=Count("pk"), since=Min("due_on")
    ).order_by("-overdue_fen", "unit__key")


def unpaid_now(unit: Unit, day: date) -> Subquery:
    """Return the sum in fen that today's debtor owes for the unit and its household, to be part of a statement."""
    kin = Q(unit=unit)
    if unit.household_id:
        kin |= Q(unit__household=unit.household_id)
    rows = Bill.objects.filter(kin, IS_OPEN, community=unit.community_id)
    own = with_debtor(rows, day).filter(Q(owed_now=True) | Q(debtor=None)).order_by()
    return Subquery(own.values("community").annotate(sum=Sum(OPEN_FEN)).values("sum"))
