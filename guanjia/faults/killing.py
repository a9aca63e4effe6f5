"""Cycles of load, kill, restart and judgement."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from guanjia.bench.ground import Ground
from guanjia.faults.books import broken_laws, faults, lost_jobs, receipt_of
from guanjia.faults.load import Cashier
from guanjia.faults.office import APPLICATION, Office, Victim

DESKS = 4
_MOST = 60  # payments before a kill
_JITTER_S = 0.04  # so that a kill falls anywhere in a payment
_MORE = 40  # what may be taken between the last payment that was waited for and the kill
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Cycle:
    """What came of one kill: payments acknowledged and unanswered, seconds until the office was ready again.

    ``committed`` of the unanswered ones stood in the books before they were asked for again.
    """

    number: int
    victim: Victim
    acknowledged: int
    unanswered: int
    committed: int
    seconds: float
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the cycle as plain data."""
        return {
            "cycle": self.number,
            "victim": self.victim.value,
            "acknowledged": self.acknowledged,
            "unanswered": self.unanswered,
            "committed": self.committed,
            "ready_again_s": round(self.seconds, 2),
            "faults": list(self.faults),
        }


def run(
    ground: Ground,
    *,
    cycles: int,
    seed: int,
    application: str = APPLICATION,
    victims: tuple[Victim, ...] = tuple(Victim),
) -> Iterator[Cycle]:
    """Yield one cycle after the other; ``seed`` decides what is killed, when, and what is asked for."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be guessed
    bills = cycles * (_MOST + _MORE)
    with Office(ground, desks=DESKS, bills=bills, application=application) as office:
        dice = [random.Random(chance.random()) for _ in office.desks]  # noqa: S311
        cashiers = [Cashier(office, *each) for each in zip(office.desks, dice, strict=True)]
        try:
            for number, victim in zip(range(1, cycles + 1), _dealt(victims, chance), strict=False):
                found = _cycle(office, cashiers, number, victim, chance)
                if number == cycles and not office.finish_jobs():
                    found = replace(found, faults=(*found.faults, "后台任务没有再做下去"))
                yield found
        finally:
            for cashier in cashiers:
                cashier.hang_up()


def _dealt(victims: tuple[Victim, ...], chance: random.Random) -> Iterator[Victim]:
    """Yield victims for ever, each as often as the others."""
    while True:
        yield from chance.sample(victims, len(victims))


def _cycle(
    office: Office, cashiers: list[Cashier], number: int, victim: Victim, chance: random.Random
) -> Cycle:
    answered = _answered(cashiers)
    office.queue_a_job()
    with _at_work(cashiers) as wait_for:
        wait_for(chance.randint(1, _MOST))
        time.sleep(chance.random() * _JITTER_S)
        found = [f"没有故障也没有答复：{c.desk.name}" for c in cashiers if c.gave_up]
        killed = time.monotonic()
        office.kill(victim, chance)
    office.bring_up()
    seconds = time.monotonic() - killed
    acknowledged = _answered(cashiers) - answered
    found += [f"程序自己说不正常：{name}" for name in office.red]
    found += _judged(office, cashiers)
    found += broken_laws()
    unanswered = [press for cashier in cashiers if (press := cashier.unanswered)]
    there = [receipt_of(office.community, press) for press in unanswered]
    for cashier in cashiers:
        cashier.settle()
    for press, before in zip(unanswered, there, strict=True):
        if before not in {None, press.told}:
            found.append(f"重试的答复是 {press.told}，账里早有 {before}（{press.key}）")
    found += _judged(office, cashiers)
    found += [fault for cashier in cashiers for fault in cashier.told_faults()]
    committed = sum(before is not None for before in there)
    return Cycle(number, victim, acknowledged, len(unanswered), committed, seconds, tuple(found))


def _judged(office: Office, cashiers: list[Cashier]) -> Iterator[str]:
    yield from faults(office.community, [p for cashier in cashiers for p in cashier.presses])
    yield from lost_jobs(office.jobs)


def _answered(cashiers: list[Cashier]) -> int:
    return sum(press.told is not None for cashier in cashiers for press in cashier.presses)


@contextmanager
def _at_work(cashiers: list[Cashier]) -> Iterator[Callable[[int], None]]:
    """Let all desks take money during the block; yields a way to wait for so many answers."""
    over, answers = threading.Event(), threading.Semaphore(0)
    threads = [threading.Thread(target=c.work, args=[over, answers.release]) for c in cashiers]
    for thread in threads:
        thread.start()

    def wait_for(count: int) -> None:
        while count and any(thread.is_alive() for thread in threads):
            count -= answers.acquire(timeout=_LOOK_S)

    try:
        yield wait_for
    finally:
        over.set()
        for thread in threads:
            thread.join()
