"""The audit computes a bill by its floor or tier from the table of its version, and finds a price that is not there."""

from decimal import Decimal

import pytest
from django.db import connection

from guanjia.money.audit.checks import audit
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.tariffs.actions import Price
from guanjia.money.tariffs.rules import Basis
from guanjia.money.tariffs.steps import read_steps


@pytest.fixture
def lift(db):
    """A bill of the twelfth floor; the guards on bills are off and the owner writes."""
    office = make_office(Price(Basis.FIXED, Decimal(0), steps=read_steps("1-6层 30\n7层及以上 45")))
    unit = office.unit()
    unit.floor = 12
    unit.save()
    office.bill()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE bills_bill DISABLE TRIGGER USER")


def broken() -> set[str]:
    return {verdict.check.name for verdict in audit(None) if verdict.count}


@pytest.mark.usefixtures("lift")
def test_the_control_a_bill_by_floor_is_sound():
    assert broken() == set()


@pytest.mark.usefixtures("lift")
@pytest.mark.parametrize(
    "fault", ["floor = 3", "floor = NULL", "unit_price = 30", "unit_price = NULL"]
)
def test_a_bill_by_another_floor_or_price_than_its_own_is_found(fault):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE bills_bill SET {fault}")  # noqa: S608 - one of ours
    assert broken() == {"bills_computed"}
