"""Answering with a workbook."""

import io

from django.http import FileResponse

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_response(content: bytes, name: str) -> FileResponse:
    """Return a workbook as a download called ``name``."""
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=_TYPE)
