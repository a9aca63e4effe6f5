"""The two foreign keys a community table uses."""

from typing import Any

from django.db import models

from guanjia.core.database.schema import COMMUNITY_COLUMN, COMMUNITY_FIELD


class CommunityField(models.ForeignKey):  # type: ignore[type-arg]  # not subscriptable at run time
    """The ``community`` of a row: part of its primary key and of every key that points at it."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("db_index", False)  # every constraint and index begins with it already
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)


class CommunityForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # not subscriptable at run time
    """A foreign key between two community tables; joins and look-ups carry the community."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **kwargs)

    def get_joining_fields(self, reverse_join: bool = False) -> Any:
        """Return the pairs of fields a join compares, the community's first."""
        own = self.model._meta.get_field(COMMUNITY_FIELD)
        theirs = self.remote_field.model._meta.get_field(COMMUNITY_FIELD)
        first = (theirs, own) if reverse_join else (own, theirs)
        return (first, *super().get_joining_fields(reverse_join))

    def get_extra_descriptor_filter(self, instance: Any) -> dict[str, Any]:
        """Keep ``row.other`` inside the row's own community."""
        return {COMMUNITY_COLUMN: getattr(instance, COMMUNITY_COLUMN)}
