"""Numbers in workbooks."""

# As texts these would lose what they are: a number that shows every digit it has.
_LONGEST_NUMBER = 15


def number_in(text: str) -> float | None:
    """Return the number that a text is the only way of writing; None for 0010 and for long codes."""
    if len(text) > _LONGEST_NUMBER or not text.replace(".", "", 1).isdecimal():
        return None
    number = float(text)
    return number if text in (str(number), str(int(number))) else None
