"""Sealing everything anew with the current key, batch by batch, while the office works on."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from guanjia.core.sealing.fields import SealedTextField
from guanjia.core.sealing.keys import load

BATCH = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values."""

    model: type[models.Model]
    field: SealedTextField

    def __str__(self) -> str:
        return f"{self.model._meta.db_table}.{self.field.column}"

    def old_count(self) -> int:
        """Return how many values are sealed with another key than the current one."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self._old()}", [_current_prefix()])
            row: tuple[int] = cursor.fetchone()
            return row[0]

    def reseal_batch(self) -> int:
        """Seal up to ``BATCH`` old values anew in one transaction; returns how many."""
        ring, purpose = load(settings.SECRETS_DIR), self.field.purpose
        column, table = self._quoted()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {column} {self._old()} ORDER BY id LIMIT {BATCH} FOR UPDATE",
                [_current_prefix()],
            )
            rows = [(pk, bytes(token)) for pk, token in cursor.fetchall()]
            cursor.executemany(
                f"UPDATE {table} SET {column} = %s WHERE id = %s AND {column} = %s",  # noqa: S608 - names from the models
                [
                    (ring.seal(ring.open(token, purpose=purpose), purpose=purpose), pk, token)
                    for pk, token in rows
                ],
            )
        return len(rows)

    def _quoted(self) -> tuple[str, str]:
        quote = connection.ops.quote_name
        return quote(str(self.field.column)), quote(self.model._meta.db_table)

    def _old(self) -> str:
        """Return the FROM and WHERE of values whose first bytes (length and name of the key) differ."""
        column, table = self._quoted()
        return f"FROM {table} WHERE length({column}) > 0 AND position(%s in {column}) <> 1"


def sealed_columns() -> Iterator[SealedColumn]:
    """Yield every sealed column of every room."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedTextField):
                yield SealedColumn(model, field)


def _current_prefix() -> bytes:
    name = load(settings.SECRETS_DIR).current.encode()
    return bytes([len(name)]) + name
