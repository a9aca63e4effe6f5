"""Where each series of the books stands: what two copies of them are compared by."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from guanjia.money.ledger.models import Head, Link

_COUNTS = {
    "receipts": """
        SELECT d.community_id || '/' || d.id, coalesce(max(r.number), 0)
        FROM payments_desk d
        LEFT JOIN payments_receipt r ON r.community_id = d.community_id AND r.desk_id = d.id
        GROUP BY d.community_id, d.id
    """,
    "entries": "SELECT community_id::text, count(*) FROM ledger_entry GROUP BY community_id",
    "journal": "SELECT community_id::text, count(*) FROM records_journalentry GROUP BY community_id",
}


@dataclass(frozen=True, slots=True)
class Heads:
    """Where a copy of the books stands.

    ``counts``: each desk's last receipt number, each community's entries and journal rows. ``chains``: each
    series' last position and its hash, as hexadecimal digits.
    """

    counts: dict[str, dict[str, int]]
    chains: dict[str, tuple[int, str]]

    def told(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def heads() -> Heads:
    """Return where the books stand."""
    counts = {}
    with connection.cursor() as cursor:
        for name, sql in _COUNTS.items():
            cursor.execute(sql)
            counts[name] = dict(cursor.fetchall())
    rows = Head.objects.order_by("community", "series")
    chains = {
        f"{head.community_id}/{head.series}": (head.position, bytes(head.hash).hex())
        for head in rows
    }
    return Heads(counts, chains)


def behind(living: Heads, copy: Heads) -> list[str]:
    """Return what ``copy`` lacks of ``living``: each series by its name, with both numbers."""
    return [
        f"{name} {key}: {copy.counts.get(name, {}).get(key, 0)} < {number}"
        for name, series in living.counts.items()
        for key, number in series.items()
        if copy.counts.get(name, {}).get(key, 0) < number
    ]


def strange(copy: Heads) -> list[str]:
    """Return the series of ``copy`` whose last link is not a link of the books here."""
    return [
        series
        for series, (position, digits) in copy.chains.items()
        if not Link.objects.filter(
            community=int(series.partition("/")[0]),
            series=series.partition("/")[2],
            position=position,
            hash=bytes.fromhex(digits),
        ).exists()
    ]
