"""Shifts at the desks, and the closing of the day."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    """Shifts at the desks, and the closing of the day."""

    name = "guanjia.money.closing"
    label = "closing"
    verbose_name = "交班与日结"
