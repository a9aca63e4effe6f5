"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.prepayments.models import Prepayment
from guanjia.money.refunds.models import Refund
from guanjia.money.refunds.reads import SOURCES


def refund_for(standing: Standing, pk: int) -> Refund:
    """Return the refund with this id, whose money it is and who acted on it loaded. Raises Http404."""
    rows = Refund.objects.select_related(
        "community__company",
        *SOURCES,
        "consent_scan",
        "requested_by",
        "decided_by",
        "withdrawn_by",
    )
    return get_object_or_404(rows, community=standing.community, pk=pk)


def prepayment_for(standing: Standing, pk: int) -> Prepayment:
    """Return the prepayment with this id, its unit and its owner loaded. Raises Http404."""
    rows = Prepayment.objects.select_related("community", "unit", "party")
    return get_object_or_404(rows, community=standing.community, pk=pk)


def deposit_for(standing: Standing, pk: int) -> HeldDeposit:
    """Return the deposit with this id, its unit, its kind and who gave it loaded. Raises Http404."""
    rows = HeldDeposit.objects.select_related("community", "unit", "kind", "party__merged_into")
    return get_object_or_404(rows, community=standing.community, pk=pk)
