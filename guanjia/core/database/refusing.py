"""Turning the database's refusal by a named constraint into one that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from guanjia.core.refusal import Refusal, Refused


@contextmanager
def refusing(**refusals: Refusal) -> Iterator[None]:
    """Raise Refused with the refusal given for a constraint's name where the block breaks it."""
    try:
        yield
    except IntegrityError as fault:
        diagnosis = getattr(fault.__cause__, "diag", None)
        refusal = refusals.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise Refused(refusal) from fault
