"""The invariants of money, recomputed from the tables alone: what the guards keep, seen without their help.

Each check is one statement over the whole of the books that returns the rows which break it. Two laws leave no
trace to be read again: that lines came in their entry's transaction (L2), and that nothing was ever changed
and changed back (L3).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from guanjia.accounts.models import Community
from guanjia.money.audit.books import Row
from guanjia.money.audit.check import Check
from guanjia.money.audit.laws import (
    bills,
    closing,
    deposits,
    discounts,
    invoices,
    ledger,
    opening,
    payments,
    reductions,
    refunds,
)
from guanjia.money.audit.witnessed import witness_check

CHECKS = (
    *ledger.LAWS,
    *bills.LAWS,
    *payments.LAWS,
    *deposits.LAWS,
    *reductions.LAWS,
    *discounts.LAWS,
    *invoices.LAWS,
    *refunds.LAWS,
    *opening.LAWS,
    *closing.LAWS,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many rows break its law, and the first of them."""

    check: Check
    count: int
    first: list[Row]


SHOWN = 20


def audit(community: Community | None) -> Iterator[Verdict]:
    """Run every check over one community's books, or all; call it inside a transaction.

    The witness is heard before anything is read: receipts are committed first and written down then.
    """
    for check in (*CHECKS, witness_check(community)):
        count, first = 0, []
        for row in check.faults(community):
            count += 1
            if count <= SHOWN:
                first.append(row)
        yield Verdict(check, count, first)
