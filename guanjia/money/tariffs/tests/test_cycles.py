"""Cycles cover every charged day once; their lengths are what a calendar says."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core.calendar import Month, add_months
from guanjia.money.tariffs.rules import Anchor, Cycle, PartMonth, cycle_starting_in

DAY = timedelta(days=1)
days = st.dates(date(2023, 11, 1), date(2029, 3, 31))
lengths = st.sampled_from([1, 2, 3, 6, 12])
anchors = st.sampled_from(Anchor)
rules = st.sampled_from(PartMonth)


def cycles(begins: date, ends: date, **shape) -> Iterator[Cycle]:
    """Yield the cycles of a run every month, from well before the charging period to well after."""
    for month in (Month.of(begins) + -13).until(Month.of(ends) + 13):
        if cycle := cycle_starting_in(month, begins=begins, ends=ends, **shape):
            assert cycle.first in month
            yield cycle


@given(days, st.integers(0, 900), lengths, anchors, rules)
def test_cycles_tile_the_charging_period(begins, span, cycle_months, anchor, part_month):
    ends = begins + span * DAY
    day = begins
    for cycle in cycles(
        begins, ends, cycle_months=cycle_months, anchor=anchor, part_month=part_month
    ):
        assert cycle.first == day
        day = cycle.last + DAY
    assert day == ends + DAY


@given(days, lengths, rules)
def test_an_anniversary_cycle_is_as_long_as_it_is_called(begins, cycle_months, part_month):
    """Also from the 29th to the 31st on, where the step into a short month comes early."""
    ends = add_months(begins, 5 * cycle_months) - DAY
    found = list(
        cycles(begins, ends, cycle_months=cycle_months, anchor=Anchor.START, part_month=part_month)
    )
    assert [cycle.length for cycle in found] == [cycle_months] * 5


@given(days, lengths, rules)
def test_a_calendar_cycle_from_a_cycles_first_day_is_whole(begins, cycle_months, part_month):
    first = date(begins.year, 1, 1)
    for cycle in cycles(
        first,
        date(begins.year + 2, 12, 31),
        cycle_months=cycle_months,
        anchor=Anchor.CALENDAR,
        part_month=part_month,
    ):
        assert cycle.length == cycle_months


@given(days, st.integers(0, 900), lengths)
def test_part_months_by_actual_days_add_up_to_the_share_of_each_month(begins, span, cycle_months):
    ends = begins + span * DAY
    found = cycles(
        begins,
        ends,
        cycle_months=cycle_months,
        anchor=Anchor.CALENDAR,
        part_month=PartMonth.ACTUAL_DAYS,
    )
    each_day = (begins + n * DAY for n in range(span + 1))
    shares = sum(Fraction(1, monthrange(day.year, day.month)[1]) for day in each_day)
    assert sum(cycle.length for cycle in found) == shares


@given(days, st.integers(0, 900), lengths, anchors)
def test_part_months_of_thirty_days_never_make_more_than_a_month(
    begins, span, cycle_months, anchor
):
    ends = begins + span * DAY
    for cycle in cycles(
        begins, ends, cycle_months=cycle_months, anchor=anchor, part_month=PartMonth.THIRTY_DAYS
    ):
        touched = Month.of(cycle.last) - Month.of(cycle.first) + 1
        assert 0 < cycle.length <= min(cycle_months, touched)
        assert cycle.part.denominator in {1, 2, 3, 5, 6, 10, 15, 30}


@pytest.mark.parametrize(
    ("begins", "ends", "rule", "length"),
    [
        (date(2026, 2, 10), None, PartMonth.ACTUAL_DAYS, 1 + Fraction(19, 28)),
        (date(2026, 2, 10), None, PartMonth.THIRTY_DAYS, 1 + Fraction(19, 30)),
        (date(2026, 1, 1), date(2026, 2, 14), PartMonth.ACTUAL_DAYS, 1 + Fraction(1, 2)),
        (date(2026, 1, 2), date(2026, 1, 31), PartMonth.THIRTY_DAYS, Fraction(1)),
        (date(2026, 1, 2), date(2026, 1, 31), PartMonth.ACTUAL_DAYS, Fraction(30, 31)),
        (date(2026, 2, 15), date(2026, 2, 15), PartMonth.ACTUAL_DAYS, Fraction(1, 28)),
    ],
)
def test_a_quarter_that_begins_or_ends_within_it(begins, ends, rule, length):
    cycle = cycle_starting_in(
        Month.of(begins),
        begins=begins,
        ends=ends,
        cycle_months=3,
        anchor=Anchor.CALENDAR,
        part_month=rule,
    )
    assert cycle is not None
    assert cycle.length == length
    assert cycle.last == (ends or date(2026, 3, 31))
