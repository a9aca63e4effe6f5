"""The log tells how the program does and nothing of what people typed (G14)."""

import io
import json
import logging
import subprocess
import sys

import psycopg
import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import client_of
from guanjia.config.logs import JsonLines, SharedFile
from guanjia.core.tests.hostile import NAMES
from tests.architecture.source import ROOT

PERSONAL = ("13800138000", "11010519491231002X", "欧阳婉清", "浙A·12345", "hunter2-秘密")


@pytest.fixture
def log():
    """Yield everything that is logged, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.django_db
@pytest.mark.parametrize("personal", [*PERSONAL, *NAMES])
def test_nothing_that_is_typed_is_logged(log, personal):
    community = make_community()
    clerk = client_of(make_user(community=community, role=Role.CLERK, name=personal[:60]))
    stranger = Client(raise_request_exception=False)
    for client in (clerk, stranger):
        for path in ("/", "/sign-in/", f"/{community.code}/", f"/{community.code}/search/"):
            client.get(path, {"q": personal, personal: personal})
            client.post(path, {"login": personal, "password": personal, "name": personal})
        client.get(f"/{community.code}/units/{personal}/")
        client.get(f"/{personal}/units/")
        client.get("/", headers={"User-Agent": personal.encode("ascii", "replace").decode()})
        client.post("/sign-in/", personal.encode(), content_type="application/json")
    stranger.get("/", headers={"Host": "13800138000.example"})
    text = log.getvalue()
    assert len(lines(log)) > 20
    assert personal not in text
    assert json.dumps(personal)[1:-1] not in text
    assert "13800138000" not in text


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_route_status_length_and_who(log):
    community = make_community()
    clerk = make_user(community=community, role=Role.CLERK)
    page = client_of(clerk).get(reverse("desk:workbench", args=[community.code]))
    (line,) = [line for line in lines(log) if line["event"] == "request"]
    assert line["request"] == page["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "desk:workbench", 200)
    assert line["user"] == clerk.pk
    assert line["level"] == "info"
    assert set(line) <= {
        *("at", "level", "log", "event", "request", "method", "route", "status", "ms", "user")
    }


@pytest.mark.rules
@pytest.mark.parametrize("personal", PERSONAL)
def test_of_a_fault_its_kind_and_place_are_told_and_not_its_words(log, personal):
    try:
        int(personal + "x")
    except ValueError:
        logging.getLogger("guanjia.somewhere").exception("it broke")
    (line,) = lines(log)
    assert line["fault"] == "ValueError"
    assert line["trace"][-1].endswith("words")
    assert personal not in log.getvalue()


@pytest.mark.rules
def test_a_refusal_of_the_database_comes_with_its_code(log):
    fault = IntegrityError('duplicate key\nDETAIL: Key (phone)=(13800138000) already exists."')
    fault.__cause__ = psycopg.errors.UniqueViolation("Key (phone)=(13800138000)")
    logging.getLogger("guanjia.somewhere").error("refused", exc_info=fault)
    (line,) = lines(log)
    assert (line["fault"], line["sqlstate"]) == ("IntegrityError", "23505")
    assert "13800138000" not in log.getvalue()


@pytest.mark.rules
def test_the_control_plain_formatting_would_have_told(log):
    logging.getLogger("django.request").warning("Not Found: %s", "/units/欧阳婉清/")
    assert "欧阳" not in log.getvalue()
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": ("/units/欧阳婉清/",)})
    assert "欧阳" in logging.Formatter().format(record)


WRITE = """
import logging, sys
from pathlib import Path
from guanjia.config.logs import JsonLines, SharedFile
path, mark = sys.argv[1:]
handler = SharedFile(Path(path), largest=5_000, kept=50)
handler.setFormatter(JsonLines())
for number in range(200):
    told = {"name": "guanjia.x", "msg": f"{mark} {number}", "levelno": 20}
    handler.emit(logging.makeLogRecord(told))
"""


@pytest.mark.rules
def test_processes_share_a_file_and_turn_it_over_without_losing_a_line(tmp_path):
    path = tmp_path / "log" / "guanjia.log"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE, str(path), mark], cwd=ROOT) for mark in "abc"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    files = sorted(path.parent.glob("guanjia.log*"))
    files = [file for file in files if file.suffix != ".lock"]
    assert len(files) > 3
    assert all(file.stat().st_size < 6_000 for file in files)
    written = "".join(file.read_text(encoding="utf-8") for file in files)
    told = [json.loads(line)["event"] for line in written.splitlines()]
    assert sorted(told) == sorted(f"{mark} {number}" for mark in "abc" for number in range(200))


@pytest.mark.rules
def test_old_files_go_and_a_log_that_cannot_be_written_stops_nobody(tmp_path):
    handler = SharedFile(tmp_path / "guanjia.log", largest=50, kept=3)
    for number in range(20):
        handler.emit(logging.makeLogRecord({"name": "guanjia.x", "msg": "x" * 60 + str(number)}))
    assert len(list(tmp_path.glob("guanjia.log.[0-9]"))) == 3
    handler.close()
    (tmp_path / "file").touch()
    SharedFile(tmp_path / "file" / "guanjia.log").emit(logging.makeLogRecord({"msg": "x"}))
    assert (tmp_path / "file").stat().st_size == 0
