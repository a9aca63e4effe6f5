"""Writing a payment: everything it leaves in the books, as one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from guanjia.core.database.prepared import fetch_one
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.request_id import request_id
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.models import HeldDeposit
from guanjia.money.ledger.actions import Line, day_open
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind
from guanjia.money.payments.drawer import NO_SHIFT, drawer_of
from guanjia.money.payments.models import Desk, Part, Payment, Receipt
from guanjia.money.payments.rules import METHOD_ACCOUNTS, Method
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE
from guanjia.records.during import visit_id

# Everything that a payment writes, as one statement: one round trip, planned once a connection, and no part can be left
# out. Constraints, triggers and the chain see it whole. The desk's row is reached after the bills' and before the
# chain; it gives the number only to somebody in the desk's open shift, whose end waits for the row.
_WRITE = """
WITH entry AS (
    INSERT INTO ledger_entry (community_id, kind, series, business_date, by_id)
    VALUES (%(community)s, %(kind)s, %(series)s, %(business_date)s, %(by)s) RETURNING id
), posted AS (
    INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)
    SELECT %(community)s, entry.id, line.account, line.fen, line.unit
    FROM entry, unnest(%(line_account)s::int[], %(line_amount_fen)s::bigint[], %(line_unit_id)s::bigint[])
        AS line(account, fen, unit)
), payment AS (
    INSERT INTO payments_payment (community_id, desk_id, unit_id, request_key_id, entry_id, amount_fen, prepaid_fen,
        deposit_fen, payer_name, payer_capacity, business_date, received_on, at, by_id)
    SELECT %(community)s, %(desk)s, %(unit)s, %(request_key)s, entry.id, %(amount_fen)s, %(prepaid_fen)s,
        %(deposit_fen)s, %(payer_name)s, %(payer_capacity)s, %(business_date)s, %(received_on)s::date, %(at)s, %(by)s
    FROM entry RETURNING id
), parts AS (
    INSERT INTO payments_part (community_id, payment_id, method, amount_fen, tendered_fen, reference)
    SELECT %(community)s, payment.id, part.method, part.fen, part.tendered, part.reference
    FROM payment, unnest(%(part_method)s::text[], %(part_amount_fen)s::bigint[], %(part_tendered_fen)s::bigint[],
        %(part_reference)s::text[])
        AS part(method, fen, tendered, reference)
), allocated AS (
    INSERT INTO payments_allocation (community_id, payment_id, bill_id, amount_fen)
    SELECT %(community)s, payment.id, share.bill, share.fen
    FROM payment, unnest(%(bills)s::bigint[], %(shares)s::bigint[]) AS share(bill, fen)
), settled AS (
    UPDATE bills_bill b SET paid_fen = b.paid_fen + share.fen
    FROM unnest(%(bills)s::bigint[], %(shares)s::bigint[]) AS share(bill, fen)
    WHERE b.community_id = %(community)s AND b.id = share.bill
), moved AS (
    INSERT INTO prepayments_movement (community_id, prepayment_id, entry_id, amount_fen)
    SELECT %(community)s, move.prepayment, entry.id, move.fen
    FROM entry, unnest(%(move_prepayment_id)s::bigint[], %(move_fen)s::bigint[]) AS move(prepayment, fen)
), held AS (
    INSERT INTO deposits_helddeposit (community_id, unit_id, kind_id, party_id, payer_name, reference, old_receipt,
        entry_id, received_on, amount_fen)
    SELECT %(community)s, %(unit)s, deposit.kind, deposit.party, %(payer_name)s, deposit.reference, '', entry.id,
        coalesce(%(received_on)s::date, %(business_date)s), deposit.fen
    FROM entry, unnest(%(held_kind_id)s::bigint[], %(held_party_id)s::bigint[], %(held_reference)s::text[],
        %(held_amount_fen)s::bigint[]) AS deposit(kind, party, reference, fen)
    RETURNING id, entry_id, amount_fen
), begun AS (
    INSERT INTO deposits_depositmovement (community_id, held_id, entry_id, kind, amount_fen)
    SELECT %(community)s, held.id, held.entry_id, 'taken', held.amount_fen FROM held
), numbered AS (
    UPDATE payments_desk SET last_number = greatest(last_number, first_number - 1) + 1
    WHERE community_id = %(community)s AND id = %(desk)s AND is_active AND shift_day = %(business_date)s
        AND %(by)s = ANY (cashiers) RETURNING last_number
), receipt AS (
    INSERT INTO payments_receipt (community_id, desk_id, number, payment_id)
    SELECT %(community)s, %(desk)s, numbered.last_number, payment.id FROM payment, numbered RETURNING id, number
), journalled AS (
    INSERT INTO records_journalentry (community_id, at, by_id, action, subject, subject_id, after, reason, visit_id,
        request_id)
    SELECT %(community)s, %(at)s, %(by)s, 'payment.take', 'payments.payment', payment.id, %(summary)s, '',
        %(visit)s::bigint, %(request)s
    FROM payment
), queued AS (
    INSERT INTO records_outboxmessage (community_id, topic, payload)
    SELECT %(community)s, 'payment.taken', %(summary)s || jsonb_build_object('payment', payment.id) FROM payment
)
SELECT entry.id, payment.id, receipt.id, receipt.number FROM entry, payment, receipt
"""


@dataclass(frozen=True, slots=True)
class Move:
    """What goes into a prepayment, or out where it is negative."""

    prepayment_id: int
    unit_id: int
    fen: int


def write_payment(
    payment: Payment,
    *,
    parts: Sequence[Part],
    settled: Sequence[tuple[Bill, int]],
    moves: Sequence[Move],
    deposits: Sequence[HeldDeposit] = (),
) -> Receipt:
    """Write a new payment whole and return its receipt; ``settled`` are bills with the fen they get.

    Call it last in the caller's transaction, the bills locked. Raises Refused on a closed day, at a desk out of
    use or without an open shift that the cashier is in, and where a prepayment was drawn meanwhile.
    """
    lines = _lines(payment, parts, settled, moves, deposits)
    values = {
        "community": payment.community_id,
        "kind": EntryKind.PAYMENT,
        "series": payment.desk.series,
        "business_date": payment.business_date,
        "by": payment.by_id,
        "desk": payment.desk_id,
        "unit": payment.unit_id,
        "request_key": payment.request_key_id,
        "amount_fen": payment.amount_fen,
        "prepaid_fen": payment.prepaid_fen,
        "deposit_fen": payment.deposit_fen,
        "payer_name": payment.payer_name,
        "payer_capacity": payment.payer_capacity,
        "received_on": payment.received_on,
        "at": payment.at,
        "line_account": [int(line.account) for line in lines],
        **_columns("line", lines, ("amount_fen", "unit_id")),
        **_columns("part", parts, ("method", "amount_fen", "tendered_fen", "reference")),
        **_columns("move", moves, ("prepayment_id", "fen")),
        **_columns("held", deposits, ("kind_id", "party_id", "reference", "amount_fen")),
        "bills": [bill.pk for bill, _ in settled],
        "shares": [fen for _, fen in settled],
        "summary": Jsonb(_summary(payment, parts, len(settled))),
        "visit": visit_id(),
        "request": request_id.get(),
    }
    with refusing(**day_open(payment.business_date), prepayments_balance_sane=DRAWN_MEANWHILE):
        written = fetch_one(_WRITE, values)
    if written is None:
        raise Refused(_why_not(payment))
    payment.entry_id, payment.pk, receipt_id, number = written
    return Receipt(
        pk=receipt_id,
        community_id=payment.community_id,
        desk=payment.desk,
        number=number,
        payment=payment,
    )


def _why_not(payment: Payment) -> Refusal:
    """Say why the desk gave no number; should its shift have come meanwhile, another press will do."""
    desk = Desk.objects.get(community=payment.community_id, pk=payment.desk_id)
    verdict = drawer_of(desk, by=payment.by, today=payment.business_date)
    return NO_SHIFT if verdict is True else verdict


def _lines(
    payment: Payment,
    parts: Sequence[Part],
    settled: Sequence[tuple[Bill, int]],
    moves: Sequence[Move],
    deposits: Sequence[HeldDeposit],
) -> list[Line]:
    """Return what is posted: money where it came in, or out of prepayments; receivables settled, deposits owed back."""
    return [
        *(
            Line(METHOD_ACCOUNTS[Method(part.method)], part.amount_fen)
            for part in parts
            if part.method != Method.PREPAYMENT
        ),
        *(Line(Account.PREPAID, -move.fen, move.unit_id) for move in moves),
        *(Line(Account.RECEIVABLE, -fen, bill.unit_id) for bill, fen in settled),
        *(Line(Account.DEPOSITS_HELD, -held.amount_fen, payment.unit_id) for held in deposits),
    ]


def _columns(name: str, rows: Sequence[object], fields: Sequence[str]) -> dict[str, list[Any]]:
    """Return the rows' fields as one array each, for unnest."""
    return {f"{name}_{field}": [getattr(row, field) for row in rows] for field in fields}


def _summary(payment: Payment, parts: Sequence[Part], bills: int) -> dict[str, Any]:
    """Tell the payment in a few words, without a name; for the journal and for whoever sends messages."""
    told = {
        "amount_fen": payment.amount_fen,
        "methods": {part.method: part.amount_fen for part in parts},
        "bills": bills,
        "unit": payment.unit_id,
    }
    besides = {"prepaid_fen": payment.prepaid_fen, "deposit_fen": payment.deposit_fen}
    return told | {part: fen for part, fen in besides.items() if fen}
