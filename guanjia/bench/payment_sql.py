"""The bare statements of one payment, for pgbench and for psycopg: what the product does less everything around it.

A locked read, entry, payment, allocation, the bill's new state, two ledger lines, a gapless number, a receipt.
No idempotency, journal, outbox, permission.
"""

import re

COMMUNITY = 1
STEPS = (
    "SELECT unit_id, amount_fen FROM yardstick.bills_bill WHERE community_id = 1 AND id = :bill FOR UPDATE",
    (
        "INSERT INTO yardstick.ledger_entry (community_id, kind, business_date)"
        " VALUES (1, 'payment', current_date) RETURNING id AS entry"
    ),
    (
        "INSERT INTO yardstick.payments_payment (community_id, desk_id, unit_id, entry_id, amount_fen, payer_name,"
        " payer_capacity, business_date, by_id) VALUES (1, :desk, :unit_id, :entry, :amount_fen, '', '', current_date, 1)"
        " RETURNING id AS payment"
    ),
    (
        "INSERT INTO yardstick.payments_allocation (community_id, payment_id, bill_id, amount_fen)"
        " VALUES (1, :payment, :bill, :amount_fen)"
    ),
    "UPDATE yardstick.bills_bill SET paid_fen = :amount_fen WHERE community_id = 1 AND id = :bill",
    (
        "INSERT INTO yardstick.ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)"
        " VALUES (1, :entry, 1001, :amount_fen, NULL), (1, :entry, 1122, -(:amount_fen), :unit_id)"
    ),
    (
        "UPDATE yardstick.payments_desk SET last_number = last_number + 1 WHERE community_id = 1 AND id = :desk"
        " RETURNING last_number AS number"
    ),
    (
        "INSERT INTO yardstick.payments_receipt (community_id, desk_id, number, payment_id)"
        " VALUES (1, :desk, :number, :payment)"
    ),
)
_NAME = re.compile(r":([a-z_]+)")


def in_python(step: str) -> str:
    """Return the statement as psycopg takes it."""
    return _NAME.sub(r"%(\1)s", step)


def as_script(first_bill: int, last_bill: int) -> str:
    """Return a pgbench script that pays bills drawn by chance, each client at a desk of its own."""
    returning = [
        f"{step} \\gset" if " RETURNING " in step or step.startswith("SELECT") else f"{step};"
        for step in STEPS
    ]
    chance = f"\\set bill random({first_bill}, {last_bill})\n\\set desk :client_id + 1\n"
    return chance + "\n".join(["BEGIN;", *returning, "COMMIT;"]) + "\n"
