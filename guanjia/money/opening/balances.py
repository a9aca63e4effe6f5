"""The balances that an office brings along, as they are to be posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from guanjia.accounts.models import Community


@dataclass(frozen=True, slots=True)
class Arrear:
    """What is still owed for an item and a period, in fen, after ``paid_before_fen`` was collected."""

    unit_id: int
    item_id: int
    is_agency: bool
    debtor_id: int | None
    first: date
    last: date
    due_on: date
    amount_fen: int
    paid_before_fen: int


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What a person has left at a unit, in fen; ``party_id`` None where the register names nobody."""

    unit_id: int
    party_id: int | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Held:
    """A deposit that the office still holds, in fen, on an old receipt; ``party_id`` None for a stranger."""

    unit_id: int
    kind_id: int
    party_id: int | None
    payer_name: str
    reference: str
    old_receipt: str
    received_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Book:
    """A desk's receipt book: it goes on with ``next_number``, under ``prefix``."""

    desk_id: int
    prefix: str
    next_number: int


@dataclass(frozen=True, slots=True)
class Balances:
    """All of them; ``digest`` is the SHA-256 of what was read, the same for the same figures."""

    digest: bytes
    arrears: Sequence[Arrear] = ()
    prepaid: Sequence[Prepaid] = ()
    deposits: Sequence[Held] = ()
    books: Sequence[Book] = ()

    @property
    def bills_fen(self) -> int:
        """The arrears' sum."""
        return sum(row.amount_fen for row in self.arrears)

    @property
    def prepaid_fen(self) -> int:
        """The prepayments' sum."""
        return sum(row.amount_fen for row in self.prepaid)

    @property
    def deposits_fen(self) -> int:
        """The deposits' sum."""
        return sum(row.amount_fen for row in self.deposits)


# A period is a year at most, so older bills can't reach into one.
_OVERLAPS = """
SELECT a.place - 1, b.period_first, b.period_last
FROM unnest(%(unit)s::bigint[], %(item)s::bigint[], %(first)s::date[], %(last)s::date[])
    WITH ORDINALITY AS a(unit, item, first, last, place)
JOIN bills_bill b ON b.community_id = %(community)s AND b.unit_id = a.unit AND b.item_id = a.item
    AND b.extra_id IS NULL AND NOT b.is_cancelled
    AND b.period_first BETWEEN a.first - 366 AND a.last AND b.period_last >= a.first
ORDER BY a.place, b.period_first
"""


def overlapping(community: Community, arrears: Sequence[Arrear]) -> dict[int, tuple[date, date]]:
    """Return the places of ``arrears`` that share a day with a bill, each with that bill's period: one statement."""
    values: dict[str, Any] = {
        "community": community.pk,
        "unit": [row.unit_id for row in arrears],
        "item": [row.item_id for row in arrears],
        "first": [row.first for row in arrears],
        "last": [row.last for row in arrears],
    }
    with connection.cursor() as cursor:
        cursor.execute(_OVERLAPS, values)
        return {place: (first, last) for place, first, last in cursor.fetchall()}
