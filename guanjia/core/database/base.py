"""The engine's entry point, by the name that Django looks for."""

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgreSQLOperations

from guanjia.core.database.schema import CommunitySchemaEditor


class CommunityFeatures(PostgreSQLFeatures):
    """PostgreSQL, less what a composite primary key takes away."""

    # GROUP BY id alone is only allowed when id alone is the primary key.
    allows_group_by_selected_pks = False
    minimum_database_version = (15,)


class CommunityOperations(PostgreSQLOperations):
    """Flush that works as the tables' owner and past the ledger's triggers (tests only)."""

    def sql_flush(
        self,
        style: Any,
        tables: Any,
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        """Return the statements that empty ``tables``; the session's role is restored after."""
        truncate = super().sql_flush(
            style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
        )
        if not truncate:
            return []
        names = [self.quote_name(table) for table in tables]
        role = self.connection.settings_dict["OPTIONS"].get("assume_role")
        return [
            "RESET ROLE;",
            *(f"ALTER TABLE {name} DISABLE TRIGGER USER;" for name in names),
            *truncate,
            *(f"ALTER TABLE {name} ENABLE TRIGGER USER;" for name in names),
            *([f"SET ROLE {self.quote_name(role)};"] if role else []),
        ]


class DatabaseWrapper(PostgreSQL):
    """Django's PostgreSQL backend with community keys."""

    SchemaEditorClass = CommunitySchemaEditor
    features_class = CommunityFeatures
    ops_class = CommunityOperations
