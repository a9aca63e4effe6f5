"""What nobody types by hand: values for an address's query and a form's fields that a program may send."""

import random
import re
from collections.abc import Iterator
from typing import Any

_NAME = re.compile(r'\bname="([\w-]+)"')
# Fields of lists and reports that a page shows only in some states.
_USUAL = (
    "q",
    "day",
    "month",
    "first",
    "last",
    "page",
    "state",
    "next",
    "key",
    "reason",
    "size",
    "by",
    "paper",
)
VALUES = (
    "",
    " ",
    "\0",
    "\u200b",
    "\u202e123",
    "％",
    "💥" * 40,
    "長" * 10_000,
    "0",
    "-0",
    "-1",
    "1e9999",
    "NaN",
    "Infinity",
    "9" * 40,
    "0.1" + "0" * 400,
    "９９９",
    "١٢٣",
    "1,2,3",
    "0x10",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "2026-02",
    "10000-01",
    "25:61",
    "true",
    "null",
    "[]",
    "{}",
    "../../etc/passwd",
    "//evil.example/",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%00",
    "' OR 1=1 --",
    "00000000-0000-0000-0000-000000000000",
)


def fields_in(html: str) -> set[str]:
    """Return the names of the fields that a page has, the token's left out."""
    return set(_NAME.findall(html)) - {"csrfmiddlewaretoken"}


def requests(fields: set[str], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield endlessly what to send: some of the fields, each with one or three values of ``VALUES``."""
    names = sorted(fields | set(_USUAL))
    while True:
        sent = chance.sample(names, chance.randint(1, min(12, len(names))))
        yield {name: chance.choices(VALUES, k=chance.choice((1, 1, 1, 3))) for name in sent}
