"""The books compared with the witness outside the database, number by number (L10)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection

from guanjia.accounts.models import Community
from guanjia.money.audit.books import Row
from guanjia.money.audit.check import Check
from guanjia.money.ledger.witness import Testimony, witness

WITNESSED = "receipts_witnessed"

_ACCOUNTED = """
SELECT r.number, encode(l.hash, 'hex')
FROM payments_receipt r
JOIN payments_payment p ON p.community_id = r.community_id AND p.id = r.payment_id
JOIN ledger_link l ON l.community_id = p.community_id AND l.entry_id = p.entry_id
WHERE r.community_id = %s AND 'desk ' || r.desk_id = %s
UNION ALL
SELECT number, encode(hash, 'hex') FROM payments_lostreceipt WHERE community_id = %s AND 'desk ' || desk_id = %s
"""


@dataclass(frozen=True, slots=True)
class WitnessCheck(Check):
    """The one law that the books alone can't tell of; ``heard`` is what the witness knows, by series."""

    heard: dict[tuple[int, str], dict[int, Testimony]] = field(default_factory=dict)

    def faults(self, community: Community | None) -> Iterator[Row]:  # noqa: ARG002 - heard for it already
        """Yield the numbers that were issued and are neither in the books as they were, nor acknowledged as lost."""
        for (pk, series), known in self.heard.items():
            with connection.cursor() as cursor:
                cursor.execute(_ACCOUNTED, [pk, series] * 2)
                books = dict(cursor.fetchall())
            for number, testimony in sorted(known.items()):
                found = books.get(number)
                if found != testimony.hash:
                    yield {
                        "community_id": pk,
                        "series": series,
                        "number": number,
                        "fault": "lost" if found is None else "different",
                        "issued_at": testimony.at,
                    }


def witness_check(community: Community | None) -> WitnessCheck:
    """Return the check with all that the witness knows; make it before the books are read."""
    outside = witness()
    return WitnessCheck(
        WITNESSED,
        "L10",
        "外部见证记着的收据，账里都有，哈希也一样；缺的有确认的记录",
        "",
        heard={
            (pk, series): outside.known(pk, series)
            for pk, series in sorted(outside.series())
            if community is None or pk == community.pk
        },
    )
