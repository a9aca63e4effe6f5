"""What happened, what must still go out, and what was attached."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Journal, outbox, attachments, logged reveals."""

    name = "guanjia.records"
    label = "records"
    verbose_name = "记录"
