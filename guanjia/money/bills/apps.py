"""What each unit owes, and how it was computed."""

from django.apps import AppConfig


class BillsConfig(AppConfig):
    """What each unit owes, and how it was computed."""

    name = "guanjia.money.bills"
    label = "bills"
    verbose_name = "账单"
