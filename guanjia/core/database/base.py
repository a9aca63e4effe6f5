"""The engine's entry point, by the name that Django looks for."""

import time
from typing import Any

import psycopg
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.postgresql.features import DatabaseFeatures as PostgreSQLFeatures
from django.db.backends.postgresql.operations import DatabaseOperations as PostgreSQLOperations

from guanjia.core.database.schema import CommunitySchemaEditor

ASK_EVERY_S = 60


class CommunityFeatures(PostgreSQLFeatures):
    """PostgreSQL, less what a composite primary key takes away."""

    # GROUP BY id alone is only allowed when id alone is the primary key.
    allows_group_by_selected_pks = False
    minimum_database_version = (15,)


class CommunityOperations(PostgreSQLOperations):
    """Flush that works as the tables' owner and past the ledger's triggers (tests only)."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return what was executed; of a statement planned before, which is sent as values alone, too."""
        return super().last_executed_query(cursor, sql, params) or self.compose_sql(sql, params)

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
    _asked_at = 0.0
    _prepared: Any = None

    def get_connection_params(self) -> dict[str, Any]:
        """Let the server keep the plans of ``prepared_cursor``; the ORM's cursors never ask it to."""
        return {**super().get_connection_params(), "prepare_threshold": 0}

    def is_usable(self) -> bool:
        """Whether the server is still there. It is asked once a minute at most, not before every request.

        One that went away has left an end of file behind, perhaps after some last words: two reads find
        it, and neither waits.
        """
        if time.monotonic() - self._asked_at > ASK_EVERY_S:
            self._asked_at = time.monotonic()
            return super().is_usable()
        try:
            for _ in ("last words", "end of file"):
                self.connection.pgconn.consume_input()
        except psycopg.Error:
            return False
        return True

    def prepared_cursor(self) -> Any:
        """Return the connection's one cursor for statements that are the same but for their values.

        The server plans each once a connection and is then sent the values alone. Fetch all you want before
        the next statement, and leave it open: a new one would cost as much as it saves.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            if self._prepared is None or self._prepared.connection is not self.connection:
                self._prepared = ServerBindingCursor(self.connection)  # type: ignore[call-arg]  # stubs leave it out
            return self._prepare_cursor(self._prepared)  # type: ignore[attr-defined]  # stubs leave it out
