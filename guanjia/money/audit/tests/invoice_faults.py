"""An office that invoices what it took, and what may be wrong with its invoices."""

# ruff: noqa: S608 - the faults are put together from names of our own

from typing import Any

from guanjia.accounts.tests.factories import MORNING
from guanjia.money.invoices.actions import reject_invoice, withdraw_invoice
from guanjia.money.invoices.tests.factories import FIRM, ask, paid, record, redden
from guanjia.money.payments.tests.factories import make_office

INVOICE_TABLES = (
    "invoices_invoice",
    "invoices_invoiceline",
    "invoices_invoiceable",
    "invoices_document",
)


def invoicing_office() -> None:
    """Leave one request waiting, give one back and withdraw one; record two, and red-reverse one of them."""
    office = make_office()
    record(ask(paid(office), paid(office, "60.00"), asking=FIRM))
    reversed_ = ask(paid(office))
    record(reversed_)
    redden(reversed_)
    words: dict[str, Any] = {"by": office.cashier, "at": MORNING, "reason": "抬头不全"}
    again = paid(office)
    reject_invoice(invoice=ask(again), **words)
    withdraw_invoice(invoice=ask(again), **words)
    ask(again)
    office.take_back(paid(office))


ONE = "(SELECT min(id) FROM invoices_invoice WHERE state = '{}')"
WAITING, RECORDED = ONE.format("requested"), ONE.format("recorded")
ITS_RECEIPT = f"(SELECT receipt_id FROM invoices_invoiceline WHERE invoice_id = {WAITING})"
TAKEN_BACK = (
    "(SELECT max(r.id) FROM payments_receipt r JOIN payments_reversal v ON v.payment_id = r.payment_id"
    " WHERE EXISTS (SELECT 1 FROM invoices_invoice i WHERE i.community_id = r.community_id))"
)
INVOICE_FAULTS: dict[str, tuple[str, ...]] = {
    "a receipt said to be taken that is not": (
        "invoices_within_receipts",
        "UPDATE invoices_invoiceable SET claimed_fen = total_fen WHERE claimed_fen = 0",
    ),
    "more to invoice than the receipt earned": (
        "invoices_within_receipts",
        "UPDATE invoices_invoiceable SET total_fen = total_fen + 1",
    ),
    "a receipt that nothing was taken of, and is invoiced": (
        "invoices_within_receipts",
        f"DELETE FROM invoices_invoiceable WHERE receipt_id = {ITS_RECEIPT}",
    ),
    "an invoice on a receipt taken back": (
        "invoices_within_receipts",
        (
            "INSERT INTO invoices_invoiceable (community_id, receipt_id, total_fen, claimed_fen) SELECT p.community_id, r.id,"
            " p.amount_fen, p.amount_fen FROM payments_receipt r JOIN payments_payment p ON p.id = r.payment_id"
            f" WHERE r.id = {TAKEN_BACK}"
        ),
        (
            "INSERT INTO invoices_invoiceline (community_id, invoice_id, receipt_id, amount_fen) SELECT community_id,"
            f" {WAITING}, receipt_id, total_fen FROM invoices_invoiceable WHERE receipt_id = {TAKEN_BACK}"
        ),
        (
            "UPDATE invoices_invoice SET amount_fen = (SELECT sum(amount_fen) FROM invoices_invoiceline"
            f" WHERE invoice_id = {WAITING}) WHERE id = {WAITING}"
        ),
    ),
    "an invoice of more than its receipts": (
        "invoices_whole",
        f"UPDATE invoices_invoice SET amount_fen = amount_fen + 1 WHERE id = {WAITING}",
    ),
    "an invoice of somebody else's receipts": (
        "invoices_whole",
        f"UPDATE invoices_invoice SET payer_name = '李四' WHERE id = {RECORDED}",
    ),
    "an invoice issued for less": (
        "invoices_issued",
        f"UPDATE invoices_document SET amount_fen = amount_fen - 1 WHERE invoice_id = {RECORDED}",
    ),
    "a red one of another amount": (
        "invoices_issued",
        "UPDATE invoices_document SET amount_fen = amount_fen - 1 WHERE colour = 'red'",
    ),
    "a red one from before": (
        "invoices_issued",
        "UPDATE invoices_document SET issued_on = issued_on - 1 WHERE colour = 'red'",
    ),
    "an invoice said to be issued that is not": (
        "invoices_issued",
        f"UPDATE invoices_invoice SET state = 'recorded' WHERE id = {WAITING}",
    ),
    "a number of eight digits": (
        "invoice_numbers_once",
        "ALTER TABLE invoices_document DROP CONSTRAINT invoices_number_digits",
        f"UPDATE invoices_document SET number = '12345678' WHERE invoice_id = {RECORDED}",
    ),
    "a number used twice": (
        "invoice_numbers_once",
        "ALTER TABLE invoices_document DROP CONSTRAINT invoices_number_once",
        "UPDATE invoices_document SET number = (SELECT min(number) FROM invoices_document)",
    ),
    "an invoice that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'invoice.record'",
    ),
    "a request given back that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'invoice.reject'",
    ),
    "a red one that nobody was told of": (
        "messages_queued",
        "DELETE FROM records_outboxmessage WHERE topic = 'invoice.reversed'",
    ),
    "an invoice pressed for by no key of its kind": (
        "keys_used",
        "UPDATE ledger_requestkey SET scope = 'other' WHERE scope = 'invoice.request'",
    ),
}
