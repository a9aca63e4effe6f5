"""Two desks that take money while a long billing run goes on, beside the same two desks alone."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from math import ceil

from django.utils import timezone

from guanjia.accounts.models import Community
from guanjia.bench.estate import make_community
from guanjia.bench.figures import Figure, Goal
from guanjia.bench.ground import Ground, django_at
from guanjia.bench.payments import MONTHS, Office, desk_client
from guanjia.bench.web import Browser, press, served
from guanjia.core.calendar import Month
from guanjia.money.bills.actions import issue_bills

UNITS = 100_000  # billed in a month beside the desks' own community, which is a tenth of it
TURNS = 5
DESKS = 2
_SECONDS = 8
_FASTEST = 500  # payments a second that both desks stay below: each takes a bill that nobody paid
_FIRST = Month(2027, 1)


def run(
    ground: Ground, *, units: int = UNITS, turns: int = TURNS, seconds: float = _SECONDS
) -> Iterator[Figure]:
    """Yield the p95 of both desks while bills are issued, theirs alone being 1, and how much was billed meanwhile."""
    pressed = seconds * (2 * turns + 1)
    office = Office(ground, max(units // 10, ceil(pressed * _FASTEST / MONTHS)))
    others = make_community(ground, units=units, items=1)
    ground.settle()
    billing = Billing(ground, [office.community.pk, others.community])
    with ExitStack() as stack:
        port = stack.enter_context(served("guanjia.config.wsgi:application", ground.variables))
        browsers = [stack.enter_context(closing(Browser(port))) for _ in range(DESKS)]
        desks = [desk_client(office, browser, place) for place, browser in enumerate(browsers)]
        press(desks, seconds / 4)  # plans and caches
        laps = []
        for _ in range(turns):
            alone = press(desks, seconds)
            with billing.going_on():
                laps.append((alone, press(desks, seconds)))
    ratios = tuple(during.p95 / alone.p95 for alone, during in laps)
    yield Figure(f"{DESKS} 个收银台收款 p95，出账时 ÷ 平时", ratios, goal=Goal("≤", 2))
    for name, place in (("平时", 0), ("出账时", 1)):
        yield Figure(f"　{name} p95", tuple(lap[place].p95 * 1000 for lap in laps), " 毫秒")
        yield Figure(f"　{name}", tuple(lap[place].rate for lap in laps), " 笔/秒")
    yield Figure("　其间出账", (billing.issued,), " 笔")


class Billing:
    """Issues one month after the other in a thread of its own, in every community in turn."""

    def __init__(self, ground: Ground, communities: list[int]) -> None:
        self.issued = 0
        self._ground = ground
        self._batches = (
            (community, month)
            for month in map(_FIRST.__add__, range(900))
            for community in communities
        )

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Bill during the block; what goes wrong there is raised at its end. A batch that has begun is finished."""
        over, faults = threading.Event(), list[Exception]()
        thread = threading.Thread(target=self._bill, args=[over, faults])
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if faults:
            raise faults[0]

    def _bill(self, over: threading.Event, faults: list[Exception]) -> None:
        try:
            with django_at(self._ground.app_url):
                while not over.is_set():
                    community, month = next(self._batches)
                    place = Community.objects.get(pk=community)
                    runs = issue_bills(
                        community=place, month=month, by=None, at=timezone.now(), ahead=True
                    )
                    self.issued += sum(run.bill_count for run in runs)
        except Exception as fault:  # noqa: BLE001 - told by the caller's thread
            faults.append(fault)
