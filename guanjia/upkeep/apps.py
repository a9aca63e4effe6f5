"""What an office without an administrator needs to stay alive."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Backups, drills, nightly audits, and what they say."""

    name = "guanjia.upkeep"
    label = "upkeep"
    verbose_name = "运行维护"
