"""The program's log: one JSON object a line, on stderr and in a file, without personal data.

What a line may say is a list: the time, our own words, a request's id, route, status and length, who was signed in by
number. Addresses, query strings, bodies and the words of exceptions carry what people typed: they are not on the list.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from guanjia.core.file_locks import exclusive
from guanjia.core.request_id import request_id

OURS = "guanjia"
FIELDS = ("method", "route", "status", "ms", "user")
LARGEST = 10_000_000  # bytes of a file
KEPT = 10  # files besides the one that is written
_LONGEST = 300


class JsonLines(logging.Formatter):
    """Writes time, level, logger and event; of a fault its kind and place.

    The event is our own words; of other people's code only that it had something to say: their messages hold
    addresses and values. PostgreSQL's kind of fault comes with its code and the constraint's name.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        ours = record.name.split(".")[0] == OURS
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": record.getMessage()[:_LONGEST] if ours else record.name,
        }
        if name := request_id.get():
            line["request"] = name
        if ours:
            line |= {field: value for field in FIELDS if (value := getattr(record, field, None))}
        if record.exc_info and record.exc_info[1]:
            line |= _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _fault(fault: BaseException) -> dict[str, object]:
    told: dict[str, object] = {
        "fault": type(fault).__name__,
        "trace": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(fault.__traceback__)
        ],
    }
    cause = fault.__cause__
    if code := getattr(cause, "sqlstate", None):
        told["sqlstate"] = code
        told["constraint"] = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return told


class SharedFile(WatchedFileHandler):
    """A log file that several processes write to: whoever finds it too long turns it over, the others follow.

    Each line is one write to a file opened for appending, so lines do not mix.
    """

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path, self._largest, self._kept = path, largest, kept
        super().__init__(path, mode="a", encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a log that cannot be written stops nobody."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_full():
                with exclusive(self._path.with_suffix(".lock")):
                    if self._is_full():
                        self._turn_over()
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base's name
        """Say nothing: stderr has the line."""

    def _is_full(self) -> bool:
        try:
            return self._path.stat().st_size >= self._largest
        except FileNotFoundError:
            return False

    def _turn_over(self) -> None:
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
