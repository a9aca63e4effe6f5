"""What is done to shifts, drawers and days; every action is one transaction with one row in the journal inside.

Locks are taken in one order: the community's closing, the business day, the desk's row, its chain. Payments know
the last three (``payments.drawer``); nothing here ever waits for a bill.
"""

from guanjia.money.closing.actions.days import close_day
from guanjia.money.closing.actions.deposits import bank_cash
from guanjia.money.closing.actions.drawers import set_drawer_rules
from guanjia.money.closing.actions.endings import hand_over
from guanjia.money.closing.actions.reopenings import (
    approve_reopening,
    ask_reopening,
    refuse_reopening,
)
from guanjia.money.closing.actions.shifts import (
    count_again,
    join_shift,
    keep_draft,
    open_shift,
    resume_taking,
    start_counting,
    submit_count,
)

__all__ = [
    "approve_reopening",
    "ask_reopening",
    "bank_cash",
    "close_day",
    "count_again",
    "hand_over",
    "join_shift",
    "keep_draft",
    "open_shift",
    "refuse_reopening",
    "resume_taking",
    "set_drawer_rules",
    "start_counting",
    "submit_count",
]
