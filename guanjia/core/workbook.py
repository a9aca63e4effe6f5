"""Writing workbooks: texts stay texts, so that no cell is taken for a formula; and answering with one."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.http import FileResponse

if TYPE_CHECKING:
    import xlsxwriter

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@contextmanager
def new_workbook() -> Iterator[tuple["xlsxwriter.Workbook", io.BytesIO]]:
    """Open a workbook in memory that writes row after row; its bytes are whole on leaving."""
    import xlsxwriter  # for the few who export; every web process would carry it

    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        yield book, buffer


def workbook_response(content: bytes, name: str) -> FileResponse:
    """Return a workbook as a download called ``name``."""
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=_TYPE)
