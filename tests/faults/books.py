"""The books read beside their model, cheaply: after a step only the rows written since the last look."""

from collections import Counter
from typing import Any

from django.db import connection

from guanjia.accounts.models import Community
from tests.faults.model import Model, Owed

# A row's xmin is the transaction that wrote it: whatever a step touched is here, expected or not.
_BILLS = """
SELECT id, unit_id, period_first, amount_fen, paid_fen, reduced_fen FROM bills_bill
WHERE community_id = %s AND xmin::text::bigint >= %s ORDER BY id
"""
_LINES = "SELECT id, account, amount_fen FROM ledger_entryline WHERE community_id = %s AND id > %s ORDER BY id"
_RECEIPTS = "SELECT id, desk_id, number FROM payments_receipt WHERE community_id = %s AND id > %s ORDER BY id"
_LEFT = """
SELECT unit_id, sum(balance_fen)::bigint FROM prepayments_prepayment WHERE community_id = %s AND balance_fen <> 0
GROUP BY unit_id
"""
_HELD = (
    "SELECT id, balance_fen, held_fen FROM deposits_helddeposit WHERE community_id = %s ORDER BY id"
)
_NEXT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Books:
    """What has been read of a community's books so far."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self._forget()

    def _forget(self) -> None:
        self.since = self.last_line = self.last_receipt = 0
        self.bills: dict[int, Owed] = {}
        self.accounts: Counter[int] = Counter()
        self.numbers: dict[int, list[int]] = {}

    def compare(self, model: Model) -> None:
        """Find the bills that either side changed, all balances, receipts and prepayments as the model has them."""
        written = self._read()
        for pk in written - model.bills.keys():
            found = self.bills[pk]
            made = (found.unit, found.first, found.fen)
            assert model.coming[made], f"nobody expected a bill {found}"
            model.coming[made] -= 1
            model.bills[pk] = Owed(*made)
        assert not +model.coming, f"bills are missing: {+model.coming}"
        for pk in written | model.changed:
            assert self.bills[pk] == model.bills[pk]
        model.changed.clear()
        assert _not_0(self.accounts) == _not_0(model.accounts)
        assert self.numbers == model.numbers
        assert dict(self._ask(_LEFT)) == _not_0(model.left)
        # Whatever was asked back was paid or given up within its step.
        assert self._ask(_HELD) == [(pk, kept.left, 0) for pk, kept in model.deposits.items()]

    def compare_all(self, model: Model) -> None:
        """Read everything again from the first row, and find it as the model has it."""
        self._forget()
        self.compare(model)
        assert self.bills == model.bills

    def _read(self) -> set[int]:
        """Take in what was written since the last look; return the bills that were."""
        ((upto,),) = self._ask(_NEXT)
        bills = {pk: Owed(*rest) for pk, *rest in self._ask(_BILLS, self.since)}
        self.bills |= bills
        self.since = upto
        for pk, account, fen in self._ask(_LINES, self.last_line):
            self.accounts[account] += fen
            self.last_line = pk
        for pk, desk, number in self._ask(_RECEIPTS, self.last_receipt):
            self.numbers.setdefault(desk, []).append(number)
            self.last_receipt = pk
        return set(bills)

    def _ask(self, sql: str, *values: int) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.community.pk, *values] if "%s" in sql else [])
            return list(cursor.fetchall())


def _not_0(sums: Counter[int]) -> dict[int, int]:
    return {key: fen for key, fen in sums.items() if fen}
