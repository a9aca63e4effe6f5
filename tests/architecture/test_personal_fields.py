"""Each column that may hold something about a person is classified, and kept as its class says."""

import re

import pytest
from django.apps import apps
from django.db import models

from guanjia.core.sealing.fields import BlindIndexField, SealedTextField
from tests.architecture.personal import IMPERSONAL, INDEXED, KEPT, MASKED, PLAIN, SEALED

pytestmark = pytest.mark.rules

CLASSES = SEALED | INDEXED | PLAIN | KEPT | MASKED | IMPERSONAL
HINT = re.compile(
    r"name$|phone|mobile|tel$|id_number|identity|passport|address|plate|email|wechat|birth|"
    r"password|secret|pin|card|account|bank|note$|remark"
)
TEXT = (
    models.CharField,
    models.TextField,
    models.BinaryField,
    models.GenericIPAddressField,
    models.JSONField,
)


def columns():
    """Yield the name and field of each column of ours that holds text, bytes or JSON."""
    for model in apps.get_models():
        if apps.get_app_config(model._meta.app_label).name.startswith("guanjia."):
            for field in model._meta.local_fields:
                if isinstance(field, TEXT):
                    yield f"{model._meta.label}.{field.name}", field


def hinted(name, field):
    """Whether a column may hold something about a person, by its name or its kind."""
    chosen = bool(field.choices)
    return isinstance(field, SealedTextField | BlindIndexField | models.JSONField) or (
        not chosen and HINT.search(name.rpartition(".")[2]) is not None
    )


def test_every_such_column_is_classified():
    assert {name for name, field in columns() if hinted(name, field)} - CLASSES == set()


def test_no_class_names_a_column_that_is_gone():
    assert CLASSES - {name for name, _ in columns()} == set()


def test_phones_and_identity_numbers_are_sealed():
    fields = dict(columns())
    assert {name for name, field in fields.items() if isinstance(field, SealedTextField)} == SEALED
    naked = re.compile(r"\.(?:\w*phone|\w*mobile|id_number|passport\w*|bank\w*)$")
    assert {name for name in fields if naked.search(name)} - SEALED <= IMPERSONAL


def test_the_control_an_unclassified_column_is_found():
    assert hinted("estate.Party.wechat", models.CharField(max_length=9))
    assert hinted("estate.Party.owner_name", models.CharField(max_length=9))
    assert hinted("estate.Unit.extra", models.JSONField())
    assert not hinted("estate.Unit.status", models.CharField(max_length=9))
