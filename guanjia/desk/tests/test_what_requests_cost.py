"""How many statements the desk's busiest requests take, apart from what they are about."""

import pytest

from guanjia.desk.tests.office import statements
from guanjia.estate.models import Household
from guanjia.estate.tests.factories import make_unit

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_due_takes_three_statements_however_many_bills(office, cashier):
    due, page = office.url("household-due", office.unit.key), {"bill": [1]}
    with statements() as made:
        assert cashier.get(due, page).status_code == 200
    assert len(made) == 3, made  # who asks, the unit, the bills
    office.charge(1, 2, 3, 4, 5)
    with statements() as more:
        assert cashier.get(due, page).status_code == 200
    assert len(more) == 3, more


def test_a_household_adds_the_one_that_finds_its_units(office, cashier):
    household = Household.objects.create(community=office.community, name="张素珍")
    make_unit(community=office.community, number="车位B1-213", household=household)
    office.unit.household, office.unit.leads_household = household, True
    office.unit.save()
    with statements() as made:
        cashier.get(office.url("household-due", office.unit.key))
    assert len(made) == 4, made


def test_a_payment_is_reached_in_three_statements_and_only_its_witness_comes_after_it(
    office, cashier
):
    sent = office.paying(payer="", payer_name="邻居老王")
    with statements() as made:
        answer = cashier.post(office.url("payments"), sent)
    assert answer.status_code == 302
    begun = next(i for i, sql in enumerate(made) if "ledger_requestkey" in sql)
    assert begun == 3, made  # who asks, the unit, the desk
    assert "payments_receipt" in made[-2]
    assert "ledger_link" in made[-1]  # what the witness writes down


def test_a_registered_payer_adds_one(office, cashier):
    sent = office.paying()
    with statements() as made:
        cashier.post(office.url("payments"), sent)
    assert next(i for i, sql in enumerate(made) if "ledger_requestkey" in sql) == 4, made


def test_the_units_community_needs_no_statement(office, cashier):
    with statements() as made:
        cashier.get(office.page())
    assert not [sql for sql in made if 'FROM "accounts_community"' in sql], made
