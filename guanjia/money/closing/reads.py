"""What the books say of a drawer, a shift and a day. A shift is told by its places in the desk's chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Min, OuterRef, Prefetch, QuerySet

from guanjia.accounts.models import Community
from guanjia.money.closing.banknotes import without
from guanjia.money.closing.models import (
    DayClose,
    DepositPart,
    DrawerRules,
    Handover,
    ReopeningRequest,
    Shift,
    ShiftCashier,
)
from guanjia.money.closing.states import RequestState, ShiftState
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import (
    BILLS_SERIES,
    OFFICE_SERIES,
    ClosedDay,
    Entry,
    EntryKind,
    Head,
    Reopening,
)
from guanjia.money.payments.models import Desk, Reversal
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.models import Voucher
from guanjia.money.refunds.reads import vouchers_between

_DRAWERS = """
SELECT d.id, coalesce(h.position, 0), coalesce(l.fen, 0) + coalesce(b.counted_fen, 0)
FROM payments_desk d
LEFT JOIN ledger_head h ON h.community_id = d.community_id AND h.series = 'desk ' || d.id
LEFT JOIN LATERAL (
    SELECT o.closed_position, c.counted_fen FROM closing_shift s
    JOIN closing_handover o ON o.community_id = s.community_id AND o.shift_id = s.id
    JOIN closing_count c ON c.community_id = o.community_id AND c.id = o.count_id
    WHERE s.community_id = d.community_id AND s.desk_id = d.id ORDER BY s.nth DESC LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT sum(l.amount_fen)::bigint AS fen FROM ledger_link k
    JOIN ledger_entryline l ON l.community_id = k.community_id AND l.entry_id = k.entry_id AND l.account = 1001
    WHERE k.community_id = d.community_id AND k.series = 'desk ' || d.id AND k.position > coalesce(b.closed_position, 0)
) l ON true
WHERE d.community_id = %s AND d.id = ANY (%s)
"""

# Payments by the method of their parts, reversals by those of the payment that they take back, refunds in cash; each
# twice: by method, and as one.
_MOVED = """
SELECT m.desk_id, m.what, m.method, count(DISTINCT m.id), sum(m.amount_fen)::bigint, min(m.number), max(m.number)
FROM (
    SELECT p.desk_id, 'taken' AS what, t.method, p.id, t.amount_fen, r.number
    FROM payments_payment p
    JOIN payments_part t ON t.community_id = p.community_id AND t.payment_id = p.id
    JOIN payments_receipt r ON r.community_id = p.community_id AND r.payment_id = p.id
    JOIN ledger_link k ON k.community_id = p.community_id AND k.entry_id = p.entry_id
    WHERE p.community_id = %(community)s AND p.business_date = %(day)s AND p.desk_id = ANY (%(desks)s)
        AND k.position > %(after)s AND k.position <= %(until)s
    UNION ALL
    SELECT v.desk_id, 'back', t.method, v.payment_id, t.amount_fen, NULL
    FROM payments_reversal v
    JOIN payments_part t ON t.community_id = v.community_id AND t.payment_id = v.payment_id
    JOIN ledger_link k ON k.community_id = v.community_id AND k.entry_id = v.entry_id
    WHERE v.community_id = %(community)s AND v.business_date = %(day)s AND v.desk_id = ANY (%(desks)s)
        AND k.position > %(after)s AND k.position <= %(until)s
    UNION ALL
    SELECT v.desk_id, 'refunded', 'cash', v.id, v.amount_fen, NULL
    FROM refunds_voucher v
    JOIN ledger_link k ON k.community_id = v.community_id AND k.entry_id = v.entry_id
    WHERE v.community_id = %(community)s AND v.business_date = %(day)s AND v.desk_id = ANY (%(desks)s)
        AND k.position > %(after)s AND k.position <= %(until)s
) m
GROUP BY GROUPING SETS ((m.desk_id, m.what, m.method), (m.desk_id, m.what))
"""
_NO_END = 2**62
_WHATS = ("taken", "back", "refunded")


@dataclass(frozen=True, slots=True)
class Drawer:
    """A desk's drawer in the books: the chain's last link, and the cash in fen."""

    position: int
    fen: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One method: payments, reversals and refunds, how many and what they came to; fen."""

    method: Method
    count: int = 0
    in_fen: int = 0
    back_count: int = 0
    back_fen: int = 0
    refund_count: int = 0
    refund_fen: int = 0

    @property
    def total_fen(self) -> int:
        """What is left of it."""
        return self.in_fen - self.back_fen - self.refund_fen


@dataclass(frozen=True, slots=True)
class Takings:
    """A shift's payments, reversals and refunds by method; receipt numbers are the first and the last of its own."""

    by_method: tuple[Taken, ...] = ()
    count: int = 0
    reversals: int = 0
    refunds: int = 0
    first_number: int | None = None
    last_number: int | None = None

    @property
    def total_fen(self) -> int:
        """All methods together, less what was taken back or refunded."""
        return sum(taken.total_fen for taken in self.by_method)

    @property
    def amounts(self) -> list[int]:
        """The methods' sums in fen, for the bar."""
        return [max(0, taken.total_fen) for taken in self.by_method]

    def of(self, method: Method) -> Taken:
        """Return what came by ``method``, nothing where none did."""
        return next((t for t in self.by_method if t.method is method), Taken(method))


def rules_of(community: Community) -> DrawerRules:
    """Return what the community wants of its drawers; where nobody has said, the usual."""
    found = DrawerRules.objects.filter(community=community).first()
    return found or DrawerRules(community=community)


def drawer_in_books(desk: Desk) -> Drawer:
    """Return what the books have in the desk's drawer: what was counted last, and what moved since."""
    return drawers_in_books(desk.community_id, [desk.pk])[desk.pk]


def drawers_in_books(community_id: int, desks: Sequence[int]) -> dict[int, Drawer]:
    """Return what the books have in the drawers of these desks, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWERS, [community_id, list(desks)])
        return {desk: Drawer(position, int(fen)) for desk, position, fen in cursor.fetchall()}


def open_shift_at(community: Community, desk_id: int) -> Shift | None:
    """Return the desk's open shift, who opened it loaded."""
    rows = shifts_of(community).filter(desk=desk_id).exclude(state=ShiftState.CLOSED)
    return rows.first()


def open_shifts(community: Community) -> QuerySet[Shift]:
    """Return the shifts that have not ended, by desk."""
    return shifts_of(community).exclude(state=ShiftState.CLOSED).order_by("desk__name")


def shifts_of(community: Community) -> QuerySet[Shift]:
    """Return the community's shifts, newest first, each with its desk, its people and how it ended."""
    cashiers = ShiftCashier.objects.filter(community=community).select_related("user")
    ends = Handover.objects.filter(community=community).select_related("count", "by", "received_by")
    return (
        Shift.objects.filter(community=community)
        .select_related("desk", "opened_by", "countersigned_by")
        .prefetch_related(
            Prefetch("cashiers", cashiers.order_by("pk"), to_attr="people"),
            Prefetch("handovers", ends, to_attr="ends"),
        )
        .order_by("-pk")
    )


def last_handover(community: Community, desk_id: int) -> Handover | None:
    """Return how the desk's last shift ended."""
    rows = Handover.objects.filter(community=community, shift__desk=desk_id)
    rows = rows.select_related("shift", "count", "by", "received_by")
    return rows.order_by("-shift__nth").first()


def takings_in(shift: Shift, until: int = _NO_END) -> Takings:
    """Return what the shift took, in one statement; ``until`` is its last place in the chain, once it has one."""
    places = {"after": shift.opened_position, "until": until}
    found = _takings(shift.community_id, [shift.desk_id], shift.business_date, **places)
    return found.get(shift.desk_id, Takings())


def takings_on(community: Community, desks: Sequence[int], day: date) -> dict[int, Takings]:
    """Return what was taken on ``day`` at these desks, in whatever shifts, in one statement."""
    return _takings(community.pk, desks, day, after=0, until=_NO_END)


def _takings(
    community_id: int, desks: Sequence[int], day: date, *, after: int, until: int
) -> dict[int, Takings]:
    values: dict[str, Any] = {"community": community_id, "day": day, "desks": list(desks)}
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {**values, "after": after, "until": until})
        rows = {(desk, what, method): rest for desk, what, method, *rest in cursor.fetchall()}
    return {
        desk: _told({(w, m): rest for (d, w, m), rest in rows.items() if d == desk})
        for desk in {desk for desk, _, _ in rows}
    }


def _told(rows: dict[tuple[str, str | None], list[Any]]) -> Takings:
    nothing = [0, 0, None, None]
    by_method = tuple(
        Taken(method, *(n for what in _WHATS for n in rows.get((what, method), nothing)[:2]))
        for method in Method
        if any((what, method) in rows for what in _WHATS)
    )
    (count, _, first, last), back, refunded = (rows.get((what, None), nothing) for what in _WHATS)
    return Takings(by_method, count, back[0], refunded[0], first, last)


@dataclass(frozen=True, slots=True)
class CashMove:
    """What cash came in (positive) or went out by entries of one kind, in fen."""

    kind: EntryKind
    fen: int


def cash_moves(shift: Shift, until: int = _NO_END) -> list[CashMove]:
    """Return how the shift's cash moved after its float was counted, by kind of entry."""
    rows = Entry.objects.filter(
        community=shift.community_id,
        links__series=shift.desk.series,
        links__position__gt=shift.opened_position,
        links__position__lte=until,
        lines__account=Account.CASH,
    ).exclude(pk=shift.opening_id or 0)
    sums: dict[str, int] = {}
    for kind, fen in rows.values_list("kind", "lines__amount_fen"):
        sums[kind] = sums.get(kind, 0) + fen
    return [CashMove(kind, sums[kind]) for kind in EntryKind if sums.get(kind)]


def reversals_in(shift: Shift, until: int = _NO_END) -> QuerySet[Reversal]:
    """Return the receipts that were taken back in the shift, in order, with their numbers."""
    rows = Reversal.objects.filter(
        community=shift.community_id,
        desk=shift.desk_id,
        business_date=shift.business_date,
        entry__links__position__gt=shift.opened_position,
        entry__links__position__lte=until,
    )
    rows = rows.select_related("payment", "by").prefetch_related("payment__receipts__desk")
    return rows.order_by("pk")


def refunds_in(shift: Shift, until: int = _NO_END) -> QuerySet[Voucher]:
    """Return what was refunded in cash in the shift, in order."""
    places = {"after": shift.opened_position, "until": until}
    return vouchers_between(shift.desk_id, shift.community_id, **places)


def closed_days(community: Community) -> QuerySet[ClosedDay]:
    """Return the closings that stand, latest first."""
    undone = Reopening.objects.filter(community=OuterRef("community"), closed_day=OuterRef("pk"))
    rows = ClosedDay.objects.filter(~Exists(undone), community=community)
    return rows.order_by("-business_date")


def last_closed(community: Community) -> date | None:
    """Return the latest day that is closed."""
    return closed_days(community).values_list("business_date", flat=True).first()


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days to be closed next, together: from ``first`` to ``day``, which alone may have shifts."""

    first: date
    day: date

    @property
    def is_one(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.day


def days_due(community: Community, today: date) -> DueDays | None:
    """Return what is to be closed next; a day forgotten comes first, days on which nothing was taken go along.

    Today is due once there was a shift; a day without one only when it is over.
    """
    begun = [
        Entry.objects.filter(community=community).aggregate(day=Min("business_date"))["day"],
        Shift.objects.filter(community=community).aggregate(day=Min("business_date"))["day"],
    ]
    days = [day for day in begun if day]
    if not days:
        return None
    last = last_closed(community)
    first = date.fromordinal(last.toordinal() + 1) if last else min(days)
    worked = Shift.objects.filter(
        community=community, business_date__gte=first, business_date__lte=today
    ).aggregate(day=Min("business_date"))["day"]
    yesterday = date.fromordinal(today.toordinal() - 1)
    through = worked or yesterday
    return DueDays(first, through) if first <= through else None


def heads_of(community: Community) -> list[dict[str, Any]]:
    """Return the chains' last links as a day's sheet prints them, the desks' by their names."""
    names = {BILLS_SERIES: "出账", OFFICE_SERIES: "其他"}
    names |= {desk.series: desk.name for desk in Desk.objects.filter(community=community)}
    rows = Head.objects.filter(community=community).order_by("series")
    return [
        {
            "series": head.series,
            "name": names.get(head.series, head.series),
            "position": head.position,
            "hash": bytes(head.hash).hex(),
        }
        for head in rows
    ]


def closes_of(community: Community) -> QuerySet[DayClose]:
    """Return the day's sheets, newest first, taken back or not."""
    rows = DayClose.objects.filter(community=community)
    rows = rows.select_related("closed_day", "deposit__witness", "deposit__by", "by", "witness")
    return rows.prefetch_related("closed_day__reopenings", "deposit__parts__desk").order_by("-pk")


def requests_waiting(community: Community) -> QuerySet[ReopeningRequest]:
    """Return who asks for a closed day, the oldest first."""
    rows = ReopeningRequest.objects.filter(community=community, state=RequestState.ASKED)
    return rows.select_related("closed_day", "asked_by").order_by("pk")


def reopened_days(community: Community) -> list[date]:
    """Return the days that were opened again and are not closed yet."""
    rows = Reopening.objects.filter(community=community).order_by("-pk")
    days = list(rows.values_list("closed_day__business_date", flat=True)[:20])
    closed = set(
        closed_days(community)
        .filter(business_date__in=days)
        .values_list("business_date", flat=True)
    )
    return sorted(set(days) - closed)


def left_in(community: Community, desks: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return what the last shifts left in these drawers by denomination, what went to the bank since taken off."""
    ends = Handover.objects.filter(community=community, shift__desk__in=desks)
    ends = ends.select_related("shift", "count").order_by("shift__desk", "-shift__nth")
    last = {end.shift.desk_id: end for end in ends.distinct("shift__desk")}
    if not last:
        return {}
    left = {desk: end.count.pieces for desk, end in last.items()}
    parts = DepositPart.objects.filter(
        community=community,
        desk__in=last,
        deposit__at__gte=min(end.at for end in last.values()),
    )
    for part in parts.annotate(position=F("entry__links__position")).order_by("pk"):
        if part.position > last[part.desk_id].closed_position:
            left[part.desk_id] = without(left[part.desk_id], part.pieces)
    return left
