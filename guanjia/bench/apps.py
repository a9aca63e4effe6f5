"""App registration."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Measurements beside a yardstick."""

    name = "guanjia.bench"
    label = "bench"
    verbose_name = "性能对比"
