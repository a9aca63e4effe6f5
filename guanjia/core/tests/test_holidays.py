"""A year's notice is installed by command, shown, and asked for in time."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from guanjia.core import calendar
from guanjia.core.calendar import is_working_day, unannounced_year, year_plan

pytestmark = pytest.mark.rules

NOTICE = {
    "year": 2098,
    "source": "国务院办公厅关于2098年部分节假日安排的通知",
    "holidays": [{"name": "元旦", "from": "2098-01-01", "to": "2098-01-03"}],
    "working_days": ["2098-01-11"],
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, looked into before the packaged notices."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(calendar, "FOLDERS", [tmp_path / "calendar", *calendar.FOLDERS])
    monkeypatch.setattr(calendar, "_plans", {})
    return tmp_path


def notice(home: Path, **changes) -> Path:
    path = home / "notice.json"
    path.write_text(json.dumps(NOTICE | changes, ensure_ascii=False), encoding="utf-8")
    return path


def test_an_installed_notice_counts_at_once(home, capsys):
    assert is_working_day(date(2098, 1, 2))  # a Thursday
    call_command("holidays", notice(home))
    assert not is_working_day(date(2098, 1, 2))
    assert is_working_day(date(2098, 1, 11))  # a Saturday
    assert "元旦\t2098-01-01 至 2098-01-03，3 天" in capsys.readouterr().out
    assert [path.name for path in (home / "calendar").iterdir()] == ["2098.json"]


def test_scripts_read_json(home, capsys):
    call_command("holidays", notice(home), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["holidays"]["2098-01-03"] == "元旦"
    assert told["working_days"] == ["2098-01-11"]
    call_command("holidays", "--show", "2098", "--json")
    assert json.loads(capsys.readouterr().out) == told


def test_a_corrected_notice_goes_before_the_packaged_one(home):
    assert not is_working_day(date(2026, 10, 5))
    call_command("holidays", notice(home, year=2026, holidays=[], working_days=[]))
    assert is_working_day(date(2026, 10, 5))


def test_a_notice_saved_by_a_windows_editor_is_read(home):
    path = notice(home)
    path.write_text("\ufeff" + path.read_text(encoding="utf-8"), encoding="utf-8")
    call_command("holidays", path)
    assert year_plan(2098) is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"working_days": ["2098-01-10"]}, "调休上班日"),  # a Friday
        ({"holidays": [{"name": "元旦"}]}, "对照往年"),
        ({"year": 2097}, "不属于 2097 年"),
    ],
)
def test_what_cannot_be_right_is_not_installed(home, changes, message):
    with pytest.raises(CommandError, match=message):
        call_command("holidays", notice(home, **changes))
    assert not (home / "calendar").exists()


def test_what_is_no_notice_is_refused_in_one_line(home):
    path = home / "notice.json"
    path.write_bytes("元旦".encode("gb18030"))
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("holidays", path)
    with pytest.raises(CommandError, match=r"missing\.json"):
        call_command("holidays", home / "missing.json")
    with pytest.raises(CommandError, match="还没有 2099 年"):
        call_command("holidays", "--show", "2099")
    for words in ([], [path, "--show", "2026"]):
        with pytest.raises(CommandError, match="请给出"):
            call_command("holidays", *words)


def test_next_years_notice_is_asked_for_from_november_on(home):
    assert unannounced_year(date(2097, 10, 31)) is None
    assert unannounced_year(date(2097, 11, 1)) == 2098
    call_command("holidays", notice(home))
    assert unannounced_year(date(2097, 12, 31)) is None


def test_the_programs_home_is_looked_into_first():
    assert calendar.FOLDERS[0] == settings.HOME / "calendar"
