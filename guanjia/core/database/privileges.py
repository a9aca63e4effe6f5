"""What the run-time login may do, table by table; applied after every migration by the tables' owner."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models

EVERYDAY = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY = ("SELECT", "INSERT")


def privileges_of(model: type[models.Model]) -> tuple[str, ...]:
    """Return what the app login may do with ``model``'s table; a model says so by ``db_privileges``."""
    return getattr(model, "db_privileges", EVERYDAY)


def grant_privileges(*, using: str = "default", **_signal: Any) -> None:
    """Give the app login its privileges and nothing more.

    With a single login for everything (no such role on the server) nothing is granted; the health page
    says so in amber.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        owner, database = cursor.fetchone()
        app = settings.GUANJIA_APP_ROLE
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app])
        if app == owner or cursor.fetchone() is None:
            return
        existing = set(connection.introspection.table_names(cursor))
        role = quote(app)
        cursor.execute(f"REVOKE TEMP ON DATABASE {quote(database)} FROM PUBLIC")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed and not hasattr(model, "db_privileges"):
                continue
            if table in existing:
                cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {role}")
                cursor.execute(
                    f"GRANT {', '.join(privileges_of(model))} ON {quote(table)} TO {role}"
                )
        cursor.execute(  # the job queue's tables are managed by the library's own SQL
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"GRANT {', '.join(EVERYDAY)} ON {quote(table)} TO {role}")
