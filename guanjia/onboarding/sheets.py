"""Writing workbooks: texts stay texts, so that no cell is taken for a formula."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import xlsxwriter

# As texts these would lose what they are: a number that shows every digit it has.
_LONGEST_NUMBER = 15


@contextmanager
def new_workbook() -> Iterator[tuple[xlsxwriter.Workbook, io.BytesIO]]:
    """Open a workbook in memory that writes row after row; its bytes are whole on leaving."""
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        yield book, buffer


def number_in(text: str) -> float | None:
    """Return the number that a text is the only way of writing; None for 0010 and for long codes."""
    if len(text) > _LONGEST_NUMBER or not text.replace(".", "", 1).isdecimal():
        return None
    number = float(text)
    return number if text in (str(number), str(int(number))) else None
