"""Discounts against their own program: what a genuine app login may not do to them, and what the database refuses."""

from datetime import date

import psycopg
import pytest
from django.db import IntegrityError

from guanjia.money.discounts import actions
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.tests.factories import a_rule, agree, ask, draft, granted
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def grant(office):
    return ask(a_rule(office), office.unit(), NEW_YEAR, date(2026, 12, 31))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "UPDATE {} SET community_id = community_id",
    ],
)
@pytest.mark.parametrize(
    "table", ["discounts_discountrule", "discounts_discountitem", "discounts_discountgrant"]
)
def test_what_was_asked_for_is_not_touched(grant, app_login, table, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement.format(table))


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("state = 'approved'", "discountgrant_decided"),
        ("state = 'ended'", "no discount goes from requested to ended"),
        (
            "state = 'approved', decided_by_id = requested_by_id, decided_at = now()",
            "discountgrant_two_people",
        ),
        ("state = 'withdrawn'", "discountgrant_closed"),
        ("ends_on = '2027-12-31'", "changes with its state"),
        (
            (
                "state = 'withdrawn', closed_by_id = requested_by_id, closed_at = now(), closing = 'x',"
                " ends_on = '2027-12-31'"
            ),
            "decided on stays",
        ),
    ],
)
def test_a_grant_moves_by_its_table_and_under_two_names(grant, app_login, change, guard):
    with pytest.raises(psycopg.errors.IntegrityError, match=guard):
        app_login.execute(f"UPDATE discounts_discountgrant SET {change}")  # noqa: S608 - words of our own


_END = (
    "UPDATE discounts_discountgrant SET state = 'ended', closed_by_id = requested_by_id, closed_at = now(),"
    " closing = 'x', ends_on = %s"
)


def test_what_was_approved_is_not_prolonged(grant, app_login):
    agree(grant)
    with pytest.raises(psycopg.errors.IntegrityError, match="never prolonged"):
        app_login.execute(_END, [date(2027, 1, 1)])


def test_the_control_it_is_cut_short(grant, app_login):
    agree(grant)
    app_login.execute(_END, [date(2026, 6, 30)])


def test_an_item_is_not_added_once_the_rule_is_approved(office, app_login):
    rule = a_rule(office)
    add = (
        "INSERT INTO discounts_discountitem (community_id, rule_id, item_id) SELECT community_id, rule_id,"
        " item_id FROM discounts_discountitem WHERE rule_id = %s"
    )
    with pytest.raises(psycopg.errors.IntegrityError, match="the items it had"):
        app_login.execute(add, [rule.pk])
    waiting = draft(office, name="另一条")
    with pytest.raises(psycopg.errors.UniqueViolation):  # the control: it gets as far as the key
        app_login.execute(add, [waiting.pk])


def test_two_who_grant_the_same_days_at_once_meet_in_the_database(
    office, app_login, other_app_login
):
    """The second waits for the first's row and is refused when that commits."""
    granted(a_rule(office), office.unit(), NEW_YEAR, date(2026, 6, 30))
    other_app_login.execute("SET lock_timeout = '200ms'")
    copied = (
        "INSERT INTO discounts_discountgrant (community_id, unit_id, rule_id, request_key_id, applicant, noticed_on,"
        " begins_on, ends_on, evidence, state, requested_at, requested_by_id, decision, closing)"
        " SELECT community_id, unit_id, rule_id, {key}, applicant, noticed_on, '2026-07-01', NULL, evidence, 'requested',"
        " requested_at, requested_by_id, '', '' FROM discounts_discountgrant"
    )
    key = (
        "INSERT INTO ledger_requestkey (community_id, scope, key, request_hash) SELECT community_id, 'discount.request',"
        " gen_random_uuid(), '' FROM discounts_discountgrant RETURNING id"
    )
    first, second = (app_login.execute(key).fetchone()[0] for _ in range(2))
    with app_login.transaction():
        app_login.execute(copied.format(key=first))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other_app_login.execute(copied.format(key=second))
    with pytest.raises(psycopg.errors.ExclusionViolation):
        other_app_login.execute(copied.format(key=second))


def test_where_nobody_looked_the_database_wants_a_second_name(grant, monkeypatch):
    monkeypatch.setattr(actions, "may_decide", lambda *_, **__: True)
    with pytest.raises(IntegrityError, match="discountgrant_two_people"):
        agree(grant, by=grant.requested_by)
    assert DiscountGrant.objects.get().state == "requested"
