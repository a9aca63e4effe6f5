"""Getters that stay inside the community a person stands in; out of reach is 404."""

from django.shortcuts import get_object_or_404

from guanjia.accounts.access import Standing
from guanjia.money.invoices.models import Invoice


def invoice_for(standing: Standing, pk: int) -> Invoice:
    """Return the invoice with this id, who acted on it loaded. Raises Http404."""
    rows = Invoice.objects.select_related("community__company", "requested_by", "ended_by")
    return get_object_or_404(rows, community=standing.community, pk=pk)
