"""An office with days behind it, and what may be wrong with its shifts, drawers, deposits and closings."""

# ruff: noqa: S608 - the faults are put together from names of our own

from datetime import timedelta
from typing import Any
from uuid import uuid4

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.money.closing.actions import approve_reopening, ask_reopening, bank_cash, close_day
from guanjia.money.closing.tests.factories import begin_shift, end_shift, the_shift
from guanjia.money.payments.tests.factories import make_office

CLOSING_TABLES = (
    "ledger_reopening",
    "closing_shift",
    "closing_shiftcashier",
    "closing_count",
    "closing_handover",
    "closing_deposit",
    "closing_depositpart",
    "closing_dayclose",
)


def closed_office():
    """One day with a deposit in its shift, a count that was over, another deposit at night; opened again and closed.

    The next day's shift is open.
    """
    office, evening = make_office(), MORNING + timedelta(hours=8)
    unit, place = office.unit(), office.community
    witness = make_user(community=place, role=Role.CLERK)
    for month in ("2026-11", "2026-12"):
        office.bill(month)
    act: dict[str, Any] = {"by": office.cashier, "at": evening}
    names: dict[str, Any] = {"carrier": "何佳", "witness": witness}
    office.pay(office.owed(unit)[:1])
    shift = the_shift(office.desk)
    bank_cash(shift=shift, notes={100_00: 1}, key=uuid4(), **names, **act)
    end_shift(shift, over_fen=150, **act)
    closing: dict[str, Any] = {"community": place, "day": shift.business_date, **names, **act}
    close = close_day(taken={office.desk.pk: {50_00: 1}}, **closing)
    request = ask_reopening(closed_day=close.closed_day, reason="又来一户", **act)
    director = make_user(community=place, role=Role.DIRECTOR)
    approve_reopening(request=request, by=director, at=evening)
    close_day(taken={}, **closing)
    begin_shift(office.desk, by=office.cashier, at=MORNING + timedelta(days=1))
    return office


WHERE = "WHERE community_id = (SELECT max(community_id) FROM closing_dayclose)"
AFTER = "FROM closing_handover h WHERE h.community_id = closing_shift.community_id AND closing_shift.nth = 2"
CLOSING_FAULTS = {
    "a shift that leaves an entry to nobody": (
        "shifts_contiguous",
        f"UPDATE closing_handover SET closed_position = closed_position - 1 {WHERE}",
        f"UPDATE closing_count SET counted_fen = counted_fen - 150, expected_fen = expected_fen - 150 {WHERE}",
    ),
    "a shift that begins before the last one ended": (
        "shifts_contiguous",
        (
            "UPDATE closing_shift SET opened_position = h.closed_position - 1, book_fen = book_fen + 5000,"
            f" float_fen = float_fen + 5000 {AFTER}"
        ),
    ),
    "a payment by somebody who was not in the shift": (
        "shifts_manned",
        f"DELETE FROM closing_shiftcashier {WHERE} AND shift_id = (SELECT min(id) FROM closing_shift {WHERE})",
    ),
    "a drawer that was counted fuller than it was": (
        "drawers_counted",
        f"UPDATE closing_count SET counted_fen = counted_fen + 1, expected_fen = expected_fen + 1 {WHERE}",
    ),
    "a difference that was told smaller than it was posted": (
        "drawers_counted",
        f"UPDATE closing_handover SET difference_fen = 50 {WHERE}",
    ),
    "a float that is less than what was left": (
        "drawers_counted",
        f"UPDATE closing_shift SET book_fen = book_fen - 1, float_fen = float_fen - 1 {WHERE} AND nth = 2",
    ),
    "a slip that says more than left the drawer": (
        "deposits_posted",
        f"UPDATE closing_deposit SET amount_fen = amount_fen + 1 {WHERE} AND amount_fen = 5000",
    ),
    "banknotes that do not add up": (
        "deposits_posted",
        f"UPDATE closing_depositpart SET notes = '{{{{\"10000\": 1}}}}' {WHERE} AND amount_fen = 5000",
    ),
    "a chain that is not the one on paper": (
        "days_reported",
        f"UPDATE closing_dayclose SET heads = jsonb_set(heads, '{{{{0,hash}}}}', '\"00\"') {WHERE}",
    ),
    "a handover to oneself": (
        "two_names",
        "ALTER TABLE closing_handover DROP CONSTRAINT closing_two_names",
        f"UPDATE closing_handover SET received_by_id = by_id {WHERE}",
    ),
    "a day opened again that nobody asked for": (
        "two_names",
        f"UPDATE closing_reopeningrequest SET state = 'refused' {WHERE}",
    ),
    "a day closed twice at once": (
        "days_closed",
        f"DELETE FROM ledger_reopening {WHERE}",
        f"DELETE FROM records_journalentry {WHERE} AND action = 'day.reopen'",
    ),
    "a shift whose end the journal forgot": (
        "acts_journalled",
        f"DELETE FROM records_journalentry {WHERE} AND action = 'shift.hand_over'",
    ),
}
