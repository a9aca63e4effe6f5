"""What stands in a community and who holds it."""

from django.apps import AppConfig


class EstateConfig(AppConfig):
    """Buildings, units, parties, tenures, vehicles, the unit file."""

    name = "guanjia.estate"
    label = "estate"
    verbose_name = "房产与业主"
