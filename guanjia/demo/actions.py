"""Making the demonstration community, all of it or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import connection, transaction

from guanjia.accounts.models import Community
from guanjia.core.calendar import SHANGHAI, Month
from guanjia.demo.history import History
from guanjia.demo.layout import WHOLE, Layout
from guanjia.demo.names import People
from guanjia.demo.office import found_office
from guanjia.demo.register import Registrar
from guanjia.demo.team import NAMES, Matrix

MONTHS = 18
_SET_UP = 8  # what the register takes, measured in months


@contextmanager
def _one_transaction() -> Iterator[None]:
    """Make the actions' transactions one: their savepoints alone would be a third of all statements."""
    connection.features.uses_savepoints = False
    try:
        with transaction.atomic():
            yield
    finally:
        connection.features.uses_savepoints = True


@_one_transaction()
def make_demo(
    *,
    seed: int,
    today: date,
    months: int = MONTHS,
    layout: Layout = WHOLE,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Community:
    """Make the community with ``months`` of history up to ``today``; the same seed and day make the same.

    One transaction: a run that is broken off leaves nothing behind. ``progress`` hears how many of how many
    steps are done.
    """
    steps = _SET_UP + months
    progress(0, steps)
    rng = Random(seed)  # noqa: S311 - invented people, no secret
    first = Month.of(today) + (1 - months)
    eve = first.first - timedelta(days=1)
    opening = datetime.combine(eve, time(9, 0), tzinfo=SHANGHAI)
    people = People(rng)
    office = found_office(first=first, opening=opening, names=NAMES)
    matrix = Matrix(office, people)
    matrix.fill_departments()
    registrar = Registrar(office, people, rng)
    registrar.fill(layout)
    matrix.draw_patches(registrar.buildings, registrar.loose_units[:-2])
    progress(_SET_UP, steps)
    history = History(office, registrar.homes, first=first, today=today, people=people, rng=rng)
    for done, _ in enumerate(history.live(), start=_SET_UP + 1):
        progress(done, steps)
    return office.community
