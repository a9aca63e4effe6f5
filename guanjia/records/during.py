"""During which visit something is done: the reception above says so, the journal writes it down."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_visit: ContextVar[Callable[[], int | None]] = ContextVar("visit", default=lambda: None)


@contextmanager
def during(visit: Callable[[], int | None]) -> Iterator[None]:
    """Let what is journalled inside belong to the visit whose id ``visit`` returns; it is asked only then."""
    token = _visit.set(visit)
    try:
        yield
    finally:
        _visit.reset(token)


def visit_id() -> int | None:
    """Return the id of the visit under way here, None where there is none."""
    return _visit.get()()
