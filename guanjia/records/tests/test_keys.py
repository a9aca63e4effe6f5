"""Keys: a wrong or missing file is named in one line; a rotation loses nothing and can be broken off."""

import json
import shutil
from io import StringIO
from threading import Thread

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from guanjia.accounts.models import User
from guanjia.accounts.tests.factories import make_user
from guanjia.core.sealing.keys import KEY_FILE, add_key, create, load
from guanjia.records import rotation
from guanjia.records.key_witness import key_fault, remember_key
from guanjia.records.rotation import SealedColumn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ring(tmp_path):
    """A key ring of this test's own."""
    was = settings.SECRETS_DIR
    settings.SECRETS_DIR = tmp_path / "secrets"
    create(settings.SECRETS_DIR)
    yield
    settings.SECRETS_DIR = was


def people(count=7):
    for n in range(count):
        user = make_user()
        user.set_phone(f"1380000{n:04}")
        user.save()
    return count


def phones():
    return sorted(phone for phone in User.objects.values_list("phone", flat=True) if phone)


def key_names():
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE phone IS NOT NULL")
        return {bytes(row[0])[1:3].decode() for row in cursor.fetchall()}


def report(*args):
    said = StringIO()
    call_command(*args, stdout=said)
    return said.getvalue()


def test_a_rotation_seals_everything_anew_and_loses_nothing(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    count, before = people(), None
    before = phones()
    done = json.loads(report("rotate_keys", "--json"))
    assert done["key"] == "k2"
    assert done["resumed"] is False
    assert done["resealed"]["accounts_user.phone"] == count
    assert key_names() == {"k2"}
    assert phones() == before
    assert User.objects.by_login("13800000003")


def test_one_that_was_broken_off_goes_on_without_another_key(monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    people()
    real, calls = SealedColumn.reseal_batch, []

    def breaks(column):
        calls.append(column)
        if len(calls) > 1 and column.old_count():
            raise KeyboardInterrupt
        return real(column)

    monkeypatch.setattr(SealedColumn, "reseal_batch", breaks)
    with pytest.raises(KeyboardInterrupt):
        report("rotate_keys")
    assert key_names() == {"k1", "k2"}
    assert len(phones()) == 7, "both keys open meanwhile"
    monkeypatch.setattr(SealedColumn, "reseal_batch", real)
    done = json.loads(report("rotate_keys", "--json"))
    assert (done["key"], done["resumed"]) == ("k2", True)
    assert key_names() == {"k2"}


def test_a_running_process_sees_the_new_key():
    ring = load(settings.SECRETS_DIR)
    report("rotate_keys")
    assert load(settings.SECRETS_DIR).current == "k2"
    assert load(settings.SECRETS_DIR) is not ring


def test_the_wrong_key_file_is_named_in_one_line(caplog):
    remember_key()
    assert key_fault() is None
    (settings.SECRETS_DIR / KEY_FILE).unlink()
    create(settings.SECRETS_DIR)
    fault = key_fault() or ""
    assert "不是这个数据库的" in fault
    assert "\n" not in fault
    for command in ("keys", "rotate_keys"):
        with pytest.raises(CommandError, match="不是这个数据库的"):
            report(command)
    page = Client().get("/readyz")
    assert page.status_code == 503
    assert page.json()["checks"] == {"database": "green", "schema": "green", "keys": "red"}
    assert fault in caplog.text, "whoever keeps the server reads what a stranger does not"


def test_a_key_file_from_before_a_rotation_is_named_in_one_line():
    remember_key()
    older = (settings.SECRETS_DIR / KEY_FILE).read_bytes()
    report("rotate_keys")
    assert key_fault() is None
    (settings.SECRETS_DIR / KEY_FILE).write_bytes(older)
    fault = key_fault() or ""
    assert "缺少正在使用的密钥 k2" in fault
    assert "\n" not in fault
    for command in ("keys", "rotate_keys"):
        with pytest.raises(CommandError, match="比数据库旧"):
            report(command)
    add_key(settings.SECRETS_DIR)
    assert "缺少正在使用的密钥 k2" in (key_fault() or ""), "another key of that name does not do"


def test_two_rotations_at_once_lose_no_key():
    hurried = [Thread(target=add_key, args=[settings.SECRETS_DIR]) for _ in range(4)]
    for thread in hurried:
        thread.start()
    for thread in hurried:
        thread.join()
    assert list(load(settings.SECRETS_DIR).seal_keys) == ["k1", "k2", "k3", "k4", "k5"]


def test_a_missing_key_file_is_named_and_never_made_anew_beside_data():
    remember_key()
    shutil.rmtree(settings.SECRETS_DIR)
    for command in (["keys"], ["keys", "--create"], ["rotate_keys"]):
        with pytest.raises(CommandError, match="找不到密钥文件"):
            report(*command)
    assert Client().get("/readyz").status_code == 503


def test_a_fresh_installation_gets_its_keys_once():
    shutil.rmtree(settings.SECRETS_DIR)
    assert "已生成" in report("keys", "--create")
    fingerprint = load(settings.SECRETS_DIR).fingerprint
    assert "已生成" not in report("keys", "--create")
    assert load(settings.SECRETS_DIR).fingerprint == fingerprint
    assert (settings.SECRETS_DIR / KEY_FILE).stat().st_mode & 0o077 == 0


def test_the_right_key_file_is_well():
    remember_key()
    assert Client().get("/readyz").json()["checks"]["keys"] == "green"
