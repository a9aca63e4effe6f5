"""A refusal is a value: why not, and what to do about it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a thing may not be done now, and the remedy; falsy, so that ``if may_void(...)`` reads."""

    reason: str
    remedy: str

    def __bool__(self) -> Literal[False]:
        return False

    def __str__(self) -> str:
        return f"{self.reason}。{self.remedy}。"


Verdict = Literal[True] | Refusal  # what a rule answers


class Refused(Exception):  # noqa: N818 - it carries a Refusal, which is no error of the program
    """Raised by an action whose rule refuses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def must(verdict: Verdict) -> None:
    """Raise Refused unless the rule says True."""
    if not verdict:
        raise Refused(verdict)
