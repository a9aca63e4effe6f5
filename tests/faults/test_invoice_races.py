"""Invoices asked for at two desks at once, and a receipt taken back while its invoice is asked for."""

from functools import partial

import pytest
from django.db import transaction

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.money.invoices import actions, reads
from guanjia.money.invoices.actions import withdraw_invoice
from guanjia.money.invoices.models import Document, Invoice, Invoiceable
from guanjia.money.invoices.taking_back import take_back
from guanjia.money.invoices.tests.factories import ask, number, paid, record
from guanjia.money.payments.models import Receipt, Reversal
from guanjia.money.payments.tests.factories import make_office
from tests.faults.racing import (
    broken_laws,
    outcome,
    race,
    rewritten,
    start,
    wait_until_blocked,
    without_constraint,
)

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def clerk(office):
    return make_user(community=office.community, role=Role.CLERK)


def back(office, receipt):
    return partial(
        take_back,
        receipt=receipt,
        desk=office.desk,
        reason="收错了户",
        copy_missing="",
        may_void=True,
        may_red=True,
        by=office.cashier,
        at=MORNING,
    )


def test_two_who_ask_for_one_receipt_get_one_invoice(office, clerk):
    for _ in range(ROUNDS):
        receipt = paid(office)
        results = race(*(partial(ask, receipt, by=clerk) for _ in range(2)))
        assert {type(result) for result in results} == {Invoice, Refused}
    assert broken_laws() == set()


def test_two_who_ask_for_the_same_receipts_the_other_way_round_wait_and_do_not_block_each_other(
    office, clerk
):
    for _ in range(ROUNDS):
        one, other = paid(office), paid(office, "60.00")
        results = race(partial(ask, one, other, by=clerk), partial(ask, other, one, by=clerk))
        assert {type(result) for result in results} == {Invoice, Refused}
    assert broken_laws() == set()


def test_the_control_without_the_check_a_receipt_is_invoiced_twice(office, clerk, monkeypatch):
    receipt = paid(office)
    # The second one looks before the first has come.
    stale = reads.facts_of(office.community, [receipt.pk])
    ask(receipt, by=clerk)
    monkeypatch.setattr(actions, "facts_of", lambda *_: stale)
    with pytest.raises(Refused, match="刚由别人申请了开票"):
        ask(receipt, by=clerk)
    with without_constraint("invoices_invoiceable", "invoices_within_receipt"):
        ask(receipt, by=clerk)
        kept = Invoiceable.objects.get()
        assert kept.claimed_fen == 2 * kept.total_fen
        assert broken_laws() == {"invoices_within_receipts"}


def test_a_receipt_is_taken_back_or_invoiced_but_not_both(office, clerk):
    for _ in range(ROUNDS):
        receipt = paid(office)
        taken, asked = race(back(office, receipt), partial(ask, receipt, by=clerk))
        assert {type(taken), type(asked)} in ({Reversal, Refused}, {Refused, Invoice})
    assert broken_laws() == set()


def both_half_way(office, clerk, receipt):
    """Ask while somebody is taking the receipt back, and has not committed; return what each came to."""
    with transaction.atomic():
        taken = back(office, receipt)()
        asking = start(partial(ask, Receipt.objects.get(pk=receipt.pk), by=clerk))
        wait_until_blocked(asking)
    return taken, outcome(asking)


def test_who_asks_meanwhile_waits_and_is_told(office, clerk):
    taken, asked = both_half_way(office, clerk, paid(office))
    assert isinstance(taken, Reversal)
    assert isinstance(asked, Refused)
    assert "刚由别人作废" in str(asked)


def test_the_control_without_the_lock_both_go_through(office, clerk):
    receipt = paid(office)
    with rewritten("invoices_claim", " FOR NO KEY UPDATE OF p", ""):
        with pytest.raises(AssertionError, match="did not wait"):
            both_half_way(office, clerk, receipt)
        assert Invoice.objects.count() == 1


def test_an_invoice_is_recorded_or_withdrawn(office, clerk):
    finance = make_user(community=office.community, role=Role.FINANCE)
    for _ in range(ROUNDS):
        invoice = ask(paid(office), by=clerk)
        results = race(
            partial(record, invoice, by=finance),
            partial(withdraw_invoice, invoice=invoice, reason="不要了", by=clerk, at=MORNING),
        )
        assert {type(result) for result in results} in ({Document, Refused}, {Refused, Invoice})
    assert broken_laws() == set()


def test_one_number_is_recorded_for_one_of_two(office, clerk):
    finance = make_user(community=office.community, role=Role.FINANCE)
    for _ in range(ROUNDS):
        invoices, one = [ask(paid(office), by=clerk) for _ in range(2)], number()
        results = race(*(partial(record, each, by=finance, number=one) for each in invoices))
        assert {type(result) for result in results} == {Document, Refused}
    assert broken_laws() == set()
