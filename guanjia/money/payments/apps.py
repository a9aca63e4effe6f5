"""Money taken at the desk, and its receipts."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money taken at the desk, and its receipts."""

    name = "guanjia.money.payments"
    label = "payments"
    verbose_name = "收款"
