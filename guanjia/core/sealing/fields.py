"""A text column that only the program can read."""

from typing import Any

from django.conf import settings
from django.db import models

from guanjia.core.sealing.keys import KeyRing, load


def ring() -> KeyRing:
    """Return the key ring in force."""
    return load(settings.SECRETS_DIR)


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text encrypted at rest; ``purpose`` ties a value to its column. None and '' are kept apart from text.

    Not searchable: keep a ``BlindIndexField`` beside it.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep the purpose in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way in; '' stays empty bytes, so that NULL keeps meaning unknown."""
        if not value:
            return None if value is None else b""
        return ring().seal(value, purpose=self.purpose)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Hand sealed bytes to the driver."""
        return super().get_db_prep_value(
            value if prepared else self.get_prep_value(value), connection, True
        )

    def from_db_value(self, value: Any, *_context: Any) -> str | None:
        """Open on the way out."""
        if value is None:
            return None
        return ring().open(bytes(value), purpose=self.purpose) if value else ""

    def value_to_string(self, obj: Any) -> str:  # noqa: ARG002 - Django's signature
        """Refuse to write personal values into fixtures."""
        raise TypeError(f"{self.name} is sealed and is never serialised")


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable at run time
    """16 bytes that equal texts share; never unique, since real registers repeat numbers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
