"""From nothing to the first page: a clean clone's first start, later starts, and what the running program holds.

Everything is real: ``git clone``, ``bin/run`` with its own environment, server and demo community. The packages come
from pip's cache where it has them, so that no network is measured. Times are those of the machine as it is; say how
busy it was.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from django.conf import settings

from guanjia.bench.figures import Figure, Goal
from guanjia.bench.processes import family
from guanjia.bench.web import free_port

TURNS = 3
_PATIENCE_S = 600
_SETTLED_S = 5  # so long no process comes or goes: worker up, links told
_PAGE = "/sign-in/"
_KB = 1024
# The benches' own server and settings are not this start's.
_NOT_OURS = ("DATABASE_", "DJANGO_", "GUANJIA_", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Started:
    """A running program: how long its first page took in seconds, its process, where it lives."""

    seconds: float
    process: subprocess.Popen[bytes]
    home: Path

    def memory_mb(self) -> float:
        """Return what web, worker, launcher and database hold together; shared pages count once (PSS)."""
        self._settle()
        (pid_file,) = self.home.rglob("postmaster.pid")
        server = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
        return sum(map(_pss_mb, [*family(self.process.pid), *family(server)]))

    def _settle(self) -> None:
        seen, since = list(family(self.process.pid)), time.perf_counter()
        while time.perf_counter() - since < _SETTLED_S:
            time.sleep(0.2)
            if (now := list(family(self.process.pid))) != seen:
                seen, since = now, time.perf_counter()


def run(
    *, turns: int = TURNS, source: Path = settings.BASE_DIR, options: tuple[str, ...] = ()
) -> Iterator[Figure]:
    """Yield the figures of a first start and of ``turns`` later ones; ``options`` are given to ``bin/run``."""
    folder = Path(tempfile.mkdtemp(prefix="guanjia-start-"))
    folder.chmod(0o755)  # whoever runs the server for root passes through
    try:
        clone, home = folder / "clone", folder / "home"
        begun = time.perf_counter()
        subprocess.run(["git", "clone", "-q", str(source), str(clone)], check=True)
        cloned = time.perf_counter() - begun
        with started(clone, home, options) as first:
            yield Figure("克隆后到第一页", (cloned + first.seconds,), " 秒", Goal("≤", 25))
        again, held = [], []
        for _ in range(turns):
            with started(clone, home, options) as later:
                again.append(later.seconds)
                held.append(later.memory_mb())
        yield Figure("再次启动到第一页", tuple(again), " 秒", Goal("≤", 2))
        yield Figure("网页、后台任务与空闲数据库的内存（PSS）", tuple(held), " MB", Goal("≤", 250))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(root: Path, home: Path, options: tuple[str, ...] = ()) -> Iterator[Started]:
    """Run the program in ``root`` on ``home`` until its first page is there, and stop it after the block."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_OURS)}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(root / "bin" / "run"), *options],
        env=kept | {"GUANJIA_HOME": str(home), "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begun > _PATIENCE_S:
                raise RuntimeError("bin/run does not come up")
            time.sleep(0.02)
        yield Started(time.perf_counter() - begun, process, home)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", _PAGE)
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _pss_mb(pid: int) -> float:
    """Return a process's proportional share of memory; one that has just ended has none."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / _KB
    return 0
