"""What may be done at the reception, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refusal
from guanjia.reception.rules import (
    callback_by,
    is_page,
    may_call_move,
    may_check,
    may_move,
    script,
    steps_done,
)
from guanjia.reception.states import (
    CALL_TRANSITIONS,
    VISIT_TRANSITIONS,
    Callback,
    CallState,
    Check,
    Step,
    VisitState,
)

pytestmark = pytest.mark.rules


def test_a_visit_moves_as_its_table_says_and_a_refusal_tells_the_way_out():
    for now in VisitState:
        for to in VisitState:
            refusal = may_move(now, to, clerk="何佳")
            assert (refusal is None) == (to in VISIT_TRANSITIONS[now])
    told = may_move(VisitState.ACTIVE, VisitState.ACTIVE, clerk="何佳")
    assert "何佳" in str(told)
    assert "F2" in str(may_move(VisitState.FINISHED, VisitState.ACTIVE, clerk="何佳"))


def test_a_call_moves_as_its_table_says():
    for now in CallState:
        for to in CallState:
            assert (may_call_move(now, to) is None) == (to in CALL_TRANSITIONS[now])


@pytest.mark.parametrize(
    ("how", "facts", "allowed"),
    [
        (Check.DOCUMENT, "", True),
        (Check.OWNER_FILE, "registered", True),
        (Check.OWNER_FILE, "", False),
        (Check.PHONE, "on_file", True),
        (Check.PHONE, "registered", False),
        (Check.POWER_OF_ATTORNEY, "agent", True),
        (Check.POWER_OF_ATTORNEY, "registered", False),
    ],
)
def test_what_the_file_does_not_support_is_no_check(how, facts, allowed):
    refusal = may_check(
        how,
        is_registered=facts == "registered",
        is_agent=facts == "agent",
        number_on_file=facts == "on_file",
    )
    assert (refusal is None) is allowed
    assert refusal is None or refusal.remedy


def test_a_page_is_an_address_inside_the_community_and_nothing_else():
    for page in ("units/3-2-1201/", "units/%E8%BD%A6%E4%BD%8DB1-213/", "calls/7/"):
        assert is_page(page)
    for other in ("", "/", "//evil.example/", "https://evil.example/", "units/../x/", "./", "a"):
        assert not is_page(other)
    assert not is_page("x/" * 9)
    assert not is_page(f"{'x' * 200}/")


def test_a_call_back_is_promised_by_the_clock():
    at = MORNING  # 09:30 in Shanghai
    assert callback_by(Callback.NONE, at=at, named=None) is None
    assert callback_by(Callback.QUARTER, at=at, named=None) == at + timedelta(minutes=15)
    assert callback_by(Callback.TODAY, at=at, named=None) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    noon = datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert callback_by(Callback.TOMORROW, at=at, named=None) == noon
    assert callback_by(Callback.AT, at=at, named=noon) == noon


@pytest.mark.parametrize(
    ("wanted", "at", "named"),
    [
        (Callback.TODAY, datetime(2026, 11, 23, 10, tzinfo=UTC), None),  # 18:00 to the second
        (Callback.AT, MORNING, None),
        (Callback.AT, MORNING, MORNING),
    ],
)
def test_a_time_that_is_over_is_not_promised(wanted, at, named):
    assert isinstance(callback_by(wanted, at=at, named=named), Refusal)


def test_just_before_midnight_tomorrow_is_the_next_day_in_shanghai():
    late = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # 23:59
    assert callback_by(Callback.TOMORROW, at=late, named=None) == datetime(
        2026, 11, 24, 4, tzinfo=UTC
    )


def test_the_six_steps_come_in_the_handbooks_order():
    lines = script(community="示例花园", clerk="陈晓雯")
    assert [line.step.label for line in lines] == [
        "报单位、问候",
        "问清对方姓名",
        "问来意",
        "复述确认",
        "礼貌道别",
        "等对方先挂",
    ]
    assert "示例花园" in lines[0].words
    assert "我姓陈" in lines[0].words


def test_a_step_is_taken_by_a_tick_or_by_its_field():
    assert steps_done(["hang_up", "greet"], name="王", about="") == [
        Step.GREET,
        Step.NAME,
        Step.HANG_UP,
    ]
    assert steps_done([], name="", about="漏水") == [Step.PURPOSE]
