"""The program's log: one JSON object a line on stderr, without personal data."""

import json
import logging
import traceback
from datetime import UTC, datetime

from guanjia.core.requests import request_id

_LONGEST = 300


class JsonLines(logging.Formatter):
    """Writes time, level, logger, message and, for a fault, its kind and place.

    Of an exception's words only the first line is kept: PostgreSQL puts the row's values into the next ones.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "text": record.getMessage()[:_LONGEST],
        }
        if name := request_id.get():
            line["request"] = name
        if hasattr(record, "ms"):
            line["ms"] = record.ms
        if record.exc_info and record.exc_info[1]:
            fault = record.exc_info[1]
            line["fault"] = f"{type(fault).__name__}: {str(fault).splitlines()[0:1]}"[:_LONGEST]
            line["trace"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(fault.__traceback__)
            ]
        return json.dumps(line, ensure_ascii=False)
