"""Getters that stay inside the community a person stands in; out of reach is 404.

Desks take back the one-off charges that they made, finance what a run issued: two getters, and neither
returns the other's bills.
"""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.accounts.permissions import Permission
from guanjia.money.bills.models import Bill


def may_cancel_bill(standing: Standing, bill: Bill) -> bool:
    """Whether this person takes back bills of its making."""
    return standing.may(Permission.PAYMENT_TAKE if bill.extra_id else Permission.BILL_RUN)


def issued_bill_for(standing: Standing, pk: int) -> Bill:
    """Return the run's bill with this id, what its explanation needs loaded. Raises Http404."""
    return get_object_or_404(_explained(standing), pk=pk, run__isnull=False)


def extra_bill_for(standing: Standing, extra_id: int) -> Bill:
    """Return the bill of this one-off charge, what its explanation needs loaded. Raises Http404."""
    return get_object_or_404(_explained(standing), extra=extra_id)


def _explained(standing: Standing) -> QuerySet[Bill]:
    rows = Bill.objects.filter(community=standing.community)
    return rows.select_related("community", "unit", "item", "tariff_version__tariff", "extra__by")
