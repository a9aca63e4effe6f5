"""Deposits held for others (押金)."""

from django.apps import AppConfig


class DepositsConfig(AppConfig):
    """Deposits held for others."""

    name = "guanjia.money.deposits"
    label = "deposits"
    verbose_name = "押金"
