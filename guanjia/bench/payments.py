"""The cash desk's whole request over HTTP, beside a bare view with the same SQL and beside pgbench."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.links import make_link
from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.bench.estate import make_community
from guanjia.bench.figures import Figure, Goal, counted, timed
from guanjia.bench.ground import Ground
from guanjia.bench.payment_sql import COMMUNITY, as_script
from guanjia.bench.web import Browser, Load, press, served
from guanjia.core.calendar import Month
from guanjia.core.embedded.binaries import find_binaries
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.models import Bill
from guanjia.money.closing.actions import open_shift
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method, Tender
from guanjia.money.payments.taking import Taking, take_payment

UNITS = 10_000
TURNS = 5
CLIENTS = (1, 4, 16)
MONTHS = 6
_SECONDS = 4
_ACTIONS = 200
_TWINS = (
    *("ledger_entry", "ledger_entryline", "bills_bill"),
    *("payments_desk", "payments_payment", "payments_allocation", "payments_receipt"),
)
_TO_PGBENCH = {1: Goal("≥", 0.25, 0.12), 4: Goal("≥", 0.2, 0.1), 16: None}


@dataclass(frozen=True, slots=True)
class Due:
    """An open bill, as a browser knows it."""

    bill: int
    unit: int
    key: str
    fen: int


class Office:
    """A community with open bills, a cashier and a desk for each client; and its bare twin."""

    def __init__(self, ground: Ground, units: int) -> None:
        self.ground = ground
        made = make_community(ground, units=units, items=1)
        self.community = Community.objects.get(pk=made.community)
        if made.community != COMMUNITY:
            raise RuntimeError("the bare statements name community 1")
        self.cashier = User(staff_no="B001", name="收银")
        self.cashier.set_unusable_password()
        self.cashier.save()
        Grant.objects.create(
            community=self.community,
            user=self.cashier,
            role=Role.CASHIER,
            granted_at=timezone.now(),
        )
        self.desks = [
            Desk.objects.create(community=self.community, name=f"收银台{n}", prefix=f"D{n}")
            for n in range(max(CLIENTS))
        ]
        for desk in self.desks:
            open_shift(desk=desk, notes={}, by=self.cashier, at=timezone.now())
        first = Month(2026, 1)
        for month in first.until(first + (MONTHS - 1)):
            list(
                issue_bills(
                    community=self.community, month=month, by=None, at=timezone.now(), ahead=True
                )
            )
        rows = Bill.objects.filter(community=self.community).order_by("pk")
        values = rows.values_list("pk", "unit", "unit__key", "amount_fen")
        self.bills = [Due(*row) for row in values]
        self.unpaid = iter(self.bills)
        self._copy()

    def _copy(self) -> None:
        """Give the yardstick the same bills and desks; it knows no request keys."""
        owner = self.ground.owner
        self.ground.twin(_TWINS)
        owner.execute("ALTER TABLE yardstick.payments_payment DROP COLUMN request_key_id CASCADE")
        for table in ("bills_bill", "payments_desk"):
            owner.execute(f"INSERT INTO yardstick.{table} SELECT * FROM {table}")  # noqa: S608 - our own names
        self.ground.settle()

    def act(self) -> None:
        """Take one payment by the action alone."""
        due = next(self.unpaid)
        take_payment(
            community=self.community,
            desk=self.desks[0],
            taking=Taking(
                unit_id=due.unit,
                bill_ids=(due.bill,),
                expected_fen=due.fen,
                tenders=(Tender(Method.CASH, due.fen, tendered_fen=due.fen),),
                payer_name="业主",
                payer_capacity="业主",
            ),
            key=uuid4(),
            by=self.cashier,
            at=timezone.now(),
        )

    def form(self) -> dict[str, object]:
        """Return the fields that the household page sends for one open bill."""
        due = next(self.unpaid)
        return {
            "unit": due.key,
            "bill": due.bill,
            "expected_fen": due.fen,
            "method": Method.CASH.value,
            "tendered": f"{due.fen / 100:.2f}",
            "payer_name": "业主",
            "key": uuid4(),
        }

    def token(self) -> str:
        """Return a one-time sign-in link's token."""
        return make_link(self.cashier, at=timezone.now()).partition("#")[2]

    def address(self, page: str) -> str:
        """Return the address of one of the desk's pages."""
        return reverse(f"desk:{page}", args=[self.community.code])


def run(
    ground: Ground, *, units: int = UNITS, turns: int = TURNS, seconds: float = _SECONDS
) -> Iterator[Figure]:
    """Yield the figures of payments by 1, 4 and 16 clients."""
    office = Office(ground, units)
    yield from _statements(office)
    pgbench = _pgbench(office)
    laps = [(1 / pgbench(1, seconds).rate, _mean_action(office)) for _ in range(turns)]
    name = "收款动作（不经网页）÷ pgbench，1 个客户"
    yield Figure(name, tuple(raw / act for raw, act in laps))
    with ExitStack() as stack:
        bare_port = stack.enter_context(
            served("guanjia.bench.bare:application", {"YARDSTICK_URL": ground.owner_url})
        )
        port = stack.enter_context(
            served(
                "guanjia.config.wsgi:application",
                ground.variables,
            )
        )
        bare = [
            _bare_client(office, stack.enter_context(closing(Browser(bare_port))), n)
            for n in range(max(CLIENTS))
        ]
        desk = [
            desk_client(office, stack.enter_context(closing(Browser(port))), n)
            for n in range(max(CLIENTS))
        ]
        for count in CLIENTS:
            yield from _beside(count, turns, seconds, pgbench, bare[:count], desk[:count])


def _beside(
    count: int,
    turns: int,
    seconds: float,
    pgbench: Callable[[int, float], Load],
    bare: list[Callable[[], None]],
    desk: list[Callable[[], None]],
) -> Iterator[Figure]:
    laps = [
        (pgbench(count, seconds), press(bare, seconds), press(desk, seconds)) for _ in range(turns)
    ]
    who = f"{count} 个客户"
    to_bare = tuple(ours.rate / view.rate for _, view, ours in laps)
    to_pgbench = tuple(ours.rate / raw.rate for raw, _, ours in laps)
    p95 = tuple(ours.p95 / (count / raw.rate) for raw, _, ours in laps)
    yield Figure(f"收款请求 ÷ 裸视图，{who}", to_bare, goal=Goal("≥", 0.5, 0.3))
    yield Figure(f"收款请求 ÷ pgbench，{who}", to_pgbench, goal=_TO_PGBENCH[count])
    yield Figure(f"收款请求 p95 ÷ 裸 SQL 均值，{who}", p95, goal=Goal("≤", 8, 15))
    for label, place in (("pgbench", 0), ("裸视图", 1), ("收款请求", 2)):
        yield Figure(f"　{label}，{who}", tuple(lap[place].rate for lap in laps), " 笔/秒")


def _statements(office: Office) -> Iterator[Figure]:
    """Count the statements of the action, and of a whole request without its web server."""
    with counted() as counter:
        office.act()
    yield Figure("收款动作的 SQL 语句数", (counter.count,), goal=Goal("≤", 12))
    client = Client(SERVER_NAME="127.0.0.1")
    client.post(reverse("accounts:sign-in-link"), {"token": office.token()})
    client.post(office.address("desk-choice"), {"desk": office.desks[0].pk})
    client.post(office.address("payments"), office.form())  # the session's first request writes it
    with counted() as counter:
        answer = client.post(office.address("payments"), office.form())
    _must_be(answer.status_code)
    yield Figure("收款请求的 SQL 语句数", (counter.count,), goal=Goal("≤", 18))


def _mean_action(office: Office) -> float:
    def many() -> None:
        for _ in range(_ACTIONS):
            office.act()

    return timed(many) / _ACTIONS


def _pgbench(office: Office) -> Callable[[int, float], Load]:
    """Return a way to run the bare statements by pgbench from the installation of the server."""
    program = find_binaries(Path("/nonexistent")).program("pgbench")
    script = as_script(office.bills[0].bill, office.bills[-1].bill)

    def bench(clients: int, seconds: float) -> Load:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            told = subprocess.run(
                [
                    *(program, "-n", "-f", file.name, "-T", str(max(1, round(seconds)))),
                    *("-c", str(clients), "-j", str(min(2, clients)), office.ground.owner_url),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
        found = re.search(r"tps = ([0-9.]+)", told.stdout)
        if told.returncode or not found:
            raise RuntimeError(told.stderr)
        return Load(float(found[1]), 0)

    return bench


def _bare_client(office: Office, browser: Browser, place: int) -> Callable[[], None]:
    desk = office.desks[place].pk
    bills = cycle(due.bill for due in office.bills[place :: max(CLIENTS)])

    def send() -> None:
        status, _ = browser.post("/", {"bill": next(bills), "desk": desk})
        if status != HTTPStatus.OK:
            raise RuntimeError(f"the bare view answered {status}")

    return send


def desk_client(office: Office, browser: Browser, place: int) -> Callable[[], None]:
    """Sign in, choose a desk, and return a way to take one payment after the other."""
    path = reverse("accounts:sign-in-link")
    browser.get(path)
    browser.post(path, {"token": office.token()})
    browser.get(reverse("desk:household", args=[office.community.code, office.bills[0].key]))
    browser.post(office.address("desk-choice"), {"desk": office.desks[place].pk})
    address = office.address("payments")

    def send() -> None:
        status, _ = browser.post(address, office.form())
        _must_be(status)

    return send


def _must_be(status: int) -> None:
    """Raise where a payment was not taken: it would be measured as a fast one."""
    if status != HTTPStatus.FOUND:
        raise RuntimeError(f"the desk answered {status}")
