"""The ledger against its own program: whatever a genuine app login sends, the books stand."""

import os
from datetime import date
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection, transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import ClosedDay, Entry, EntryKind, EntryLine

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 23)


@pytest.fixture
def books(transactional_db):
    community = make_community()
    cashier = make_user(community=community, role=Role.CASHIER)
    with transaction.atomic():
        entry = post(
            community=community,
            kind=EntryKind.PAYMENT,
            business_date=DAY,
            lines=[Line(Account.CASH, 100), Line(Account.RECEIVABLE, -100)],
            by=cashier,
        )
    return community, cashier, entry


def head(attacker, community, by, day=DAY):
    row = attacker.execute(
        "INSERT INTO ledger_entry (community_id, kind, business_date, by_id) VALUES (%s, 'payment', %s, %s) RETURNING id",
        [community.pk, day, by.pk],
    ).fetchone()
    return row[0]


def lines(attacker, community, entry_id, *amounts):
    values = ", ".join(f"({community.pk}, {entry_id}, 1001, {amount})" for amount in amounts)
    statement = "INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen) VALUES "
    attacker.execute(statement + values)


def test_the_control_a_balanced_entry_is_taken(books, app_login):
    community, cashier, _ = books
    with app_login.transaction():
        lines(app_login, community, head(app_login, community, cashier), 5, -5)
    assert Entry.objects.filter(community=community).count() == 2


@pytest.mark.parametrize("amounts", [(5, -4), (5, 5), (10**15, 10**15)])
def test_lines_that_do_not_add_up_are_refused(books, app_login, amounts):
    community, cashier, _ = books
    with pytest.raises(psycopg.errors.CheckViolation, match="add up"), app_login.transaction():
        lines(app_login, community, head(app_login, community, cashier), *amounts)


@pytest.mark.parametrize("amounts", [(0, 0), (10**15 + 1, -(10**15) - 1)])
def test_amounts_of_nothing_or_beyond_all_bounds_are_refused(books, app_login, amounts):
    community, cashier, _ = books
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="ledger_line_amount"),
        app_login.transaction(),
    ):
        lines(app_login, community, head(app_login, community, cashier), *amounts)


def test_an_entry_without_lines_is_refused_at_commit(books, app_login):
    community, cashier, _ = books
    with pytest.raises(psycopg.errors.CheckViolation, match="no lines"), app_login.transaction():
        head(app_login, community, cashier)


def test_lines_that_come_later_are_refused(books, app_login):
    community, _, entry = books
    with pytest.raises(psycopg.errors.CheckViolation, match="another transaction"):
        lines(app_login, community, entry.pk, 7, -7)


def test_lines_for_an_entry_of_another_community_are_refused(books, app_login):
    community, cashier, _ = books
    other = make_community()
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="another transaction"),
        app_login.transaction(),
    ):
        lines(app_login, other, head(app_login, community, cashier), 7, -7)


def test_a_unit_of_another_community_is_refused(books, app_login):
    from guanjia.estate.tests.factories import make_unit

    community, cashier, _ = books
    stranger = make_unit(community=make_community())
    with pytest.raises(psycopg.errors.ForeignKeyViolation), app_login.transaction():
        entry_id = head(app_login, community, cashier)
        app_login.execute(
            "INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)"
            " VALUES (%(c)s, %(e)s, 1122, 5, %(u)s), (%(c)s, %(e)s, 1001, -5, NULL)",
            {"c": community.pk, "e": entry_id, "u": stranger.pk},
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entryline SET amount_fen = amount_fen + 1",
        "DELETE FROM ledger_entryline",
        "TRUNCATE ledger_entryline CASCADE",
        "UPDATE ledger_entry SET business_date = business_date - 1",
        "DELETE FROM ledger_closedday",
        "DELETE FROM ledger_requestkey",
        "ALTER TABLE ledger_entryline DISABLE TRIGGER ALL",
        "DROP TRIGGER balance ON ledger_entryline",
        "DROP FUNCTION public.ledger_check_lines() CASCADE",
        "CREATE OR REPLACE FUNCTION public.ledger_check_lines() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "CREATE TEMP TABLE ledger_entry (id bigint)",
        "CREATE SCHEMA shadow",
        "CREATE TABLE public.shadow (id int)",
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
    ],
)
def test_the_app_login_may_not_even_try(books, app_login, statement):
    owner = urlsplit(os.environ["DATABASE_URL"]).username
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement.replace("{owner}", owner))
    assert EntryLine.objects.count() == 2


def test_resetting_the_role_leads_nowhere(books, app_login):
    app_login.execute("RESET ROLE")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute("DELETE FROM ledger_entryline")


@pytest.mark.parametrize(
    "setting",
    [
        """SET "pgtrigger.ignore" = '{ledger_entryline:balance}'""",
        "SET search_path = pg_temp, public",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET check_function_bodies = off",
    ],
)
def test_no_setting_of_a_session_switches_a_guard_off(books, app_login, setting):
    community, cashier, _ = books
    app_login.execute(setting)
    with pytest.raises(psycopg.errors.CheckViolation), app_login.transaction():
        lines(app_login, community, head(app_login, community, cashier), 5, -4)


def test_a_forged_transaction_number_is_overwritten(books, app_login):
    community, cashier, _ = books
    with app_login.transaction():
        app_login.execute(
            "INSERT INTO ledger_entry (community_id, kind, business_date, by_id, transaction)"
            " VALUES (%s, 'payment', %s, %s, 42)",
            [community.pk, DAY, cashier.pk],
        )
        entry_id = app_login.execute("SELECT max(id) FROM ledger_entry").fetchone()[0]
        lines(app_login, community, entry_id, 1, -1)
    assert Entry.objects.get(community=community, pk=entry_id).transaction != 42


def test_the_owner_too_is_kept_from_changing_the_books(books):
    """The privileges stop the app; the triggers stop a migration or a console as well."""
    from django.db import IntegrityError

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for statement in (
            "UPDATE ledger_entryline SET amount_fen = 1",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entryline CASCADE",
        ):
            with pytest.raises(IntegrityError, match="append-only"):
                cursor.execute(statement)
    connection.close()


def test_a_closed_day_takes_no_entry(books, app_login):
    community, cashier, _ = books
    app_login.execute(
        "INSERT INTO ledger_closedday (community_id, business_date, by_id) VALUES (%s, %s, %s)",
        [community.pk, DAY, cashier.pk],
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="closed"), app_login.transaction():
        lines(app_login, community, head(app_login, community, cashier), 5, -5)
    with app_login.transaction():  # the control: the next day is open
        lines(app_login, community, head(app_login, community, cashier, date(2026, 11, 24)), 5, -5)
    with app_login.transaction():  # and so is the same day elsewhere
        other = make_community()
        lines(app_login, other, head(app_login, other, cashier), 5, -5)


def test_a_forged_time_of_posting_or_closing_is_overwritten(books, app_login):
    """The audit tells a late entry by these two instants."""
    community, cashier, _ = books
    with app_login.transaction():
        app_login.execute(
            "INSERT INTO ledger_entry (community_id, kind, business_date, by_id, posted_at)"
            " VALUES (%s, 'payment', %s, %s, '2000-01-01')",
            [community.pk, DAY, cashier.pk],
        )
        entry_id = app_login.execute("SELECT max(id) FROM ledger_entry").fetchone()[0]
        lines(app_login, community, entry_id, 1, -1)
    app_login.execute(
        "INSERT INTO ledger_closedday (community_id, business_date, by_id, closed_at)"
        " VALUES (%s, %s, %s, '2000-01-01')",
        [community.pk, DAY, cashier.pk],
    )
    posted = Entry.objects.get(pk=entry_id).posted_at
    closed = ClosedDay.objects.get().closed_at
    assert posted.year > 2000
    assert posted < closed


def test_a_reversal_names_its_entry_and_comes_once(books, app_login):
    community, cashier, entry = books

    def reverse(kind, reverses):
        with app_login.transaction():
            app_login.execute(
                "INSERT INTO ledger_entry (community_id, kind, business_date, by_id, reverses_id)"
                " VALUES (%s, %s, %s, %s, %s)",
                [community.pk, kind, DAY, cashier.pk, reverses],
            )
            entry_id = app_login.execute("SELECT max(id) FROM ledger_entry").fetchone()[0]
            lines(app_login, community, entry_id, -100, 100)

    for kind, reverses in (("reversal", None), ("payment", entry.pk)):
        with pytest.raises(psycopg.errors.CheckViolation, match="ledger_reversal_names_its_entry"):
            reverse(kind, reverses)
    reverse("reversal", entry.pk)  # the control
    with pytest.raises(psycopg.errors.UniqueViolation, match="ledger_reversed_once"):
        reverse("reversal", entry.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_link (community_id, series, position, entry_id, hash) SELECT community_id, series, 9, entry_id, hash FROM ledger_link",
        "UPDATE ledger_link SET hash = ''",
        "DELETE FROM ledger_link",
        "UPDATE ledger_head SET position = 0",
        "SELECT ledger_link_entry(e) FROM ledger_entry e",
    ],
)
def test_the_chain_is_nobodys_to_write(books, app_login, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement)


def test_an_entry_takes_its_lines_in_one_statement(books, app_login):
    community, cashier, _ = books
    with pytest.raises(psycopg.errors.UniqueViolation, match="link"), app_login.transaction():
        entry_id = head(app_login, community, cashier)
        lines(app_login, community, entry_id, 5, -5)
        lines(app_login, community, entry_id, 7, -7)
