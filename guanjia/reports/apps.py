"""Books, balances, ageing and rates: read from the rows, never kept."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Books, balances, ageing and rates: read from the rows, never kept."""

    name = "guanjia.reports"
    label = "reports"
    verbose_name = "报表"
