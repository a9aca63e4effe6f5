"""Schema editor: composite primary and foreign keys for community tables."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.backends.ddl_references import Columns, Statement, Table
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

COMMUNITY_FIELD = "community"
COMMUNITY_COLUMN = "community_id"


def is_community_table(model: Any) -> bool:
    """Whether rows of ``model`` belong to one community.

    Told by the field and not by the class, since the models in a migration's state lose their bases.
    """
    try:
        field = model._meta.get_field(COMMUNITY_FIELD)
    except FieldDoesNotExist:
        return False
    return getattr(field, "column", None) == COMMUNITY_COLUMN


class CommunitySchemaEditor(DatabaseSchemaEditor):
    """Emits keys that carry ``community_id``."""

    # Added columns get their key afterwards, by _create_fk_sql, where it can be composite.
    sql_create_column_inline_fk = None  # type: ignore[assignment]  # Django types it as str

    def _iter_column_sql(
        self, column_db_type: Any, params: Any, model: Any, *rest: Any
    ) -> Iterator[str]:
        for part in super()._iter_column_sql(column_db_type, params, model, *rest):
            if part != "PRIMARY KEY" or not is_community_table(model):
                yield part

    def table_sql(self, model: Any) -> tuple[str, list[Any]]:
        """Return the CREATE TABLE statement and its parameters."""
        sql, params = super().table_sql(model)
        if is_community_table(model):
            pk = model._meta.pk.column
            key = self._pk_constraint_sql([pk, COMMUNITY_COLUMN])
            sql = f"{sql.removesuffix(')')}, {key})"
        return sql, params

    def add_field(self, model: Any, field: Any) -> None:
        """Add a column; a ``community`` that comes after its table joins the primary key then."""
        super().add_field(model, field)
        if field.column == COMMUNITY_COLUMN:
            self.execute(
                self._delete_primary_key_sql(
                    model, *self._constraint_names(model, primary_key=True)
                )
            )
            self.execute(
                Statement(
                    self.sql_create_pk,
                    table=Table(model._meta.db_table, self.quote_name),
                    name=self.quote_name(f"{model._meta.db_table}_pkey"),
                    columns=Columns(
                        model._meta.db_table,
                        [model._meta.pk.column, COMMUNITY_COLUMN],
                        self.quote_name,
                    ),
                )
            )

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Statement:
        statement = super()._create_fk_sql(model, field, suffix)
        target = field.target_field.model
        if (
            field.column != COMMUNITY_COLUMN
            and is_community_table(model)
            and is_community_table(target)
        ):
            own = [COMMUNITY_COLUMN, field.column]
            theirs = [COMMUNITY_COLUMN, field.target_field.column]
            statement.parts["column"] = Columns(model._meta.db_table, own, self.quote_name)
            statement.parts["to_column"] = Columns(target._meta.db_table, theirs, self.quote_name)
        return statement

    def _constraint_names(
        self, model: Any, column_names: Any = None, *args: Any, **kinds: Any
    ) -> list[str]:
        """Find composite keys where Django asks for the one column.

        Without this, AlterField on a foreign key silently leaves the old constraint in place.
        """
        names: list[str] = super()._constraint_names(model, column_names, *args, **kinds)
        if names or column_names is None or len(column_names) != 1 or not is_community_table(model):
            return names
        if kinds.get("primary_key"):
            return super()._constraint_names(
                model, [*column_names, COMMUNITY_COLUMN], *args, **kinds
            )
        if kinds.get("foreign_key"):
            return super()._constraint_names(
                model, [COMMUNITY_COLUMN, *column_names], *args, **kinds
            )
        return names
