"""Keeping the backups going, day and night: the log as it is written, a backup a day, new attachments."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guanjia.core.backup.mirror import mirror
from guanjia.core.backup.problem import BackupError
from guanjia.core.backup.receiver import Receiver
from guanjia.core.backup.retention import Why
from guanjia.core.backup.source import Source
from guanjia.core.backup.store import Backup, Store
from guanjia.core.calendar import SHANGHAI
from guanjia.core.embedded.waiting import Waiting

NIGHT_HOUR = 2  # o'clock, local time: the daily backup
_AGAIN_AFTER = 2.0  # seconds until the next try to receive, then longer and longer
_TOO_SHORT = 10.0  # seconds that a receiver lives at least when all is well
_LONGEST_PAUSE = 300.0  # seconds
_MIRROR_EVERY = 60.0  # seconds
_BACKUP_AGAIN_AFTER = 600.0  # seconds after a backup that failed
logger = logging.getLogger("guanjia.keeper")


def is_due(latest: Backup | None, chain: str, now: datetime) -> bool:
    """Tell whether a backup should be taken: none yet on this log, or none since last night's hour."""
    if latest is None or latest.chain != chain:
        return True
    local = now.astimezone(SHANGHAI)
    tonight = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    last = tonight if local >= tonight else tonight - timedelta(days=1)
    return latest.at < last


@dataclass
class Keeper:
    """One office's keeper. ``waiting`` is None for a server that is not ours to set up."""

    source: Source
    store: Store
    slot: str
    files: Path
    waiting: Waiting | None
    backup_command: list[str]
    _receiver: Receiver | None = None
    _started: float = 0.0
    _backup: "subprocess.Popen[bytes] | None" = None
    _next: dict[str, float] = field(default_factory=dict)
    _failed: dict[str, int] = field(default_factory=dict)

    def keep(self, *, done: Callable[[], bool], pause: float = 1.0) -> None:
        """Keep the backups going until ``done``. No fault ends it: it says so and tries again."""
        self.store.make()
        self._let_commits_go()
        try:
            while not done():
                self._attempt("receive", _AGAIN_AFTER, self._receive)
                self._attempt("mirror", _MIRROR_EVERY, self._mirror)
                self._attempt("backup", 1.0, self._back_up)
                time.sleep(pause)
        finally:
            self._let_commits_go()
            if self._receiver:
                self._receiver.stop()
            if self._backup:
                self._backup.wait()

    def _attempt(self, name: str, every: float, act: Callable[[], bool]) -> None:
        """Call ``act`` each time; what fails is tried again after ``every`` seconds and then less and less often.

        ``act`` returns whether it works again: what has only been started may fail as before.
        """
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return
        try:
            works = act()
        except (BackupError, OSError) as fault:
            self._let_commits_go()
            logger.error("%s failed: %s", name, fault)  # noqa: TRY400 - one line says it all
            failed = self._failed[name] = self._failed.get(name, 0) + 1
            self._next[name] = now + min(every * 2**failed, _LONGEST_PAUSE)
        else:
            if works:
                self._failed[name] = 0

    def _receive(self) -> bool:
        receiver, lived = self._receiver, time.monotonic() - self._started
        if receiver and receiver.runs:
            if self.waiting and receiver.streams():
                self._make_commits_wait()
            return lived > _TOO_SHORT
        self._let_commits_go()
        identity = self.source.identify()
        chain = self.store.chain_of(identity)
        broken = receiver is not None and receiver.lost_its_thread
        if receiver:
            words = receiver.last_words
            if lived < _TOO_SHORT and not broken and not receiver.was_killed:
                self._receiver = None  # the next one would do no better yet
                receiver.stop()
                raise BackupError(f"the receiver ended: {words}")
            receiver.stop()
            logger.warning("the receiver ended: %s", words)
        receiver = Receiver(self.source, self.store.chain(chain), self.slot)
        if not receiver.prepare() or broken:
            receiver.folder = self.store.chain(self.store.next_chain(identity))
            logger.error("the log has lost its thread; a new backup begins another")
        receiver.start()
        self._receiver, self._started = receiver, time.monotonic()
        return False

    def _make_commits_wait(self) -> None:
        if self.waiting and not self.waiting.on:
            self.waiting.begin()
            logger.info("commits now wait for the receiver")

    def _let_commits_go(self) -> None:
        """Nobody at a desk waits for a receiver that is not there."""
        if self.waiting and self.waiting.on:
            self.waiting.end()
            logger.warning("commits no longer wait for the receiver")

    def _mirror(self) -> bool:
        mirror(self.files, self.store.files)
        self._next["mirror"] = time.monotonic() + _MIRROR_EVERY
        return True

    def _back_up(self) -> bool:
        if self._backup:
            code = self._backup.poll()
            if code is None:
                return True
            self._backup = None
            if code:
                self._next["backup"] = time.monotonic() + _BACKUP_AGAIN_AFTER
                return True
            logger.info("a backup was taken")
        chain = self._receiver.folder.name if self._receiver else ""
        latest = self.store.latest()
        if is_due(latest, chain or (latest.chain if latest else ""), datetime.now(UTC)):
            self._backup = subprocess.Popen(self.backup_command, stdout=subprocess.DEVNULL)
        return True


def backup_command() -> list[str]:
    """Return the command that takes the daily backup."""
    return [sys.executable, "-P", "-m", "django", "backup", "--why", Why.DAILY]
