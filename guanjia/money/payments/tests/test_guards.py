"""Bills, payments and receipts against their own program: what a genuine app login may not do to them."""

import psycopg
import pytest

from guanjia.money.bills.models import Bill
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt(transactional_db):
    office = make_office()
    unit = office.unit()
    office.bill()
    return office.pay(office.owed(unit))


TABLES = [
    "bills_billrun",
    "bills_bill",
    "payments_payment",
    "payments_allocation",
    "payments_receipt",
    "tariffs_tariffversion",
    "records_journalentry",
]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TABLE {} CASCADE",
    ],
)
def test_what_is_issued_is_not_touched(receipt, app_login, statement):
    for table in TABLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_login.execute(statement.format(table))


def test_of_a_bill_only_what_was_paid_moves(receipt, app_login):
    for column in ("amount_fen", "period_first", "debtor_id", "run_id"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_login.execute(f"UPDATE bills_bill SET {column} = {column}")  # noqa: S608 - a name of our own
    app_login.execute("UPDATE bills_bill SET paid_fen = paid_fen")  # the control


@pytest.mark.parametrize("paid", ["-1", "amount_fen + 1"])
def test_no_bill_is_paid_beyond_its_amount(receipt, app_login, paid):
    with pytest.raises(psycopg.errors.CheckViolation, match="bills_paid_within"):
        app_login.execute(f"UPDATE bills_bill SET paid_fen = {paid}")  # noqa: S608 - a number of our own
    assert Bill.objects.get().open_fen == 0


def test_a_number_is_given_once_and_a_payment_receipted_once(receipt, app_login):
    for number, guard in ((7444, "payments_receipt_number"), (7445, "payments_receipt_once")):
        with pytest.raises(psycopg.errors.UniqueViolation, match=guard):
            app_login.execute(
                "INSERT INTO payments_receipt (community_id, desk_id, number, payment_id) VALUES (%s, %s, %s, %s)",
                [receipt.community_id, receipt.desk_id, number, receipt.payment_id],
            )
    assert Receipt.objects.count() == 1
