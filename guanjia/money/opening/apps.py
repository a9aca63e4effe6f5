"""The balances an office goes live with."""

from django.apps import AppConfig


class OpeningConfig(AppConfig):
    """The balances an office goes live with."""

    name = "guanjia.money.opening"
    label = "opening"
    verbose_name = "期初"
