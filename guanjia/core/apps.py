"""The foundation: no models, but an engine, a schema discipline and the page's parts."""

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """Registers the checks of community tables and the run-time login's privileges."""

    name = "guanjia.core"
    label = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        """Connect what Django calls back."""
        import guanjia.core.database.checks  # noqa: F401 - registers by import
        from guanjia.core import calendar
        from guanjia.core.database.privileges import grant_privileges

        # An installed notice goes before the packaged one of its year: notices get corrected.
        calendar.FOLDERS.insert(0, settings.HOME / "calendar")
        # Once per migrate command: this app's signal comes with the rest, the work is idempotent.
        post_migrate.connect(grant_privileges, sender=self, dispatch_uid="guanjia.privileges")
