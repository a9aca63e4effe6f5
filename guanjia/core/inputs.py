"""Inputs that more than one room's forms show."""

from django import forms


def day_input() -> forms.DateInput:
    """Return a date's input, which browsers want filled in ISO form: any other they leave empty."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
