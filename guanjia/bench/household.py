"""The household page and the omnibox in a full database, beside the same in a database of one unit."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http import HTTPStatus
from itertools import cycle

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.links import make_link
from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.bench.estate import add_bills, add_people, make_community
from guanjia.bench.figures import Figure, Goal, counted, in_turns, timed
from guanjia.bench.ground import Ground, django_at
from guanjia.bench.web import Browser, served
from guanjia.estate.models import Unit

UNITS = 10_000
TURNS = 5
PAID, OPEN = 30, 5  # bills of each unit
PAGES = 40  # opened in one turn
_OTHERS = 2  # people at each unit beside the owner
_ARREARS = """
SELECT id, due_on, amount_fen - reduced_fen - paid_fen FROM bills_bill
WHERE community_id = %s AND unit_id = %s AND paid_fen < amount_fen - reduced_fen ORDER BY due_on
"""


class Place:
    """A database with one community in it, and somebody signed in there."""

    def __init__(self, ground: Ground, units: int) -> None:
        made = make_community(ground, units=units, items=1)
        add_people(ground, made, others=_OTHERS)
        add_bills(ground, made, paid=PAID, unpaid=OPEN)
        ground.settle()
        self.ground = ground
        self.community = Community.objects.get(pk=made.community)
        user = User(staff_no="B001", name="前台")
        user.set_unusable_password()
        user.save()
        Grant.objects.create(
            community=self.community, user=user, role=Role.CLERK, granted_at=timezone.now()
        )
        self.user = user
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.post(reverse("accounts:sign-in-link"), {"token": self.token()})
        step = max(1, units // 997)
        rows = Unit.objects.filter(community=self.community).order_by("pk")
        self.units = list(rows.values_list("pk", "key")[::step])
        self._keys = cycle(key for _, key in self.units)
        self._words = cycle(
            word
            for place, (_, key) in enumerate(self.units)
            for word in (key, key.replace("-", ""), f"业主{place * step + 1}")
        )

    def token(self) -> str:
        """Return a one-time sign-in link's token."""
        return make_link(self.user, at=timezone.now()).partition("#")[2]

    def page(self) -> None:
        """Open the next household's page."""
        self._get("household", next(self._keys))

    def search(self) -> None:
        """Type the next unit number or name into the omnibox."""
        self._get("search", q=next(self._words))

    def _get(self, route: str, *place: str, **query: str) -> None:
        path = reverse(f"desk:{route}", args=[self.community.code, *place])
        answer = self.client.get(path, query)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{path} answered {answer.status_code}")


def run(
    ground: Ground, *, units: int = UNITS, turns: int = TURNS, pages: int = PAGES
) -> Iterator[Figure]:
    """Yield the figures of a database of ``units`` units beside one of a single unit."""
    with ground.sister("lone") as lone_ground:
        with django_at(lone_ground.app_url):
            lone = Place(lone_ground, 1)
        full = Place(ground, units)
        full.page()
        with counted() as counter:
            full.page()
        yield Figure("一户页面的 SQL 语句数", (counter.count,), goal=Goal("≤", 12))
        for name, work in (("一户页面", Place.page), ("搜索框", Place.search)):
            laps = in_turns(
                turns, partial(_lap, lone, work, pages), partial(_lap, full, work, pages)
            )
            ratio = tuple(ours / one for one, ours in laps)
            yield Figure(f"{name}，{units} 户 ÷ 1 户", ratio, goal=Goal("≤", 1.5))
            yield Figure(f"　{name}", tuple(ours / pages * 1000 for _, ours in laps), " 毫秒")
        yield _arrears(full, turns, pages)


def _lap(place: Place, work: Callable[[Place], None], pages: int, _turn: int) -> float:
    with django_at(place.ground.app_url):
        work(place)
        started = time.perf_counter()
        for _ in range(pages):
            work(place)
        return time.perf_counter() - started


def _arrears(place: Place, turns: int, pages: int) -> Figure:
    """Return what one unit's arrears cost over HTTP, the bare query being 1."""
    with (
        served("guanjia.config.wsgi:application", place.ground.variables) as port,
        closing(Browser(port)) as browser,
    ):
        link = reverse("accounts:sign-in-link")
        browser.get(link)
        browser.post(link, {"token": place.token()})

        def raw() -> None:
            for unit, _ in place.units[:pages]:
                place.ground.owner.execute(_ARREARS, [place.community.pk, unit]).fetchall()

        def ours() -> None:
            for _, key in place.units[:pages]:
                browser.get(reverse("desk:household-due", args=[place.community.code, key]))

        ours()
        laps = in_turns(turns, lambda _: timed(raw), lambda _: timed(ours))
    ratios = tuple(asked / bare for bare, asked in laps)
    return Figure("一户欠费经网页 ÷ 裸查询", ratios, goal=Goal("≤", 15, 40))
