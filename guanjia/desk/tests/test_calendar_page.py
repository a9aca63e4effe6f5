"""The office's calendar on screen, and the reminder of next year's notice."""

from datetime import UTC, datetime

import pytest
import time_machine

from guanjia.accounts.permissions import Role
from guanjia.core import calendar
from guanjia.desk.tests.office import staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_free_and_worked_days_are_marked(office):
    guard = staff(office, Role.GUARD)
    answer = guard.get(office.url("calendar"))
    page = answer.content.decode()
    assert "国务院办公厅关于2026年部分节假日安排的通知" in page
    assert '<td class="free">16<small>春节</small></td>' in page
    assert '<td class="worked">14<small>班</small></td>' in page
    assert '<td class="" aria-current="date">23</td>' in page
    assert "没有节假日安排" in guard.get(office.url("calendar-year", 2090)).content.decode()
    assert guard.get(office.url("calendar-year", 1999)).status_code == 404


def test_from_november_on_next_years_notice_is_asked_for(office, monkeypatch):
    supervisor = staff(office, Role.SUPERVISOR)
    monkeypatch.setattr(calendar, "year_plan", lambda year: None if year == 2027 else year)
    assert "还没有 2027 年的节假日安排" in supervisor.get(office.url("teams")).content.decode()
    with time_machine.travel(datetime(2026, 10, 31, 15, 59, tzinfo=UTC), tick=False):
        later = staff(office, Role.SUPERVISOR)
        assert "2027 年的节假日" not in later.get(office.url("teams")).content.decode()
