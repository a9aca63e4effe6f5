"""Who stands at the desk, and who calls."""

from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    """Visits with their drafts and identity checks, phone notes."""

    name = "guanjia.reception"
    label = "reception"
    verbose_name = "接待"
