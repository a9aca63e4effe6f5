"""Writing the next state of a row that the caller has locked."""

from django.db import models


def move(row: models.Model, state: str, **fields: object) -> None:
    """Write ``state`` and ``fields`` of ``row``, a community's, which is locked; all else stays as the database has it."""
    values = {"state": state, **fields}
    for name, value in values.items():
        setattr(row, name, value)
    rows = type(row)._default_manager  # noqa: SLF001 - a model's public name for any model
    rows.filter(community=row.serializable_value("community"), pk=row.pk).update(**values)
