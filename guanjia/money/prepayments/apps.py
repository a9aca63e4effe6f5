"""Money left for bills to come."""

from django.apps import AppConfig


class PrepaymentsConfig(AppConfig):
    """Money left for bills to come."""

    name = "guanjia.money.prepayments"
    label = "prepayments"
    verbose_name = "预存"
