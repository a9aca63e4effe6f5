"""Desks that take money over HTTP and remember what they asked for and what they were told."""

import http.client
import random
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.links import make_link
from guanjia.bench.web import Browser
from guanjia.core.calendar import business_date
from guanjia.core.money import typed_yuan
from guanjia.faults.office import Office
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method

_NO_ANSWER = (OSError, http.client.HTTPException)
_RECEIPT = re.compile(r"/receipts/(\d+)/(\d+)/\?print")
# How many of the answered presses are pressed once more; how many pay in part, and by two methods.
_AGAIN, _PART, _SPLIT = 0.15, 0.3, 0.25


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer acknowledged: the receipt of a desk."""

    desk: int
    number: int


@dataclass(slots=True)
class Press:
    """One press of the button: what was asked for, in fen, on which days, and what was answered."""

    key: UUID
    fen: int
    fields: Mapping[str, object]
    days: set[date] = field(default_factory=set)
    told: Told | None = None


class Cashier:
    """Somebody signed in at a desk, with the presses of the button so far; ``gave_up`` when no answer came."""

    def __init__(self, office: Office, desk: Desk, chance: random.Random) -> None:
        self.desk = desk
        self.presses: list[Press] = []
        self.gave_up = False
        self._faults: list[str] = []
        self._office = office
        self._chance = chance
        self._browser = Browser(office.port, again=False)
        token = make_link(office.cashier, at=timezone.now()).partition("#")[2]
        self._browser.get(reverse("accounts:sign-in-link"))
        self._browser.post(reverse("accounts:sign-in-link"), {"token": token})
        code = office.community.code
        choice = reverse("desk:desk-choice", args=[code])
        self._browser.get(choice)
        self._browser.post(choice, {"desk": desk.pk})
        self._address = reverse("desk:payments", args=[code])

    @property
    def unanswered(self) -> Press | None:
        """The press that nobody answered; there is never more than one."""
        last = self.presses[-1] if self.presses else None
        return last if last and last.told is None else None

    def told_faults(self) -> list[str]:
        """Return what went wrong since this was asked last."""
        told, self._faults = self._faults, []
        return told

    def work(self, over: threading.Event, acknowledged: Callable[[], object]) -> None:
        """Press until it is over or an answer stays away, now and then twice."""
        self.hang_up()  # whoever was behind the connection may be gone
        self.gave_up = False
        while not over.is_set() and not self.unanswered:
            press = self._next()
            self.presses.append(press)
            press.told = self._send(press)
            if press.told is None:
                self.gave_up = True
                return
            acknowledged()
            if self._chance.random() < _AGAIN:
                self._press_again(press)

    def settle(self) -> None:
        """Press once more where no answer came: now one must come."""
        if press := self.unanswered:
            press.told = self._send(press)
            if press.told is None:
                self._faults.append(f"收银台 {self.desk.name}：重试没有得到收据（{press.key}）")

    def hang_up(self) -> None:
        """End the connection; the next request begins another."""
        self._browser.close()

    def _press_again(self, press: Press) -> None:
        told = self._send(press)
        if told not in {None, press.told}:
            self._faults.append(f"同一把钥匙两次答复不同：{press.told}、{told}（{press.key}）")

    def _send(self, press: Press) -> Told | None:
        """Return the receipt, or None where no answer came or the server was in trouble."""
        press.days.add(business_date(timezone.now()))
        try:
            status, page = self._browser.post(self._address, press.fields)
        except _NO_ANSWER:
            self.hang_up()
            return None
        press.days.add(business_date(timezone.now()))
        found = _RECEIPT.search(self._browser.led_to)
        if status == HTTPStatus.FOUND and found:
            return Told(int(found[1]), int(found[2]))
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            said = re.search(r'class="refusal[^>]*>(.*?)</', page, re.DOTALL)
            words = said[1].strip() if said else f"{status} {self._browser.led_to}"
            self._faults.append(f"收银台 {self.desk.name} 被拒绝：{words}")
        return None

    def _next(self) -> Press:
        """Ask for the next unpaid bill: whole or in part, something ahead, by one method or two."""
        bill, unit, fen = next(self._office.unpaid)
        part = self._chance.randint(1, fen - 1) if self._chance.random() < _PART else fen
        ahead = self._chance.choice([0, 0, 0, self._chance.randint(1, 20_000)])
        key, due = UUID(int=self._chance.getrandbits(128)), part + ahead
        fields: dict[str, object] = {
            "unit": unit,
            "bill": bill,
            "expected_fen": fen,
            "payer_name": "业主",
            "key": key,
            **({"settle": typed_yuan(part)} if part < fen else {}),
            **({"prepay": typed_yuan(ahead)} if ahead else {}),
        }
        if due > 1 and self._chance.random() < _SPLIT:
            cash = self._chance.randint(1, due - 1)
            fields |= {
                "method": "split",
                f"amount_{Method.CASH}": typed_yuan(cash),
                f"amount_{Method.TRANSFER}": typed_yuan(due - cash),
                f"reference_{Method.TRANSFER}": f"{self._chance.getrandbits(60)}",
            }
        else:
            fields |= {"method": Method.CASH, "tendered": typed_yuan(due)}
        return Press(key, due, fields)
