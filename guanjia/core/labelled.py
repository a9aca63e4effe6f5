"""Enumerations whose members carry the words that users read."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A ``StrEnum`` with members written ``NAME = "value", "标签"``; usable without Django."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member that equals its value and knows its label, which look-ups by value leave out."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return ``(value, label)`` pairs as model and form fields want them."""
        return [(member.value, member.label) for member in cls]
