"""Entries, lines, closed days and request keys."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Entries, lines, closed days and request keys."""

    name = "guanjia.money.ledger"
    label = "ledger"
    verbose_name = "总账"
