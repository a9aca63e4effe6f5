"""Enumerations whose members carry the Chinese label that pages show."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A StrEnum defined by pairs of value and label: ``GROSS_AREA = "gross_area", "建筑面积"``."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Make a member out of its pair."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return the pairs as a model field's choices."""
        return [(member.value, member.label) for member in cls]
