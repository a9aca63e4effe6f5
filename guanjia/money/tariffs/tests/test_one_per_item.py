"""One tariff of an item a day against the genuine app login: whatever it sends, however many at once."""

from datetime import date
from decimal import Decimal

import pytest
from psycopg import errors

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.estate.tests.factories import make_unit
from guanjia.estate.tests.races import function_without, second_of_two
from guanjia.money.tariffs.actions import Price, add_item, add_tariff, assign_tariff
from guanjia.money.tariffs.models import UnitTariff
from guanjia.money.tariffs.rules import Basis

pytestmark = pytest.mark.django_db(transaction=True)
NEW_YEAR = date(2026, 1, 1)
EVER = "('2026-01-01', NULL)"


@pytest.fixture
def unit(transactional_db):
    return make_unit()


@pytest.fixture
def tariff(unit):
    return make_tariff(unit.community, "物业服务费")


def make_tariff(community, item):
    return add_tariff(
        item=add_item(community=community, name=item, by=None, at=MORNING),
        name="高层住宅",
        price=Price(Basis.GROSS_AREA, Decimal("2.4")),
        effective_from=NEW_YEAR,
        evidence="合同第五条",
        by=None,
        at=MORNING,
    )


def insert(unit, tariff, periods=EVER):
    """Return what lets the unit pay the tariff in each of ``periods``."""
    return lambda login: login.execute(
        "INSERT INTO tariffs_unittariff (community_id, unit_id, item_id, tariff_id, begins_on, ends_on)"  # noqa: S608
        f" SELECT %s, %s, %s, %s, b::date, e::date FROM (VALUES {periods}) v (b, e)",
        [unit.community_id, unit.pk, tariff.item_id, tariff.pk],
    )


def test_one_statement_may_bring_periods_one_after_the_other_only(unit, tariff, app_login):
    half = "('2026-01-01', '2026-06-30')"
    with pytest.raises(errors.ExclusionViolation) as refused:
        insert(unit, tariff, f"{half}, ('2026-06-30', NULL)")(app_login)
    assert refused.value.diag.constraint_name == "tariffs_unit_one_per_item"
    insert(unit, tariff, f"{half}, ('2026-07-01', NULL)")(app_login)  # the control
    with pytest.raises(errors.ExclusionViolation):
        app_login.execute("UPDATE tariffs_unittariff SET ends_on = NULL")


def test_another_item_or_unit_may_be_paid_for_at_the_same_time(unit, tariff, app_login):
    insert(unit, tariff)(app_login)
    insert(unit, make_tariff(unit.community, "车位费"))(app_login)
    insert(make_unit(community=unit.community), tariff)(app_login)
    assert UnitTariff.objects.filter(community=unit.community).count() == 3


def test_of_two_at_once_the_second_waits_and_is_refused(unit, tariff, app_login, other_app_login):
    row = insert(unit, tariff)
    second = second_of_two(app_login, other_app_login, row, row)
    assert second.waited
    assert isinstance(second.refusal, errors.ExclusionViolation)
    assert UnitTariff.objects.filter(community=unit.community).count() == 1


def test_the_control_without_the_lock_both_come_in(unit, tariff, app_login, other_app_login):
    row = insert(unit, tariff)
    with function_without("estate_one_at_a_time", "FOR NO KEY UPDATE"):
        second = second_of_two(app_login, other_app_login, row, row)
    assert (second.waited, second.refusal) == (False, None)
    assert UnitTariff.objects.filter(community=unit.community).count() == 2


def test_eyes_of_the_beginning_may_not_write(unit, tariff, app_login):
    with pytest.raises(errors.InvalidTransactionState), app_login.transaction():
        app_login.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        insert(unit, tariff)(app_login)


def test_the_refusal_is_put_into_words(unit, tariff):
    def assign():
        return assign_tariff(unit=unit, tariff=tariff, begins_on=NEW_YEAR, by=None, at=MORNING)

    assign()
    with pytest.raises(Refused, match="同一收费项目"):
        assign()
