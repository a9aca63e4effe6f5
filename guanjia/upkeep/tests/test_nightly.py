"""The books are audited at night, or as soon as the office is on again; what was found stays."""

# ruff: noqa: S608 - names of our own tables

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from guanjia.money.payments.tests.factories import make_office
from guanjia.upkeep.jobs import nightly_audit, weekly_drill
from guanjia.upkeep.models import AuditRun, Drill
from guanjia.upkeep.nightly import audit_all, audit_is_due, drill_is_due
from tests.faults.racing import owner

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)  # half past three in Shanghai


@pytest.fixture
def office():
    office = make_office()
    unit = office.unit()
    office.bill()
    office.pay(office.owed(unit))
    return office


def spoil():
    with owner() as own:
        own.execute("ALTER TABLE payments_desk DISABLE TRIGGER USER")
        own.execute("UPDATE payments_desk SET last_number = last_number + 2")
        own.execute("ALTER TABLE payments_desk ENABLE TRIGGER USER")


def test_sound_books_leave_a_row_without_findings(office):
    (run,) = audit_all(NIGHT)
    assert (run.faults, run.findings) == (0, [])
    assert run.checks > 15


def test_what_is_amiss_is_kept_with_its_law_and_the_rows_by_id(office):
    spoil()
    (run,) = audit_all(NIGHT)
    (finding,) = run.findings
    assert (finding["name"], finding["count"], run.faults) == ("receipts_gapless", 2, 2)
    assert {row["number"] for row in finding["first"]} == {7445, 7446}


def test_each_night_once_and_late_rather_than_never(office):
    audit_all(NIGHT)
    assert not audit_is_due(office.community, NIGHT + timedelta(hours=5))
    assert audit_is_due(office.community, NIGHT + timedelta(days=1))
    assert audit_is_due(office.community, NIGHT + timedelta(days=1, hours=6))  # it was off at night
    assert audit_all(NIGHT + timedelta(hours=1)) == []


def test_the_job_does_it(office):
    nightly_audit.func(timestamp=0)
    nightly_audit.func(timestamp=1)
    assert AuditRun.objects.filter(community=office.community).count() == 1


def drilled(at):
    Drill.objects.create(at=at, seconds=1, verdict="whole", found={})


def test_a_drill_is_due_after_a_week_at_night_or_a_day_later_at_any_hour():
    assert drill_is_due(NIGHT)
    drilled(NIGHT)
    noon = timedelta(hours=9)
    assert not drill_is_due(NIGHT + timedelta(days=6))
    assert drill_is_due(NIGHT + timedelta(days=7))
    assert not drill_is_due(NIGHT + timedelta(days=7) + noon)
    assert drill_is_due(NIGHT + timedelta(days=8) + noon)


def test_without_a_backup_nothing_is_drilled(settings, tmp_path):
    settings.BACKUPS = tmp_path
    weekly_drill.func(timestamp=0)
    assert not Drill.objects.exists()


@pytest.mark.parametrize("table", ["upkeep_auditrun", "upkeep_drill", "payments_lostreceipt"])
def test_what_was_found_cannot_be_changed(office, app_login, table):
    for attack in (
        f"UPDATE {table} SET at = now()",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_login.execute(attack)
    audit_all(NIGHT)
    drilled(NIGHT)
    if table != "payments_lostreceipt":
        with owner() as own, pytest.raises(psycopg.errors.RestrictViolation):
            own.execute(f"DELETE FROM {table}")
