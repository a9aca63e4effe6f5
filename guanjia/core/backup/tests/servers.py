"""A production server of our own, copied from one that was made once, and what is done to it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from guanjia.core.backup.receiver import APPLICATION, Receiver
from guanjia.core.backup.replay import Replayed, replayed
from guanjia.core.backup.retention import Why
from guanjia.core.backup.source import Source
from guanjia.core.backup.store import Backup, Store
from guanjia.core.backup.taking import Belongings, take
from guanjia.core.embedded import Server
from guanjia.core.embedded.places import prepare
from guanjia.core.embedded.waiting import Waiting
from guanjia.core.sealing.keys import KEY_FILE, create

LOOKS = 10_000


@contextmanager
def directory() -> Iterator[Path]:
    """Lend a directory that the service user may enter."""
    with tempfile.TemporaryDirectory(prefix="guanjia-backup-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def copy_home(template: Path, home: Path) -> Path:
    """Copy a stopped home, owners and all."""
    shutil.copytree(template, home, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    owner = (template / "database").stat()
    for path in (home / "database", *(home / "database").rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    return home


def look_until(condition: Callable[[], Any]) -> None:
    """Return once ``condition`` holds; it asks a server, which takes its time."""
    for _ in range(LOOKS):
        if condition():
            return
    raise AssertionError("it never came to hold")


@dataclass
class Desk:
    """An office whose work is numbers in a table."""

    server: Server
    store: Store
    home: Path

    @property
    def source(self) -> Source:
        return Source(self.server.admin_url, self.server.binaries)

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.server.place, self.server.admin_url, APPLICATION)

    def belongings(self) -> Belongings:
        if not (self.home / "secrets" / KEY_FILE).exists():
            create(self.home / "secrets")
        return Belongings(self.home / "files", self.home / "secrets")

    def do(self, sql: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.server.owner_url, autocommit=True) as line:
            done = line.execute(sql.encode(), values)
            return done.fetchall() if done.description else []

    def write(self, *numbers: int) -> None:
        for number in numbers:
            self.do("INSERT INTO work VALUES (%s)", number)

    def back_up(self, why: Why = Why.MANUAL, source: Source | None = None) -> Backup:
        return take(
            source=source or self.source,
            store=self.store,
            key_store=self.home / "keys",
            belongings=self.belongings(),
            why=why,
            progress=lambda _: None,
        )

    def receiver(self) -> Receiver:
        chain = self.store.chain(self.store.chain_of(self.source.identify()))
        self.store.make()
        return Receiver(self.source, chain, "guanjia_test")

    def receive(self) -> Receiver:
        """Receive the log, with commits that wait for it."""
        receiver = self.receiver()
        receiver.prepare()
        receiver.start()
        look_until(receiver.streams)
        self.waiting.begin()
        look_until(lambda: self.do("SHOW synchronous_standby_names") == [(APPLICATION,)])
        return receiver

    @contextmanager
    def brought_back(self, backup: Backup, **wishes: Any) -> Iterator[Replayed]:
        places = prepare(self.home / "aside")
        try:
            usual: dict[str, Any] = {"root": places.root, "user": places.user, "throwaway": True}
            with replayed(
                backup,
                self.store,
                like=self.server.owner_url,
                progress=lambda _: None,
                **usual | wishes,
            ) as aside:
                yield aside
        finally:
            places.remove()
            shutil.rmtree(self.home / "aside", ignore_errors=True)

    def numbers_in(self, backup: Backup, **wishes: Any) -> list[int]:
        """Return the numbers that a restore brings back."""
        with (
            self.brought_back(backup, **wishes) as aside,
            psycopg.connect(aside.url(self.server.owner_url)) as line,
        ):
            return [number for (number,) in line.execute("SELECT n FROM work ORDER BY n")]


def killed_while(code: str, *words: str) -> int:
    """Run ``code``, which kills itself, in a program of its own; return how it ended."""
    return subprocess.run([sys.executable, "-c", code, *words], check=False).returncode
