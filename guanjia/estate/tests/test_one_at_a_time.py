"""One debtor a day against the genuine app login: whatever it sends, however many at once."""

from datetime import date

import psycopg
import pytest
from psycopg import errors

from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit
from guanjia.estate.tests.races import function_without, second_of_two

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit(transactional_db):
    return make_unit()


@pytest.fixture
def party(unit):
    return make_party(community=unit.community)


def debtor(party, unit_id, begins_on="2026-01-01", ends_on=None):
    return (party.community_id, unit_id, party.pk, "owner", begins_on, ends_on, True, "{}", "", "")


COLUMNS = "community_id, unit_id, party_id, capacity, begins_on, ends_on, is_debtor, scope, relation, document_no"


def insert(*row):
    """Return what inserts one row."""
    places = ", ".join(["%s"] * len(row))
    return lambda login: login.execute(
        f"INSERT INTO estate_tenure ({COLUMNS}) VALUES ({places})",  # noqa: S608 - written here
        row,
    )


def copy(login, *rows):
    with login.cursor().copy(f"COPY estate_tenure ({COLUMNS}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def debtors(login, unit):
    rows = login.execute(
        "SELECT count(*) FROM estate_tenure WHERE community_id = %s AND unit_id = %s AND is_debtor",
        [unit.community_id, unit.pk],
    )
    return rows.fetchone()[0]


def test_one_statement_may_bring_debtors_one_after_the_other_only(unit, party, app_login):
    spring = debtor(party, unit.pk, "2026-01-01", "2026-05-31")
    with pytest.raises(errors.ExclusionViolation) as refused:
        copy(app_login, debtor(party, unit.pk, "2026-05-31"), spring)
    assert refused.value.diag.constraint_name == "estate_tenure_one_debtor"
    copy(app_login, debtor(party, unit.pk, "2026-06-01"), spring)  # the control
    assert debtors(app_login, unit) == 2


def test_a_long_period_is_seen_behind_a_short_one(unit, party, app_login):
    copy(app_login, debtor(party, unit.pk, "2026-01-01", "2026-12-31"))
    for begins_on, ends_on in (("2026-02-01", "2026-02-28"), ("2025-01-01", None)):
        with pytest.raises(errors.ExclusionViolation):
            copy(app_login, debtor(party, unit.pk, begins_on, ends_on))


@pytest.mark.parametrize(
    "change",
    [
        "SET ends_on = NULL WHERE ends_on IS NOT NULL",
        "SET begins_on = '2025-12-31' WHERE begins_on = '2027-01-01'",
        "SET is_debtor = true WHERE NOT is_debtor",
        "SET unit_id = (SELECT min(unit_id) FROM estate_tenure)",
    ],
)
def test_no_change_makes_two_of_one(unit, party, app_login, change):
    make_tenure(unit=unit, party=party, begins_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    make_tenure(unit=unit, party=party, begins_on=date(2027, 1, 1))
    make_tenure(unit=unit, party=party, capacity=Capacity.CO_OWNER, begins_on=date(2026, 2, 1))
    make_tenure(unit=make_unit(community=unit.community), party=party, begins_on=date(2026, 2, 1))
    with pytest.raises(errors.ExclusionViolation):
        app_login.execute("UPDATE estate_tenure " + change)
    app_login.execute("UPDATE estate_tenure SET relation = '本人'")  # the control


def test_of_two_at_once_the_second_waits_and_is_refused(unit, party, app_login, other_app_login):
    row = insert(*debtor(party, unit.pk))
    second = second_of_two(app_login, other_app_login, row, row)
    assert second.waited
    assert isinstance(second.refusal, errors.ExclusionViolation)
    assert debtors(app_login, unit) == 1


def test_the_control_without_the_lock_both_come_in(unit, party, app_login, other_app_login):
    row = insert(*debtor(party, unit.pk))
    with function_without("estate_one_at_a_time", "FOR NO KEY UPDATE"):
        second = second_of_two(app_login, other_app_login, row, row)
    assert (second.waited, second.refusal, debtors(app_login, unit)) == (False, None, 2)


def test_who_gives_up_is_in_nobodys_way(unit, party, app_login, other_app_login):
    row = insert(*debtor(party, unit.pk))

    def try_and_give_up(login):
        with login.transaction():
            row(login)
            raise psycopg.Rollback

    second = second_of_two(app_login, other_app_login, try_and_give_up, row)
    assert (second.waited, second.refusal, debtors(app_login, unit)) == (False, None, 1)


def test_desks_at_different_units_do_not_wait_for_each_other(
    unit, party, app_login, other_app_login
):
    next_door = make_unit(community=unit.community)
    second = second_of_two(
        app_login,
        other_app_login,
        insert(*debtor(party, unit.pk)),
        insert(*debtor(party, next_door.pk)),
    )
    assert (second.waited, second.refusal) == (False, None)


def test_a_unit_changed_meanwhile_is_still_found(unit, party, app_login, other_app_login):
    second = second_of_two(
        app_login,
        other_app_login,
        lambda login: login.execute("UPDATE estate_unit SET layout = '三室'"),
        insert(*debtor(party, unit.pk)),
    )
    assert (second.waited, second.refusal, debtors(app_login, unit)) == (True, None, 1)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_eyes_of_the_beginning_may_not_write(unit, party, app_login, other_app_login, level):
    """Such a transaction would not see what was written since it began, lock or no lock."""
    with pytest.raises(errors.InvalidTransactionState), app_login.transaction():
        app_login.execute("SET TRANSACTION ISOLATION LEVEL " + level)
        assert debtors(app_login, unit) == 0
        insert(*debtor(party, unit.pk))(other_app_login)
        insert(*debtor(party, unit.pk))(app_login)
    assert debtors(app_login, unit) == 1


def test_the_control_without_that_refusal_they_would_write_a_second(
    unit, party, app_login, other_app_login
):
    refusal = "current_setting('transaction_isolation') <> 'read committed'"
    with (
        function_without("estate_one_at_a_time", refusal, instead="false"),
        app_login.transaction(),
    ):
        app_login.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert debtors(app_login, unit) == 0
        insert(*debtor(party, unit.pk))(other_app_login)
        insert(*debtor(party, unit.pk))(app_login)
    assert debtors(app_login, unit) == 2


def test_a_unit_has_to_be_there_before_its_debtor(unit, party, app_login, other_app_login):
    """Nobody can lock what is not there: two could come in before it does."""
    columns = "community_id, id, kind, number, key, entrance, layout, status, leads_household"
    values = (unit.community_id, unit.pk + 1000)
    make = f"INSERT INTO estate_unit ({columns}) VALUES (%s, %s, 'dwelling', '1', '1', '', '', 'unsold', false)"  # noqa: S608
    row = insert(*debtor(party, unit.pk + 1000))
    with pytest.raises(errors.ForeignKeyViolation), app_login.transaction():
        row(app_login)
        app_login.execute(make, values)
    second = second_of_two(
        app_login, other_app_login, lambda login: login.execute(make, values), row
    )
    assert isinstance(second.refusal, errors.ForeignKeyViolation)
    row(app_login)  # the control
