"""What a bench tells: figures beside their goals, mostly ratios to a yardstick taken in the same run.

Machines are shared and slow down and speed up; yardstick and product therefore take turns, and the ratio of
each turn counts, not the time.
"""

import operator
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

_SIGNS = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a median, such as ≥ 0.5; ``floor`` is what is still borne."""

    sign: str
    bound: float
    floor: float | None = None

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}" + (f"（{self.floor:g}）" if self.floor else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: what was measured, turn by turn, and the goal where there is one."""

    name: str
    values: tuple[float, ...]
    unit: str = ""
    goal: Goal | None = None

    @property
    def median(self) -> float:
        """The middle value."""
        return median(self.values)

    @property
    def verdict(self) -> str:
        """达到, 尚可 (within the floor), 未达 or nothing."""
        if self.goal is None:
            return ""
        holds = _SIGNS[self.goal.sign]
        if holds(self.median, self.goal.bound):
            return "达到"
        within = self.goal.floor is not None and holds(self.median, self.goal.floor)
        return "尚可" if within else "未达"

    def as_json(self) -> dict[str, Any]:
        """Return the line as plain data."""
        return {
            "name": self.name,
            "median": round(self.median, 4),
            "low": round(min(self.values), 4),
            "high": round(max(self.values), 4),
            "turns": len(self.values),
            "unit": self.unit,
            "goal": str(self.goal) if self.goal else None,
            "verdict": self.verdict or None,
        }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(
    turns: int, yardstick: Callable[[int], float], product: Callable[[int], float]
) -> list[tuple[float, float]]:
    """Run both in turn, A B A B; each gets the number of the turn and returns its seconds."""
    return [(yardstick(turn), product(turn)) for turn in range(turns)]


class Counter:
    """Counts statements; BEGIN and COMMIT go past it."""

    count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Pass a statement on, counted."""
        self.count += 1
        return execute(*arguments)


@contextmanager
def counted() -> Iterator[Counter]:
    """Count the statements of the block."""
    counter = Counter()
    with connection.execute_wrapper(counter):
        yield counter


def peak_memory_mb() -> float:
    """Return the most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
