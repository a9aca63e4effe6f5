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
        style: Any,  # noqa: ARG002 - Django's signature
        tables: Any,
        *,
        reset_sequences: bool = False,  # noqa: ARG002 - identities go on counting
        allow_cascade: bool = False,  # noqa: ARG002 - nothing is truncated
    ) -> list[str]:
        """Return the statements that empty those of ``tables`` that hold rows.

        A few rows go faster by DELETE than by truncating every table; the session's role is restored after.
        """
        filled = [self.quote_name(table) for table in self._filled(tables)]
        role = self.connection.settings_dict["OPTIONS"].get("assume_role")
        return [
            "RESET ROLE;",
            *(f"ALTER TABLE {name} DISABLE TRIGGER USER;" for name in filled),
            *(f"DELETE FROM {name};" for name in filled),  # noqa: S608 - names of our own tables
            "SET CONSTRAINTS ALL IMMEDIATE;",
            *(f"ALTER TABLE {name} ENABLE TRIGGER USER;" for name in filled),
            *([f"SET ROLE {self.quote_name(role)};"] if role else []),
        ]

    def _filled(self, tables: Any) -> list[str]:
        looks = [
            f"SELECT {place} WHERE EXISTS (SELECT 1 FROM {self.quote_name(table)})"  # noqa: S608 - names of our own tables
            for place, table in enumerate(tables)
        ]
        if not looks:
            return []
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(looks))
            return [tables[i] for (i,) in cursor.fetchall()]


class DatabaseWrapper(PostgreSQL):
    """Django's PostgreSQL backend with community keys."""

    SchemaEditorClass = CommunitySchemaEditor
    features_class = CommunityFeatures
    ops_class = CommunityOperations
