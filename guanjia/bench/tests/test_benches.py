"""Every bench runs at a tiny size and measures what it says. Nothing timed is asserted."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from guanjia.bench import (
    arrears,
    billing,
    desk_under_billing,
    household,
    payments,
    receipts,
    start,
    workbook,
)
from guanjia.bench.estate import make_community
from guanjia.bench.figures import Figure, Goal
from guanjia.bench.ground import Ground, django_at, throwaway
from guanjia.core.calendar import Month
from guanjia.estate.models import Unit

pytestmark = pytest.mark.rules  # each has a server of its own


@pytest.fixture(scope="module")
def server(django_db_blocker) -> Iterator[Ground]:
    with django_db_blocker.unblock(), throwaway() as ground:
        yield ground


@pytest.fixture
def ground(server, request) -> Iterator[Ground]:
    """A database of the test's own, as migrated."""
    with server.sister(request.node.name) as here, django_at(here.app_url):
        yield here


SCHEMAS = ("public", "yardstick")
COMPARED = {
    "bills_bill": "unit_id, item_id, tariff_version_id, debtor_id, period_first, period_last, quantity, amount_fen",
    "bills_billrun": "item_id, month, bill_count, total_fen",
    "ledger_entryline": "account, amount_fen, unit_id",
}


def rows(ground, query):
    return ground.owner.execute(query).fetchall()


def counts(figures):
    """Return the figures that are free of noise."""
    return {f.name: f.values[0] for f in figures if "语句数" in f.name}


def test_billing(ground):
    figures = list(billing.run(ground, units=50, turns=1))
    assert counts(figures)["每批 SQL 语句数"] <= 20


def test_yardstick_and_product_write_the_same_bills(ground):
    estate = make_community(ground, units=40, items=2)
    ground.twin(billing.TWINS)
    race, month = billing.Race(ground), Month(2026, 5)
    race.raw([estate], 2, month)
    race.product([estate], 2, month)
    for table, columns in COMPARED.items():
        ours, raw = (
            rows(ground, f"SELECT {columns} FROM {schema}.{table} ORDER BY 1, 2, 3")  # noqa: S608 - our own names
            for schema in SCHEMAS
        )
        assert len(ours) >= 2
        assert ours == raw


def test_payments(ground):
    figures = list(payments.run(ground, units=200, turns=1, seconds=0.5))
    taken = counts(figures)
    assert taken["收款动作的 SQL 语句数"] <= 12
    assert taken["收款请求的 SQL 语句数"] <= 18
    for schema in SCHEMAS:
        assert rows(ground, f"SELECT 1 FROM {schema}.payments_receipt")  # noqa: S608 - our own names


def test_household(ground):
    figures = list(household.run(ground, units=30, turns=1, pages=2))
    assert counts(figures)["一户页面的 SQL 语句数"] <= 12


def test_arrears(ground):
    figures = list(arrears.run(ground, units=20, turns=1))
    assert len([figure for figure in figures if figure.goal]) == 4


def test_desk_under_billing(ground):
    list(desk_under_billing.run(ground, units=100, turns=1, seconds=1))
    assert rows(ground, "SELECT 1 FROM payments_receipt")
    assert rows(
        ground, "SELECT 1 FROM bills_billrun WHERE month >= '2027-01-01' AND bill_count = 100"
    )


def test_import(ground):
    list(workbook.run(ground, units=50, turns=1))
    assert Unit.objects.count() == 45  # five rows are wrong


def test_receipts(ground):
    figures = list(receipts.run(ground, units=5, turns=1))
    assert all(value > 0 for figure in figures for value in figure.values)


def test_start():
    with tempfile.TemporaryDirectory(prefix="guanjia-start-") as folder:
        Path(folder).chmod(0o755)  # whoever runs the server for root passes through
        home = Path(folder) / "home"
        with start.started(settings.BASE_DIR, home, ("--empty",)) as first:
            assert first.seconds > 0
        prepared = (home / "prepared.json").stat().st_mtime_ns
        with start.started(settings.BASE_DIR, home, ("--empty",)) as again:
            assert again.memory_mb() > 50
        assert (home / "prepared.json").stat().st_mtime_ns == prepared, "nothing to prepare twice"


def test_a_verdict_is_the_median_against_goal_and_floor():
    ratio = Figure("比值", (0.2, 0.4, 0.9), goal=Goal("≥", 0.5, 0.3))
    assert (ratio.median, ratio.verdict) == (0.4, "尚可")
    assert Figure("比值", (2.0,), goal=Goal("≤", 1.5)).verdict == "未达"
    assert Figure("比值", (1.0,), goal=Goal("≤", 1.5)).verdict == "达到"
    assert Figure("无目标", (1.0,)).verdict == ""
