"""Writing a row whose uniqueness the database decides."""

from django.db import IntegrityError, models, transaction

from guanjia.core.refusal import Refusal, Refused


def insert(row: models.Model, *, taken: Refusal) -> None:
    """Insert ``row``; raise Refused with ``taken`` when a unique constraint says it exists.

    No look-up before it, since two desks may add the same at once.
    """
    save(row, taken=taken, force_insert=True)


def save(row: models.Model, *, taken: Refusal, force_insert: bool = False) -> None:
    """Save ``row``; raise Refused with ``taken`` when another row has what must be unique."""
    try:
        with transaction.atomic():
            row.save(force_insert=force_insert)
    except IntegrityError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != "23505":  # unique_violation
            raise
        raise Refused(taken) from fault
