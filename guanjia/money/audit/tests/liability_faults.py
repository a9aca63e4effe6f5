"""What an office owes its customers, prepayments and deposits, with a fault planted in it, by the law that must find it."""

# ruff: noqa: S608 - the faults are put together from names of our own

from guanjia.estate.models import Unit
from guanjia.money.deposits.tests.factories import deposit, deposit_alone, take_deposit
from guanjia.money.payments.tests.factories import Office

LIABILITY_TABLES = (
    "prepayments_prepayment",
    "prepayments_movement",
    "deposits_helddeposit",
    "deposits_depositmovement",
)


def holds_deposits(office: Office, first: Unit, second: Unit) -> None:
    """Take a deposit at two units, one of them beside another, and one whose receipt is taken back."""
    take_deposit(office, first)
    office.take(deposit_alone(second, deposit(office), deposit(office, 2_000, "出入证押金")))
    office.take_back(take_deposit(office, second, 5_000))


LAST = "(SELECT max(id) FROM deposits_helddeposit WHERE balance_fen > 0 AND old_receipt = '' AND community_id = %(c)s)"
BACK = "(SELECT id FROM deposits_helddeposit WHERE balance_fen = 0 AND old_receipt = '' AND community_id = %(c)s)"
RUN = "(SELECT min(entry_id) FROM bills_billrun WHERE community_id = %(c)s)"
LINE = "INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id) VALUES "
LIABILITY_FAULTS = {
    "a balance that nothing moved": (
        "prepayments_match",
        "UPDATE prepayments_prepayment SET balance_fen = balance_fen + 1 WHERE community_id = %(c)s",
    ),
    "one unit's prepayment booked on another": (
        "prepayments_match",
        f"{LINE} (%(c)s, {RUN}, 2203, 5, %(first)s), (%(c)s, {RUN}, 2203, -5, %(second)s)",
    ),
    "a deposit's balance that nothing moved": (
        "deposits_match",
        f"UPDATE deposits_helddeposit SET balance_fen = balance_fen - 1 WHERE id = {LAST}",
    ),
    "a deposit larger than the money that began it": (
        "deposits_match",
        "ALTER TABLE deposits_helddeposit DROP CONSTRAINT deposits_balance_sane",
        # Another of the same receipt is smaller by as much, so that the receipt's sum is right.
        (
            "UPDATE deposits_helddeposit SET amount_fen = amount_fen + CASE id WHEN"
            f" {LAST} THEN 1 ELSE -1 END WHERE entry_id ="
            f" (SELECT entry_id FROM deposits_helddeposit WHERE id = {LAST})"
        ),
    ),
    "one unit's deposit booked on another": (
        "deposits_match",
        f"{LINE} (%(c)s, {RUN}, 224101, 5, %(first)s), (%(c)s, {RUN}, 224101, -5, %(second)s)",
    ),
    "a payment that says more was deposited than is held": (
        "payments_posted",
        "UPDATE payments_payment SET deposit_fen = deposit_fen - 1 WHERE deposit_fen = 200000",
    ),
    "a deposit told of a receipt that was taken back, and still held": (
        "deposits_reversed",
        "UPDATE deposits_depositmovement SET kind = 'refunded' WHERE kind = 'reversed'",
    ),
}
