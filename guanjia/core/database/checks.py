"""System checks for community tables: what would break the composite key is refused at start-up."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models

from guanjia.core.database.fields import CommunityField, CommunityForeignKey
from guanjia.core.database.schema import COMMUNITY_FIELD, is_community_table


@register(Tags.models)
def community_keys_hold(**_kwargs: Any) -> list[CheckMessage]:
    """Check every installed community model."""
    return [
        message
        for model in apps.get_models(include_auto_created=True)
        if is_community_table(model)
        for message in _faults(model)
    ]


def _faults(model: type[models.Model]) -> Iterator[CheckMessage]:
    meta = model._meta
    if not isinstance(meta.get_field(COMMUNITY_FIELD), CommunityField):
        yield Error("community must be a CommunityField", obj=model, id="guanjia.E001")
    for field in meta.local_fields:
        yield from _field_faults(model, field)
    for many in meta.local_many_to_many:
        if many.remote_field.through and many.remote_field.through._meta.auto_created:
            yield Error(
                f"{many.name}: an automatic many-to-many table has no community",
                obj=model,
                id="guanjia.E002",
            )
    for constraint in meta.total_unique_constraints:
        if COMMUNITY_FIELD not in constraint.fields:
            yield Error(
                f"{constraint.name}: unique without community", obj=model, id="guanjia.E003"
            )


def _field_faults(
    model: type[models.Model], field: "models.Field[Any, Any]"
) -> Iterator[CheckMessage]:
    if isinstance(field, models.OneToOneField):
        yield Error(
            f"{field.name}: one-to-one is unique without community", obj=model, id="guanjia.E004"
        )
    elif isinstance(field, models.ForeignKey):
        inside = field.name != COMMUNITY_FIELD and is_community_table(field.remote_field.model)
        if inside and not isinstance(field, CommunityForeignKey):
            yield Error(
                f"{field.name}: must be a CommunityForeignKey", obj=model, id="guanjia.E005"
            )
        if isinstance(field, CommunityForeignKey) and not inside:
            yield Error(f"{field.name}: its target has no community", obj=model, id="guanjia.E006")
    if field.unique and not field.primary_key:
        yield Error(f"{field.name}: unique without community", obj=model, id="guanjia.E007")
