"""An office's opening balances with a fault planted in them, by the law that must find it."""

# ruff: noqa: S608 - the faults are put together from names of our own

from datetime import date
from typing import Any

from guanjia.accounts.tests.factories import MORNING
from guanjia.estate.models import Unit
from guanjia.money.opening.actions import sign_opening
from guanjia.money.opening.states import Part
from guanjia.money.opening.tests.factories import make_reviewer, posted
from guanjia.money.opening.withdrawing import withdraw_opening
from guanjia.money.payments.tests.factories import Office

OPENING_TABLES = ("bills_opening", "opening_signature", "opening_withdrawal")


def live_office(office: Office, unit: Unit) -> None:
    """Post an opening, take it back, post another and have it signed."""
    office.community.cut_over_on = date(2026, 11, 1)
    office.community.save()
    words: dict[str, Any] = {"by": office.cashier, "at": MORNING}
    withdraw_opening(opening=posted(office, unit), reason="填错了", **words)
    opening = posted(office, unit)
    sign_opening(opening=opening, part=Part.PREPARED, **words)
    sign_opening(opening=opening, part=Part.REVIEWED, by=make_reviewer(office), at=MORNING)


LAST = "(SELECT max(id) FROM bills_opening)"
ITS_ENTRY = f"(SELECT entry_id FROM bills_opening WHERE id = {LAST})"
OPENING_FAULTS = {
    "arrears booked as income": (
        "openings_posted",
        f"UPDATE ledger_entryline SET account = 6001 WHERE account = 4104 AND entry_id = {ITS_ENTRY}",
    ),
    "an opening that counts a bill too many": (
        "openings_posted",
        f"UPDATE bills_opening SET bill_count = bill_count + 1 WHERE id = {LAST}",
    ),
    "a prepayment more than the opening tells": (
        "openings_posted",
        f"UPDATE bills_opening SET prepaid_fen = prepaid_fen - 1 WHERE id = {LAST}",
    ),
    "a deposit that the opening does not tell": (
        "openings_posted",
        f"UPDATE bills_opening SET deposit_count = 0, deposits_fen = 0 WHERE id = {LAST}",
    ),
    "an opening that stands beside another": (
        "openings_withdrawn",
        "ALTER TABLE opening_withdrawal DROP CONSTRAINT opening_withdrawn_once",
        # Of another opening than the one that its entry takes back.
        f"UPDATE opening_withdrawal SET opening_id = {LAST}",
        "DELETE FROM opening_signature WHERE part = 'reviewed'",
        (
            "DELETE FROM records_journalentry WHERE action = 'opening.sign'"
            " AND subject_id NOT IN (SELECT id FROM opening_signature)"
        ),
    ),
    "a sealed opening that was taken back": (
        "openings_signed",
        "UPDATE opening_signature SET opening_id = (SELECT min(id) FROM bills_opening)",
    ),
    "the same hand twice under the trial balance": (
        "openings_signed",
        "ALTER TABLE opening_signature DROP CONSTRAINT opening_two_people",
        "UPDATE opening_signature SET by_id = %(by)s",
    ),
    "a trial balance signed by nobody but its reviewer": (
        "openings_signed",
        "UPDATE opening_signature SET part = 'other' WHERE part = 'prepared'",
    ),
    "arrears of a day on which the office was live": (
        "cut_over_kept",
        f"UPDATE bills_opening SET cut_over_on = '2026-10-01' WHERE id = {LAST}",
    ),
    "an opening that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'opening.post'",
    ),
}
