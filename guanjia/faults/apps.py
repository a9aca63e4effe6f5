"""App registration."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Kills on purpose, and what must be there afterwards."""

    name = "guanjia.faults"
    label = "faults"
    verbose_name = "故障演练"
