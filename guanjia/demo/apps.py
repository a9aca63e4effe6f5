"""App registration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The fictitious community."""

    name = "guanjia.demo"
    label = "demo"
    verbose_name = "演示社区"
