"""An office that gave money back, and what may be wrong with its refunds and transfers."""

# ruff: noqa: S608 - the faults are put together from names of our own

from typing import Any
from uuid import uuid4

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.estate.models import Household
from guanjia.money.deposits.tests.factories import take_deposit
from guanjia.money.payments.tests.factories import Office, make_office
from guanjia.money.prepayments.actions import transfer_prepayment
from guanjia.money.refunds.actions import refuse_refund, withdraw_refund
from guanjia.money.refunds.tests.factories import (
    approve,
    ask,
    ask_deposit,
    keep,
    leave,
    pay,
    prepayment_by,
)

REFUND_TABLES = ("prepayments_transfer", "refunds_refund", "refunds_deduction", "refunds_voucher")


def refunding_office() -> None:
    """Pay one refund; leave one waiting, refuse one and withdraw one; move the rest of another household's money."""
    office = make_office()
    receipt = leave(office, office.unit())
    pay(office, approve(ask(office, receipt, 200_00)))
    ask(office, receipt, 50_00)
    director = make_user(community=office.community, role=Role.DIRECTOR)
    words: dict[str, Any] = {"by": director, "at": MORNING, "reason": "签字不符"}
    refuse_refund(refund=ask(office, receipt, 10_00), **words)
    withdraw_refund(refund=approve(ask(office, receipt, 10_00)), **words)
    give_deposits_back(office)
    household = Household.objects.create(community=office.community, name="张素珍")
    unit, space = office.unit(household=household), office.unit(household=household)
    moved = prepayment_by(leave(office, unit))
    transfer_prepayment(source=moved, to=space, amount_fen=100_00, key=uuid4(), **words)


def give_deposits_back(office: Office) -> None:
    """Pay a deposit back less a deduction, and leave another one asked for."""
    paid = take_deposit(office, office.unit())
    pay(office, approve(ask_deposit(office, paid, 1_500_00, **keep(office))))
    ask_deposit(office, take_deposit(office, office.unit()), 500_00, **keep(office, 500_00))


PAID = "(SELECT refund_id FROM refunds_voucher)"
OF_DEPOSIT = "(SELECT id FROM refunds_refund WHERE deposit_id IS NOT NULL AND state = 'paid')"
ITS_ENTRY = "(SELECT min(entry_id) FROM refunds_voucher)"
DEPOSITS_ENTRY = f"(SELECT entry_id FROM refunds_voucher WHERE refund_id = {OF_DEPOSIT})"
REFUND_FAULTS = {
    "a transfer that says more than was moved": (
        "transfers_whole",
        "UPDATE prepayments_transfer SET amount_fen = amount_fen + 1",
    ),
    "money held for nobody": (
        "refunds_held",
        "UPDATE prepayments_prepayment SET held_fen = held_fen + 1 WHERE held_fen > 0",
    ),
    "part of a deposit held for nobody": (
        "refunds_held",
        "UPDATE deposits_helddeposit SET held_fen = held_fen - 1 WHERE held_fen > 0",
    ),
    "a deduction told as given back": (
        "refunds_posted",
        f"DELETE FROM deposits_depositmovement WHERE kind = 'refunded' AND entry_id = {DEPOSITS_ENTRY}",
        (
            "UPDATE deposits_depositmovement SET kind = 'refunded', amount_fen = -150000 WHERE kind = 'deducted'"
            f" AND entry_id = {DEPOSITS_ENTRY}"
        ),
    ),
    "a line of a deduction that says more than was kept": (
        "deductions_booked",
        "UPDATE refunds_deduction SET amount_fen = amount_fen + 1",
    ),
    "a deduction on nobody's word": (
        "deductions_booked",
        "ALTER TABLE refunds_refund DROP CONSTRAINT refunds_deductions_agreed",
        "UPDATE refunds_refund SET consent = '' WHERE consent <> ''",
    ),
    "a deduction booked as owed to others": (
        "deductions_booked",
        f"UPDATE ledger_entryline SET account = 2241 WHERE account = 6001 AND entry_id = {DEPOSITS_ENTRY}",
    ),
    "a refund paid without a voucher": (
        "refunds_posted",
        (
            "UPDATE refunds_refund SET state = 'paid', decided_by_id = %(by)s, decided_at = requested_at"
            " WHERE state = 'requested' AND prepayment_id IS NOT NULL"
        ),
        "UPDATE prepayments_prepayment SET held_fen = 0",
        (
            "INSERT INTO records_journalentry (community_id, at, action, subject, subject_id, reason, request_id)"
            " SELECT community_id, requested_at, 'refund.approve', 'refunds.refund', id, '', '' FROM refunds_refund"
            f" WHERE state = 'paid' AND id NOT IN {PAID}"
        ),
    ),
    "a voucher of less than went out": (
        "refunds_posted",
        "UPDATE refunds_voucher SET amount_fen = amount_fen - 1",
    ),
    "cash that left the bank account": (
        "refunds_posted",
        f"UPDATE ledger_entryline SET account = 1002 WHERE account = 1001 AND entry_id = {ITS_ENTRY}",
    ),
    "a refund approved by who asked for it": (
        "refunds_by_three",
        "ALTER TABLE refunds_refund DROP CONSTRAINT refunds_two_people",
        "UPDATE refunds_refund SET decided_by_id = requested_by_id WHERE state = 'paid'",
    ),
    "a refund paid by who approved it": (
        "refunds_by_three",
        "UPDATE refunds_refund SET decided_by_id = v.by_id FROM refunds_voucher v WHERE v.refund_id = refunds_refund.id",
    ),
    "a refund on no evidence": (
        "refunds_by_three",
        "ALTER TABLE refunds_refund DROP CONSTRAINT refunds_evidence",
        "UPDATE refunds_refund SET receipts = '' WHERE state = 'requested'",
    ),
    "a voucher whose number was skipped": (
        "vouchers_gapless",
        "UPDATE records_numberseries SET last_no = last_no + 1 WHERE kind = 'refund_voucher'",
    ),
    "a refund paid by somebody who was not in the shift": (
        "shifts_manned",
        (
            "UPDATE refunds_voucher SET by_id = %(by)s WHERE NOT EXISTS (SELECT 1 FROM closing_shiftcashier c"
            " WHERE c.community_id = refunds_voucher.community_id AND c.user_id = %(by)s)"
        ),
    ),
    "a refund that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'refund.pay'",
    ),
    "a refusal that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'refund.refuse'",
    ),
    "a refund that nobody was told of": (
        "messages_queued",
        "DELETE FROM records_outboxmessage WHERE topic = 'refund.paid'",
    ),
    "a transfer pressed for by no key of its kind": (
        "keys_used",
        "UPDATE ledger_requestkey SET scope = 'other' WHERE scope = 'prepayment.transfer'",
    ),
}
