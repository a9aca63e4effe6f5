"""What is charged, at what price, since when and on whose evidence."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """What is charged, at what price, since when and on whose evidence."""

    name = "guanjia.money.tariffs"
    label = "tariffs"
    verbose_name = "收费标准"
