"""Tax invoices: asked for, recorded, red-reversed."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Tax invoices."""

    name = "guanjia.money.invoices"
    label = "invoices"
    verbose_name = "发票"
