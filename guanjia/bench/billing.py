"""The monthly run beside one bare ``INSERT … SELECT`` of the same bills and ledger lines."""

from collections.abc import Iterator

from django.utils import timezone

from guanjia.accounts.models import Community
from guanjia.bench.estate import Estate, make_community
from guanjia.bench.figures import Figure, Goal, counted, in_turns, peak_memory_mb, timed
from guanjia.bench.ground import Ground
from guanjia.core.calendar import Month
from guanjia.money.bills.actions import issue_bills
from guanjia.money.tariffs.models import ChargeItem

COMMUNITIES = 10
UNITS = 100_000
TURNS = 5
_FIRST = Month(2026, 1)
TWINS = ("ledger_entry", "ledger_entryline", "bills_billrun", "bills_bill")

_RAW = """
WITH charge AS (
    SELECT u.id AS unit_id, t.party_id, u.gross_area, round(u.gross_area * 2.4 * 100)::bigint AS fen
    FROM tariffs_unittariff ut
    JOIN estate_unit u ON u.community_id = %(community)s AND u.id = ut.unit_id
    JOIN estate_tenure t ON t.community_id = %(community)s AND t.unit_id = u.id AND t.is_debtor
    WHERE ut.community_id = %(community)s AND ut.item_id = %(item)s
), entry AS (
    INSERT INTO yardstick.ledger_entry (community_id, kind, business_date)
    VALUES (%(community)s, 'bills', %(first)s) RETURNING id
), run AS (
    INSERT INTO yardstick.bills_billrun (community_id, item_id, month, entry_id, bill_count, total_fen)
    SELECT %(community)s, %(item)s, %(first)s, entry.id, count(*), sum(fen) FROM charge, entry GROUP BY entry.id
    RETURNING id, total_fen
), bill AS (
    INSERT INTO yardstick.bills_bill (community_id, unit_id, item_id, tariff_version_id, run_id, debtor_id,
        period_first, period_last, due_on, quantity, months, part_days, part_base, amount_fen, paid_fen)
    SELECT %(community)s, unit_id, %(item)s, %(version)s, run.id, party_id, %(first)s, %(last)s, %(last)s,
        gross_area, 1, 0, 1, fen, 0 FROM charge, run
)
INSERT INTO yardstick.ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)
SELECT %(community)s, entry.id, 1122, fen, unit_id FROM charge, entry
UNION ALL SELECT %(community)s, entry.id, 6001, -total_fen, NULL FROM run, entry
"""


def run(ground: Ground, *, units: int = UNITS, turns: int = TURNS) -> Iterator[Figure]:
    """Yield the figures of runs over ``units`` units, as ten communities and as one."""
    each = units // COMMUNITIES
    small = [make_community(ground, units=each, items=3) for _ in range(COMMUNITIES)]
    fifth = [make_community(ground, units=units // 5, items=1)]
    large = [make_community(ground, units=units, items=1)]
    ground.twin(TWINS)
    ground.settle()
    race = Race(ground)
    yield from race.ratio(f"{COMMUNITIES} 个项目各 {each} 户，1 个收费项目", small, 1, turns)
    yield from race.ratio(f"{COMMUNITIES} 个项目各 {each} 户，3 个收费项目", small, 3, turns)
    yield from race.ratio(f"1 个项目 {units} 户，1 个收费项目", large, 1, turns)
    yield race.again("重跑同一个月 ÷ 首次", small, turns)
    yield race.growth("户数 5 倍时的用时倍数", fifth, large, turns)
    yield race.statements(small[0])
    yield Figure("Python 内存峰值", (peak_memory_mb(),), "MB", Goal("≤", 200))


class Race:
    """Runs months, each one new, by both ways."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._months = iter(_FIRST + count for count in range(1000))

    def ratio(self, name: str, estates: list[Estate], items: int, turns: int) -> Iterator[Figure]:
        """Yield how fast the product is, the yardstick being 1."""
        months = [next(self._months) for _ in range(turns + 1)]
        self.product(estates, items, months[-1])  # warms both the caches and the plans
        self.raw(estates, items, months[-1])
        laps = in_turns(
            turns,
            lambda turn: timed(lambda: self.raw(estates, items, months[turn])),
            lambda turn: timed(lambda: self.product(estates, items, months[turn])),
        )
        bills = sum(estate.units for estate in estates) * items
        ratios = tuple(raw / product for raw, product in laps)
        yield Figure(f"出账 ÷ 裸 INSERT，{name}", ratios, goal=Goal("≥", 0.5, 0.25))
        rates = tuple(bills / product for _, product in laps)
        yield Figure(f"　出账，{name}", rates, " 笔/秒")

    def again(self, name: str, estates: list[Estate], turns: int) -> Figure:
        """Return what running a month once more costs, its first run being 1."""

        def lap() -> float:
            month = next(self._months)
            first = timed(lambda: self.product(estates, 1, month))
            return timed(lambda: self.product(estates, 1, month)) / first

        return Figure(name, tuple(lap() for _ in range(turns)), goal=Goal("≤", 0.2))

    def growth(self, name: str, few: list[Estate], many: list[Estate], turns: int) -> Figure:
        """Return how much longer five times as many units take."""

        def lap() -> float:
            month = next(self._months)
            return timed(lambda: self.product(many, 1, month)) / timed(
                lambda: self.product(few, 1, month)
            )

        return Figure(name, tuple(lap() for _ in range(turns)), goal=Goal("≤", 5.5))

    def statements(self, estate: Estate) -> Figure:
        """Return how many statements a batch takes."""
        with counted() as counter:
            self.product([estate], 1, next(self._months))
        return Figure("每批 SQL 语句数", (counter.count,), goal=Goal("≤", 20))

    def product(self, estates: list[Estate], items: int, month: Month) -> None:
        """Issue the month's bills of the first ``items`` items by the product's own action."""
        for estate in estates:
            chosen = ChargeItem.objects.filter(pk__in=estate.items[:items]).order_by("pk")
            community = Community.objects.get(pk=estate.community)
            for _ in issue_bills(
                community=community,
                month=month,
                items=list(chosen),
                by=None,
                at=timezone.now(),
                ahead=True,
            ):
                pass

    def raw(self, estates: list[Estate], items: int, month: Month) -> None:
        """Write the same bills and lines into the twins."""
        for estate in estates:
            for item, version in zip(estate.items[:items], estate.versions, strict=False):
                values = {
                    "community": estate.community,
                    "item": item,
                    "version": version,
                    "first": month.first,
                    "last": month.last,
                }
                self._ground.owner.execute(_RAW, values)
