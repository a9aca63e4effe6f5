"""Money given back: what somebody left with the office and asks for."""

from django.apps import AppConfig


class RefundsConfig(AppConfig):
    """Money given back."""

    name = "guanjia.money.refunds"
    label = "refunds"
    verbose_name = "退款"
