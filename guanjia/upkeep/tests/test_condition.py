"""Green, amber and red, each thing by its name, and nothing about anybody."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from guanjia.core.backup.store import Store, write_json
from guanjia.core.tests.hostile import NAMES
from guanjia.money.ledger.witness import witness
from guanjia.money.payments.tests.factories import make_office
from guanjia.records.actions import send
from guanjia.records.key_witness import remember_key
from guanjia.upkeep import condition
from guanjia.upkeep.condition import State, backup_condition

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _keys_and_no_backups(monkeypatch, tmp_path):
    remember_key()
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "backups")


def asked(status=200):
    page = Client().get("/readyz")
    assert page.status_code == status
    return page.json()


def back_up(at):
    path = Store(settings.BACKUPS).root / f"{at:%Y%m%dT%H%M%S}-daily"
    path.mkdir(parents=True)
    told = dict.fromkeys(("chain", "first_segment", "end_lsn", "fingerprint", "seal_key"), "")
    write_json(path / "backup.json", {"at": at.isoformat(), "why": "daily", "bytes": 1, **told})


def test_a_watchdog_hears_that_the_process_lives_without_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().get("/livez").json() == {"alive": True}


def test_what_only_needs_somebody_is_amber_and_still_ready():
    told = asked()
    assert (told["ready"], told["state"]) == (True, "amber")
    assert told["checks"]["database"] == told["checks"]["witness"] == "green"
    assert told["checks"]["receiver"] == told["checks"]["backup"] == "amber"


def test_books_that_lack_receipts_are_red():
    office = make_office()
    unit = office.unit()
    office.bill()
    office.pay(office.owed(unit))
    assert asked()["checks"]["witness"] == "green"
    (last,) = witness().last(office.community.pk).values()
    witness().say([replace(last, number=last.number + 1)])
    told = asked(503)
    assert (told["state"], told["checks"]["witness"]) == ("red", "red")


def test_a_wrong_schema_is_red_and_what_stands_on_it_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(condition, "_expected", lambda: frozenset({("bills", "9999")}))
    told = asked(503)
    assert told["checks"] == {"database": "green", "schema": "red"}


def test_a_login_that_owns_the_tables_is_amber():
    assert asked()["checks"]["logins"] == "green"
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert asked()["checks"]["logins"] == "amber"
    connection.close()


def test_the_oldest_message_to_the_outside_tells_its_age_alone():
    assert asked()["outbox_oldest_s"] is None
    office = make_office()
    send(community=office.community, topic="payment.taken", payload={"note": NAMES[0]})
    told = asked()
    assert told["outbox_oldest_s"] >= 0
    assert NAMES[0] not in json.dumps(told, ensure_ascii=False)


def test_a_backup_of_last_night_is_well_an_older_one_is_not(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(settings, "EMBEDDED", False)
    assert "还没有一份备份" in backup_condition(now).words
    back_up(now - timedelta(hours=50))
    assert "50 小时" in backup_condition(now).words
    back_up(now - timedelta(hours=5))
    assert backup_condition(now).state is State.GREEN


def test_a_backup_on_the_databases_own_disk_is_said_to_be_there(monkeypatch):
    now = timezone.now()
    back_up(now)
    monkeypatch.setattr(settings, "EMBEDDED", True)
    monkeypatch.setattr(settings, "HOME", settings.BACKUPS.parent)
    assert "同一块盘" in backup_condition(now).words
