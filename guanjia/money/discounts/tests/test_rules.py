"""What a rule takes off a charge: by its days, rounded once, never more than the charge."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanjia.money.discounts.rules import (
    DiscountKind,
    Drafting,
    Period,
    Share,
    covered,
    may_draft,
    may_end,
    off_fen,
    reason_of,
)
from guanjia.money.discounts.states import DiscountState
from guanjia.money.tariffs.rules import Anchor, PartMonth

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
LENGTHS = st.integers(0, 365)
PERIODS = st.builds(
    lambda first, days, anchor, part: Period(first, first + timedelta(days), anchor, part),
    DAYS,
    LENGTHS,
    st.sampled_from(Anchor),
    st.sampled_from(PartMonth),
)
SHARES = st.one_of(
    st.builds(Share, st.integers(1, 10_000), st.none()),
    st.builds(Share, st.none(), st.integers(1, 10**7)),
)


@given(PERIODS, SHARES, st.integers(1, 10**9), DAYS, LENGTHS)
def test_nothing_is_taken_off_beyond_the_charge_nor_for_days_outside_it(
    period, share, amount, begins, days
):
    found = covered(period, begins, begins + timedelta(days))
    if found is None:
        assert begins > period.last or begins + timedelta(days) < period.first
        return
    assert period.first <= found.first <= found.last <= period.last
    assert 0 < found.part <= 1
    assert 0 <= off_fen(amount, share, found) <= amount


@given(PERIODS, st.integers(1, 10_000), st.integers(1, 10**9))
def test_the_whole_charge_is_covered_whole(period, share_bp, amount):
    found = covered(period, period.first, None)
    assert found
    assert found.part == 1
    half_up = (2 * amount * share_bp + 10_000) // 20_000
    assert off_fen(amount, Share(share_bp, None), found) == half_up


@given(PERIODS, DAYS)
def test_by_actual_days_what_is_covered_and_what_is_not_make_the_whole(period, day):
    if not period.first < day <= period.last or period.part_month is not PartMonth.ACTUAL_DAYS:
        return
    before, after = covered(period, period.first, day - timedelta(1)), covered(period, day, None)
    assert before
    assert after
    assert before.months + after.months == before.of


def test_months_begin_where_the_cycle_does():
    by_start = Period(date(2026, 1, 15), date(2026, 4, 14), Anchor.START, PartMonth.ACTUAL_DAYS)
    found = covered(by_start, date(2026, 2, 15), date(2026, 3, 14))
    assert found
    assert (found.months, found.of) == (Fraction(1), Fraction(3))
    calendar = Period(date(2026, 1, 15), date(2026, 3, 31), Anchor.CALENDAR, PartMonth.ACTUAL_DAYS)
    found = covered(calendar, date(2026, 2, 1), date(2026, 2, 28))
    assert found
    assert (found.months, found.of) == (Fraction(1), 2 + Fraction(17, 31))


def test_the_line_on_the_bill_names_share_and_days():
    period = Period(date(2026, 10, 1), date(2026, 12, 31), Anchor.CALENDAR, PartMonth.ACTUAL_DAYS)
    whole = covered(period, date(2026, 1, 1), None)
    part = covered(period, date(2026, 11, 16), None)
    assert whole
    assert part
    assert reason_of("空置减免", Share(3_050, None), whole) == "空置减免（按 30.5%）"
    assert reason_of("员工优惠", Share(None, 50_00), part) == (
        "员工优惠（每月 50.00 元，2026-11-16 至 2026-12-31 计 1 又 1/2 个月）"
    )


@pytest.mark.parametrize(
    ("share", "items", "ends", "why"),
    [
        (Share(None, None), (1,), None, "要填一个"),
        (Share(1, 1), (1,), None, "要填一个"),
        (Share(0, None), (1,), None, "在 0 和 100%"),
        (Share(10_001, None), (1,), None, "在 0 和 100%"),
        (Share(None, 0), (1,), None, "大于零"),
        (Share(1, None), (), None, "没有选收费项目"),
        (Share(1, None), (1,), date(2025, 12, 31), "早于起始日"),
    ],
)
def test_a_rule_that_lacks_something_is_told_what(share, items, ends, why):
    drafting = Drafting(
        kind=DiscountKind.OTHER,
        name="优惠",
        share=share,
        item_ids=items,
        begins_on=date(2026, 1, 1),
        ends_on=ends,
        evidence="合同",
    )
    verdict = may_draft(drafting)
    assert not verdict
    assert why in str(verdict)


def test_what_was_approved_is_cut_short_and_never_prolonged():
    days = {"begins_on": date(2026, 1, 1), "ends_on": date(2026, 6, 30)}
    assert may_end(DiscountState.APPROVED, last=date(2026, 6, 30), **days)
    assert not may_end(DiscountState.APPROVED, last=date(2026, 7, 1), **days)
    assert not may_end(DiscountState.APPROVED, last=date(2025, 12, 31), **days)
    assert not may_end(DiscountState.REQUESTED, last=date(2026, 6, 1), **days)
