"""Which backups are kept: pure arithmetic over their dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

DAYS = 7
WEEKS = 4
UPGRADES = 2


class Why(StrEnum):
    """What a backup was taken for."""

    DAILY = "daily"
    UPGRADE = "upgrade"  # before the tables were changed
    MANUAL = "manual"


class Proof(StrEnum):
    """What is known of a backup."""

    NONE = "none"
    GOOD = "good"  # a drill brought it back
    BAD = "bad"  # a drill could not


@dataclass(frozen=True, slots=True)
class Dated:
    """A backup as far as keeping it goes; ``at`` is local time, by which days and weeks are told apart."""

    name: str
    at: datetime
    why: Why = Why.DAILY
    proof: Proof = Proof.NONE


def to_keep(backups: Sequence[Dated]) -> set[str]:
    """Return the names of those to keep.

    All of the last day, the newest of each of the last seven days and four weeks that have one, the last two
    taken before an upgrade, and always the newest of all and the newest that a drill has brought back. One that a drill could
    not bring back takes no other's place.
    """
    newest_first = sorted(backups, key=lambda backup: backup.at, reverse=True)
    sound = [backup for backup in newest_first if backup.proof is not Proof.BAD]
    days = _days(sound)
    weeks = _first_of_each(("{}-{}".format(*b.at.isocalendar()[:2]), b) for b in sound)[:WEEKS]
    upgrades = [backup for backup in sound if backup.why is Why.UPGRADE][:UPGRADES]
    proven = [backup for backup in sound if backup.proof is Proof.GOOD][:1]
    return {b.name for b in (*newest_first[:1], *sound[:1], *days, *weeks, *upgrades, *proven)}


def with_log(backups: Sequence[Dated]) -> set[str]:
    """Return the names of those whose log is kept too, so that any moment since can be restored: a week's."""
    newest_first = sorted(backups, key=lambda backup: backup.at, reverse=True)
    sound = [backup for backup in newest_first if backup.proof is not Proof.BAD]
    return {b.name for b in (*newest_first[:1], *_days(sound))}


def _days(newest_first: Sequence[Dated]) -> list[Dated]:
    """Return all of the last day, and the newest of each day before it."""
    last = newest_first[0].at.date() if newest_first else None
    newest = _first_of_each((b.at.date().isoformat(), b) for b in newest_first)[:DAYS]
    return [*newest, *(b for b in newest_first if b.at.date() == last)]


def _first_of_each(pairs: Iterable[tuple[str, Dated]]) -> list[Dated]:
    found: dict[str, Dated] = {}
    for key, backup in pairs:
        found.setdefault(key, backup)
    return list(found.values())
