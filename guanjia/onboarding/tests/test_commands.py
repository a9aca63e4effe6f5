"""Importing and exporting by command, for scripts: what is said, and the exit codes."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from guanjia.accounts.models import AccountEvent, Community, Grant
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.core.calendar import Month, business_date
from guanjia.onboarding.tests.workbooks import PEER, register, size

pytestmark = pytest.mark.django_db
BAD = [{"number": "1-1-101", "gross_area": 98}, {"number": "1-1-102", "gross_area": "坏"}]


@pytest.fixture
def peer(tmp_path):
    path = tmp_path / "peer-register-hc.xlsx"
    path.write_bytes(PEER)
    return path


def run(*words):
    """Return what the command said as JSON, and its exit code."""
    said = StringIO()
    try:
        call_command("import_register", *words, "--json", stdout=said)
    except SystemExit as ended:
        return json.loads(said.getvalue()), ended.code
    return json.loads(said.getvalue()), 0


def test_a_community_that_is_not_there_is_made_and_said_so(peer):
    told, code = run(peer, "--community", "演示导入")
    assert (code, told["status"], told["created"], told["bad"]) == (0, "imported", True, 0)
    community = Community.objects.get(name="演示导入")
    assert community.code == "yanshidaoru"
    assert community.cut_over_on == Month.of(business_date(datetime.now(UTC))).first
    assert told["cut_over_on"] == str(community.cut_over_on)
    assert size(community)["Unit"] == 9
    told, code = run(peer, "--community", "演示导入")
    assert (code, told["created"], told["total"]["new"]) == (0, False, 0)


def administrators(community_name):
    held = Grant.objects.filter(community__name=community_name, revoked_at=None)
    return set(held.values_list("user__staff_no", "role"))


def test_whoever_administers_the_company_may_enter_a_new_community(peer):
    there = make_community()
    chief = make_user(community=there, role=Role.ADMINISTRATOR)
    make_user(community=there, role=Role.FINANCE)
    make_user(community=there, role=Role.ADMINISTRATOR, is_active=False)
    told, _ = run(peer, "--community", "演示导入")
    assert told["administrators"] == [f"{chief.name}（{chief.staff_no}）"]
    assert administrators("演示导入") == {(chief.staff_no, Role.ADMINISTRATOR)}
    assert AccountEvent.objects.get(user=chief).kind == AccountEvent.Kind.ROLE_GRANTED
    told, _ = run(peer, "--community", "演示导入")
    assert "administrators" not in told  # it is theirs to say who else


def test_an_administrator_may_be_named_even_afterwards(peer, capsys):
    call_command("import_register", peer, "--community", "演示导入")
    assert "还没有人能进入这个项目" in capsys.readouterr().out
    user = make_user()
    words = ("--community", "演示导入", "--administrator", user.staff_no.lower())
    call_command("import_register", peer, *words)
    assert f"系统管理员：{user.name}（{user.staff_no}）" in capsys.readouterr().out
    assert administrators("演示导入") == {(user.staff_no, Role.ADMINISTRATOR)}
    with pytest.raises(CommandError, match="没有在岗的工号"):
        run(peer, "--community", "另一处", "--create", "--administrator", "无此人")
    assert not Community.objects.filter(name="另一处").exists()


def test_a_slip_in_the_name_makes_no_community(peer):
    make_community(name="演示导入")
    with pytest.raises(CommandError, match="是不是“演示导入”") as refused:
        run(peer, "--community", "演示导人")
    assert refused.value.returncode == 2
    told, _ = run(peer, "--community", "演示导人", "--create")
    assert told["created"]


def test_errors_block_with_exit_code_1_and_leave_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(register(*BAD))
    told, code = run(path, "--community", "新项目")
    assert (code, told["status"], told["bad"]) == (1, "blocked", 1)
    assert "跳过出错的行" in told["remedy"]
    assert not Community.objects.filter(name="新项目").exists()
    told, code = run(path, "--community", "新项目", "--skip-bad")
    assert (code, told["status"], told["bad"]) == (0, "imported", 1)


def test_a_dry_run_writes_nothing_at_all(peer):
    told, code = run(peer, "--community", "演示导入", "--dry-run")
    assert (code, told["status"], told["total"]["new"]) == (0, "checked", 45)
    assert not Community.objects.filter(name="演示导入").exists()


def test_a_file_that_cannot_be_read_blocks_and_one_that_is_not_there_is_a_slip(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK no workbook")
    told, code = run(path, "--community", "新项目")
    assert (code, told["status"]) == (1, "refused")
    with pytest.raises(CommandError) as slip:
        run(tmp_path / "b.xlsx", "--community", "新项目")
    assert slip.value.returncode == 2


def test_without_json_it_speaks_chinese(peer, capsys):
    call_command("import_register", peer, "--community", "演示导入")
    said = capsys.readouterr().out
    assert "项目“演示导入”是新建的" in said
    assert "房屋：新增 9" in said
    assert "110101199003070001" not in said


def test_an_export_comes_back_unchanged(peer, tmp_path):
    run(peer, "--community", "演示导入")
    out = tmp_path / "out.xlsx"
    call_command("export_register", "--community", "演示导入", "--out", out, stdout=StringIO())
    told, code = run(out, "--community", "演示导入")
    assert (code, told["total"]["new"], told["total"]["changed"]) == (0, 0, 0)


@pytest.mark.parametrize("words", [["--reveal-reason", "核对"], ["--by", "不在"], []])
def test_an_export_by_nobody_in_full_or_of_nothing_is_a_slip(words, tmp_path):
    name = make_community().name if words else "没有"
    make_user()
    with pytest.raises(CommandError) as slip:
        call_command("export_register", "--community", name, "--out", tmp_path / "x", *words)
    assert slip.value.returncode == 2
