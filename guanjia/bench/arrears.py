"""Ageing and collection rates over a million open bills, beside one bare ``GROUP BY`` of the same bills."""

from collections.abc import Callable, Iterator
from datetime import date

from guanjia.accounts.models import Community
from guanjia.bench.estate import add_bills, make_community
from guanjia.bench.figures import Figure, Goal, in_turns, timed
from guanjia.bench.ground import Ground
from guanjia.reports.ageing import ageing
from guanjia.reports.places import Group
from guanjia.reports.rates import rates
from guanjia.reports.sheet import Sheet
from guanjia.reports.takings import Span

UNITS = 20_000
TURNS = 5
PAID, OPEN = 10, 50  # bills of each unit
DAY = date(2026, 11, 25)
SPAN = Span(first=DAY.replace(day=1), last=DAY)
_TOTALS, _ROWS = Goal("≤", 1.1, 1.3), Goal("≤", 1.5, 2.5)
_AGEING = """
SELECT {key} AS key, sum(fen) FILTER (WHERE age <= 0), sum(fen) FILTER (WHERE age BETWEEN 1 AND 30),
    sum(fen) FILTER (WHERE age BETWEEN 31 AND 90), sum(fen) FILTER (WHERE age BETWEEN 91 AND 180),
    sum(fen) FILTER (WHERE age BETWEEN 181 AND 365), sum(fen) FILTER (WHERE age BETWEEN 366 AND 730),
    sum(fen) FILTER (WHERE age BETWEEN 731 AND 1096), sum(fen) FILTER (WHERE age > 1096), min(due_on), sum(fen)
FROM (
    SELECT unit_id, due_on, %(last)s::date - due_on AS age, amount_fen - reduced_fen - paid_fen AS fen FROM bills_bill
    WHERE community_id = %(community)s AND paid_fen < amount_fen - reduced_fen
) open GROUP BY key
"""
_RATES = """
SELECT {key} AS key, sum(amount_fen - reduced_fen) FILTER (WHERE period_first >= %(first)s),
    sum(paid_fen) FILTER (WHERE period_first >= %(first)s),
    sum(amount_fen - reduced_fen - paid_fen) FILTER (WHERE period_first < %(first)s), sum(amount_fen - reduced_fen)
FROM bills_bill
WHERE community_id = %(community)s AND period_first <= %(last)s
    AND (period_first >= %(first)s OR paid_fen < amount_fen - reduced_fen)
GROUP BY key
"""


def run(ground: Ground, *, units: int = UNITS, turns: int = TURNS) -> Iterator[Figure]:
    """Yield the figures of a community of ``units`` units with ``OPEN`` open bills each."""
    made = make_community(ground, units=units, items=1)
    add_bills(ground, made, paid=PAID, unpaid=OPEN)
    ground.settle()
    community = Community.objects.get(pk=made.community)
    for group, key, goal in ((Group.ALL, "true", _TOTALS), (Group.UNIT, "unit_id", _ROWS)):
        for name, statement, read in (
            ("账龄", _AGEING, lambda by: ageing(community, DAY, by)),
            ("收缴率", _RATES, lambda by: rates(community, SPAN, by)),
        ):
            bare = _bare(ground, made.community, statement.format(key=key))
            yield from _beside(f"{name}·按{group.label}", turns, bare, read, group, goal)


def _bare(ground: Ground, community: int, statement: str) -> Callable[[], int]:
    values = {"community": community, "first": SPAN.first, "last": SPAN.last}

    def read() -> int:
        return sum(row[-1] for row in ground.owner.execute(statement, values).fetchall())

    return read


def _beside(
    name: str,
    turns: int,
    bare: Callable[[], int],
    read: Callable[[Group], Sheet],
    group: Group,
    goal: Goal,
) -> Iterator[Figure]:
    """Yield what the report costs, the bare statement being 1; both have to tell the same sum."""
    sheet, told = read(group), bare()
    if not sheet.total or told not in _sums(sheet):
        raise RuntimeError(f"{name} tells another sum than the bills do")
    laps = in_turns(turns, lambda _: timed(bare), lambda _: timed(lambda: read(group)))
    yield Figure(f"{name} ÷ 裸 GROUP BY", tuple(ours / raw for raw, ours in laps), goal=goal)
    yield Figure(f"　{name}", tuple(ours * 1000 for _, ours in laps), " 毫秒")


def _sums(sheet: Sheet) -> set[int]:
    """Return the amounts of the total line; of rates, what was due of both kinds added up."""
    fens = [
        value for value in (sheet.total.values if sheet.total else ()) if isinstance(value, int)
    ]
    return {*fens, fens[0] + fens[2]}
