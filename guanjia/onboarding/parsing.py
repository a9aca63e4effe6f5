"""The parser of workbooks, run as a process of its own: a file that asks for too much ends it, not the desk.

Reads a workbook on stdin, writes ``[(sheet title, rows of texts)]`` on stdout in marshal's form.
The exit code says what is wrong with the file; a limit that ends the process counts as too large. Imports nothing of the program, to start fast.
"""

import contextlib
import io
import marshal
import sys
from datetime import datetime, time

from python_calamine import CalamineError, CalamineWorkbook

# Fifty thousand rows of twenty-five columns take about half of it.
MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 60
# Fifty thousand rows come to 14 MB.
MOST_BYTES = 64 * 1024 * 1024
UNREADABLE = 2
TOO_LARGE = 3


def text_of(value: object) -> str:
    """Return a cell as the text that was meant: 1011.0 is a code, a date is ISO, TRUE is 是."""
    if type(value) is str:
        return value.replace("\0", "").strip()  # no database keeps a NUL
    if type(value) is float:
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def main() -> int:
    """Read stdin, write stdout; return the exit code."""
    with contextlib.suppress(ImportError):  # there is no such limit on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            sheets = [
                (
                    name,
                    [
                        list(map(text_of, row))
                        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    ],
                )
                for name in book.sheet_names
            ]
    except (CalamineError, ValueError, OSError):
        return UNREADABLE
    content = marshal.dumps(sheets)
    if len(content) > MOST_BYTES:
        return TOO_LARGE
    sys.stdout.buffer.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
