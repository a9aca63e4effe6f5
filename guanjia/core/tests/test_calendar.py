import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.core import calendar
from guanjia.core.calendar import (
    Month,
    YearPlan,
    add_months,
    add_working_days,
    business_date,
    is_working_day,
    missing_years,
    months_between,
    next_working_day,
    year_plan,
)
from guanjia.core.tests import hostile

pytestmark = pytest.mark.rules

days = st.dates(date(1950, 1, 1), date(2500, 1, 1))
months = st.builds(Month, st.integers(1950, 2500), st.integers(1, 12))


# Business dates


def test_the_business_day_begins_at_midnight_in_shanghai() -> None:
    assert business_date(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert business_date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_the_summer_time_of_1988_is_kept() -> None:
    assert business_date(datetime(1988, 6, 14, 15, 0, tzinfo=UTC)) == date(1988, 6, 15)


def test_a_naive_instant_has_no_business_date() -> None:
    with pytest.raises(ValueError, match="aware"):
        business_date(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 1, 26), True),  # 周日，春节调休上班
        (date(2025, 1, 28), False),
        (date(2025, 2, 5), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 12, 5), False),
    ],
)
def test_holidays_and_worked_weekends_follow_the_notices(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(("year", "working_days"), [(2025, 248), (2026, 248)])
def test_a_year_has_the_working_days_of_its_notice(year: int, working_days: int) -> None:
    span = (date(year, 1, 1) + timedelta(days=count) for count in range(365))
    assert sum(map(is_working_day, span)) == working_days


def test_without_a_notice_weekends_rule_and_the_year_is_named() -> None:
    assert not is_working_day(date(1999, 10, 2))
    assert is_working_day(date(1999, 10, 1))
    assert missing_years(date(2024, 12, 1), date(2026, 1, 1)) == [2024]
    assert missing_years(date(2025, 1, 1), date(2026, 12, 31)) == []


def test_a_deadline_on_a_holiday_rolls_over() -> None:
    assert next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert next_working_day(date(2026, 9, 30)) == date(2026, 9, 30)
    assert next_working_day(date(2026, 2, 14)) == date(2026, 2, 14)


def test_the_first_day_is_not_counted() -> None:
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert add_working_days(date(2026, 9, 30), 0) == date(2026, 9, 30)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 9, 30), -1)


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(1, 40))
def test_counted_days_are_working_days_and_none_is_skipped(day: date, count: int) -> None:
    end = add_working_days(day, count)
    span = [day + timedelta(days=passed) for passed in range(1, (end - day).days + 1)]
    assert is_working_day(end)
    assert sum(map(is_working_day, span)) == count


def test_an_installation_adds_next_years_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "FOLDERS", [*calendar.FOLDERS, tmp_path])
    monkeypatch.setattr(calendar, "_plans", {})
    assert year_plan(2101) is None
    assert not is_working_day(date(2101, 1, 2))
    notice = {
        "year": 2101,
        "source": "test",
        "holidays": [{"name": "元旦", "from": "2100-12-31", "to": "2101-01-01"}],
        "working_days": ["2101-01-02"],
    }
    (tmp_path / "2101.json").write_text(json.dumps(notice), encoding="utf-8")
    assert is_working_day(date(2101, 1, 2))
    assert not is_working_day(date(2100, 12, 31))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"working_days": ["2027-01-04"]}, "不是周末"),
        ({"working_days": ["2027-01-02"]}, "重复"),
        ({"working_days": ["2028-01-08"]}, "不属于 2027 年"),
        ({"holidays": [{"name": "元旦", "from": "2026-11-30", "to": "2026-11-30"}]}, "不属于"),
        ({"holidays": [{"name": "元旦", "from": "2027-01-03", "to": "2027-01-01"}]}, "读不懂"),
        ({"holidays": [{"name": "元旦", "from": "2027-01-01"}]}, "读不懂"),
        ({"working_days": ["2027-02-29"]}, "读不懂"),
        ({"year": "next"}, "读不懂"),
    ],
)
def test_a_notice_that_cannot_be_right_is_refused(change: dict[str, object], message: str) -> None:
    notice = {
        "year": 2027,
        "source": "test",
        "holidays": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}],
        "working_days": [],
    }
    YearPlan.read(json.dumps(notice))
    with pytest.raises(ValueError, match=message):
        YearPlan.read(json.dumps(notice | change))


@pytest.mark.parametrize("document", ["", "[]", "{}", "{", '"2027"'])
def test_a_file_that_is_no_notice_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="读不懂"):
        YearPlan.read(document)


# Months


def test_adding_months_clamps_to_the_end_of_the_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_whole_months_between_days() -> None:
    assert months_between(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert months_between(date(2026, 1, 15), date(2026, 2, 14)) == 0
    assert months_between(date(2026, 1, 15), date(2026, 1, 14)) == -1


@given(days, days)
def test_months_between_is_the_largest_count_that_fits(start: date, end: date) -> None:
    count = months_between(start, end)
    assert add_months(start, count) <= end < add_months(start, count + 1)


@pytest.mark.parametrize(
    "typed", ["2026-12", "2026-12 ", "2026年12月", "2026/12", "202612", "２０２６－１２"]
)
def test_a_month_is_read_as_it_is_written(typed: str) -> None:
    assert Month.parse(typed) == Month(2026, 12)


@pytest.mark.parametrize("typed", hostile.MONTHS)
def test_what_is_no_month_is_refused_with_a_remedy(typed: str) -> None:
    with pytest.raises(ValueError, match="请写成 2026-12"):
        Month.parse(typed)


def test_a_months_bounds_and_spellings() -> None:
    month = Month(2028, 2)
    assert (month.first, month.last, month.days) == (date(2028, 2, 1), date(2028, 2, 29), 29)
    assert (str(month), month.label) == ("2028-02", "2028年2月")
    assert date(2028, 2, 29) in month
    assert date(2028, 3, 1) not in month


def test_months_are_walked_through() -> None:
    walked = Month(2026, 11).until(Month(2027, 2))
    assert list(map(str, walked)) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert list(Month(2026, 11).until(Month(2026, 10))) == []


@given(months, st.integers(-500, 500))
def test_month_arithmetic_is_consistent(month: Month, count: int) -> None:
    assert (month + count) - month == count
    assert ((month + count) > month) == (count > 0)
    assert month.last + timedelta(days=1) == (month + 1).first
    assert Month.parse(str(month)) == Month.parse(month.label) == Month.of(month.last) == month
