"""The books checked from outside, and carried out."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The books checked from outside, and carried out."""

    name = "guanjia.money.audit"
    label = "audit"
    verbose_name = "账务核查"
