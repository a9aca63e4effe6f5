"""Inputs and fields that more than one room's forms show."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from guanjia.core.text import TextError, clean


def day_input() -> forms.DateInput:
    """Return a date's input, which browsers want filled in ISO form: any other they leave empty."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class LineField(forms.CharField):
    """One line of text, cleaned as it is kept."""

    def clean(self, value: Any) -> str:
        """Refuse what cannot be kept, in words."""
        text: str = super().clean(value)
        try:
            return clean(text, limit=self.max_length or 0) if text.strip() else ""
        except TextError as wrong:
            raise ValidationError(str(wrong)) from wrong
