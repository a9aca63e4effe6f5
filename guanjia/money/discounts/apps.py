"""Discounts by rule: what is taken off a charge, on what evidence, for how long."""

from django.apps import AppConfig


class DiscountsConfig(AppConfig):
    """Discounts by rule."""

    name = "guanjia.money.discounts"
    label = "discounts"
    verbose_name = "减免"
