"""The staff's screens, made of the rooms below."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Workbench, household page, cash desk, receipts, runs, price list."""

    name = "guanjia.desk"
    label = "desk"
    verbose_name = "前台"
