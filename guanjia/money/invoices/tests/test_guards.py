"""Invoices against their own program: what a genuine app login may not do to them, and what the database refuses."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from guanjia.money.invoices import actions
from guanjia.money.invoices.models import Document, Invoice, InvoiceLine
from guanjia.money.invoices.tests.factories import TODAY, ask, number, paid, record, redden
from guanjia.money.payments.models import Reversal
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def receipt(office):
    return paid(office)


@pytest.fixture
def invoice(receipt):
    return ask(receipt)


TABLES = ("invoices_invoice", "invoices_invoiceline", "invoices_invoiceable", "invoices_document")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "UPDATE {} SET community_id = community_id",
    ],
)
@pytest.mark.parametrize("table", TABLES)
def test_what_was_asked_for_and_issued_is_not_touched(invoice, app_login, table, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices_invoiceable SET claimed_fen = 0",
        (
            "INSERT INTO invoices_invoiceable (community_id, receipt_id, total_fen, claimed_fen)"
            " SELECT community_id, id, 1, 0 FROM payments_receipt"
        ),
    ],
)
def test_nobody_says_by_hand_what_is_taken_of_a_receipt(invoice, app_login, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_login.execute(statement)


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ("state = 'reversed'", "no invoice goes from requested to reversed"),
        ("state = state", "no invoice goes from requested to requested"),
        ("state = 'recorded'", "is recorded, and was issued: "),
        ("state = 'withdrawn'", "invoices_ended"),
        ("ending = 'x'", "no invoice goes"),
    ],
)
def test_an_invoice_moves_by_its_table_and_with_what_was_issued(invoice, app_login, change, guard):
    with pytest.raises(psycopg.errors.IntegrityError, match=guard):
        app_login.execute(f"UPDATE invoices_invoice SET {change}")  # noqa: S608 - words of our own


def test_the_control_a_withdrawal_with_a_name_goes_through(invoice, app_login):
    app_login.execute(
        "UPDATE invoices_invoice SET state = 'withdrawn', ended_by_id = requested_by_id,"
        " ended_at = now(), ending = 'x'"
    )


def test_a_line_comes_with_its_request_and_adds_up(office, receipt, invoice):
    more = paid(office)
    row = {"community": office.community, "invoice": invoice, "receipt": more, "amount_fen": 1}
    with pytest.raises(IntegrityError, match="has lines of"):
        InvoiceLine.objects.create(**row)
    record(invoice)
    with pytest.raises(IntegrityError, match="takes no more receipts"):
        InvoiceLine.objects.create(**row)


def test_a_document_comes_with_its_state(invoice):
    with pytest.raises(IntegrityError, match="is requested, and was issued: blue"):
        Document.objects.create(
            community=invoice.community,
            invoice=invoice,
            colour="blue",
            number=number(),
            issued_on=TODAY,
            amount_fen=invoice.amount_fen,
            at=invoice.requested_at,
            by=invoice.requested_by,
        )


@pytest.fixture
def unchecked(monkeypatch):
    """Let anything be asked for, recorded and reversed, as far as the rules go."""
    for rule in ("may_request", "may_record", "may_reverse"):
        monkeypatch.setattr(actions, rule, lambda *_, **__: True)


@pytest.mark.usefixtures("unchecked")
class TestWhereNobodyLooked:
    def test_a_receipt_of_another_payer_is_not_put_in(self, office, receipt):
        unit = office.unit("70.00")
        office.bill()
        other = office.pay(office.owed(unit), payer_name="李四")
        with pytest.raises(IntegrityError, match="another payer"):
            ask(receipt, other)

    def test_another_amount_is_not_recorded(self, invoice):
        with pytest.raises(IntegrityError, match="of another amount"):
            record(invoice, amount_fen=invoice.amount_fen + 1)

    def test_the_red_one_is_not_from_before(self, invoice):
        record(invoice)
        with pytest.raises(IntegrityError, match="reversed before it was issued"):
            redden(invoice, issued_on=TODAY.replace(day=1))

    def test_a_number_has_twenty_digits(self, invoice):
        with pytest.raises(IntegrityError, match="invoices_number_digits"):
            record(invoice, number="12345678")


def test_where_nobody_looked_a_receipt_with_an_invoice_is_not_taken_back(office, receipt, invoice):
    with pytest.raises(IntegrityError, match="an invoice stands on the receipt"):
        office.take_back(receipt)
    assert not Reversal.objects.exists()


def test_the_control_without_its_guard_it_is_taken_back(office, receipt, invoice):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DROP TRIGGER invoiced ON payments_reversal")
        assert office.take_back(receipt).payment == receipt.payment
        assert Invoice.objects.get().state == "requested"
        transaction.set_rollback(True)
