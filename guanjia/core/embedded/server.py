"""Starting, sharing and stopping the embedded server.

Every program that uses a home's server holds a lease on it. Whoever comes first starts the server and whoever
leaves last stops it, so ``bin/guanjia`` may be called while ``bin/run`` runs, in any order.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from guanjia.core.embedded.binaries import Binaries, find_binaries
from guanjia.core.embedded.logins import ADMIN, APP, OWNER, password_of, provision, url_of
from guanjia.core.embedded.places import Places, prepare, reachable
from guanjia.core.embedded.problem import explain_log, explain_os
from guanjia.core.file_locks import Lease, exclusive, in_use

PORT = 5432  # only a socket's name, except on Windows
PREFIX = "guanjia-throwaway-"
PATIENCE = 120  # seconds that a recovery after a power cut may take

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "Asia/Shanghai",
    "lc_messages": "C",
    "log_checkpoints": "off",
    # Statements and their failing rows hold residents' names and numbers: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
}


@dataclass
class Server:
    """A running server, and our lease on it."""

    home: Path
    throwaway: bool = False
    _lease: Lease = field(init=False, repr=False)
    _places: Places = field(init=False, repr=False)
    _binaries: Binaries = field(init=False, repr=False)

    @property
    def app_url(self) -> str:
        """The address for web and worker."""
        return self._url(APP)

    @property
    def owner_url(self) -> str:
        """The address for migrations."""
        return self._url(OWNER)

    @property
    def admin_url(self) -> str:
        """The superuser's address, for tests of attacks and for repairs."""
        return self._url(ADMIN)

    def start(self) -> None:
        """Join the running server or start it, and hold a lease on it."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._leases.mkdir(mode=0o700, exist_ok=True)
            with exclusive(self._leases / "lock"):
                self._lease = Lease(self._leases)
                try:
                    self._start_or_join()
                except BaseException:
                    self._lease.release()
                    raise
        except OSError as problem:
            raise explain_os(problem) from problem
        except psycopg.OperationalError as problem:
            raise explain_log(str(problem)) from problem

    def revive(self) -> None:
        """Start the server again after it was killed; one that answers is left alone."""
        with exclusive(self._leases / "lock"):
            if not self.answers():
                self._start()

    def answers(self) -> bool:
        """Tell whether a server listens, be it one that is still recovering."""
        if sys.platform == "win32":
            family, address = socket.AF_INET, ("127.0.0.1", self._port)
        else:
            family, address = socket.AF_UNIX, str(self._places.sockets / f".s.PGSQL.{PORT}")
        with socket.socket(family) as probe:
            return probe.connect_ex(address) == 0

    def stop(self) -> None:
        """Give the lease back, and stop the server when nobody else holds one."""
        with exclusive(self._leases / "lock"):
            self._lease.release()
            if not in_use(self._leases):
                self._pg_ctl("stop", "-m", "immediate" if self.throwaway else "fast")
                if self.throwaway:
                    self._places.remove()
                    shutil.rmtree(self.home, ignore_errors=True)

    def _start_or_join(self) -> None:
        self._places = prepare(self.home)
        binaries = find_binaries(self._places.data)
        self._binaries = reachable(binaries, self._places.user)
        if not self.answers():
            self._make_cluster()
            self._start()
            admin = self._url(ADMIN, database="postgres")
            provision(admin, home=self.home, throwaway=self.throwaway)

    @property
    def _leases(self) -> Path:
        return self.home / "leases"

    @property
    def _port(self) -> int:
        """The port: a constant in the socket's name; on Windows what ``postmaster.pid`` says."""
        if sys.platform == "win32":
            try:
                told = (self._places.data / "postmaster.pid").read_text(encoding="utf-8")
            except FileNotFoundError:
                return 0
            return int(told.splitlines()[3])
        else:  # noqa: RET505 (mypy follows the platform only in branches)
            return PORT

    def _url(self, login: str, **database: str) -> str:
        return url_of(
            login, home=self.home, sockets=self._places.sockets, port=self._port, **database
        )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a PostgreSQL program as the service user, its words kept in a file of their own."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
            done = subprocess.run(  # a pipe would stay open for as long as the server lives
                [self._binaries.program(program), *arguments],
                cwd=self._places.root,
                env={k: v for k, v in os.environ.items() if not k.startswith("PG")}
                | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                check=False,
                **self._places.user.identity(),
            )
            words.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, words.read())

    def _make_cluster(self) -> None:
        """Make the data directory, aside first, so that an interrupted start leaves none half made."""
        if self._places.data.exists():
            return
        half = self._places.root / "half"
        shutil.rmtree(half, ignore_errors=True)
        password = self._places.root / "password"
        password.write_text(password_of(ADMIN, self.home), encoding="ascii")
        password.chmod(0o400)
        self._places.user.own(password)
        made = self._run(
            "initdb",
            *("-D", str(half), "-U", ADMIN, "--pwfile", str(password)),
            *("--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=scram-sha-256"),
            *(("--no-sync",) if self.throwaway else ()),
        )
        password.unlink()
        if made.returncode:
            raise explain_log(made.stdout)
        half.rename(self._places.data)

    def _write_settings(self) -> None:
        settings = SETTINGS | (THROWAWAY if self.throwaway else DURABLE)
        settings["unix_socket_directories"] = f'"{self._places.sockets}"'
        if sys.platform == "win32":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                settings |= {"listen_addresses": "127.0.0.1", "port": str(free.getsockname()[1])}
        else:
            settings["port"] = str(PORT)
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        path = self._places.data / "postgresql.conf"
        path.write_text(
            "# Written at every start; put your own settings into ../local.conf\n"
            + "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
            + "include_if_exists = '../local.conf'\n",
            encoding="utf-8",
        )
        self._places.user.own(path)

    def _start(self) -> None:
        self._write_settings()
        for last_try in (False, True):
            said = self._places.log.stat().st_size if self._places.log.exists() else 0
            if self._pg_ctl("start", "--log", str(self._places.log)):
                return
            with self._places.log.open(encoding="utf-8", errors="replace") as log:
                log.seek(said)
                reason = log.read()
            if last_try or not ("postmaster.pid" in reason or "shared memory block" in reason):
                raise explain_log(reason)
            # Nobody answered, so the process that the file names is another one with the same number, or
            # the last children of a killed server are just leaving. PostgreSQL guards its memory itself.
            time.sleep(1)
            (self._places.data / "postmaster.pid").unlink(missing_ok=True)

    def _pg_ctl(self, *arguments: str) -> bool:
        done = self._run(
            "pg_ctl", *arguments, "-D", str(self._places.data), "-w", "-t", str(PATIENCE)
        )
        return done.returncode == 0


def start(home: Path, *, throwaway: bool = False) -> Server:
    """Start or join the server whose data live in ``home``; raise :class:`EmbeddedServerError`."""
    server = Server(home.absolute(), throwaway)
    server.start()
    return server


@contextmanager
def temporary() -> Iterator[Server]:
    """Run a throw-away server in a temporary directory, and clear away what killed ones left."""
    for litter in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if litter.stat().st_mtime < time.time() - 60 and not in_use(litter / "leases"):
            start(litter, throwaway=True).stop()
    server = start(Path(tempfile.mkdtemp(prefix=PREFIX)), throwaway=True)
    try:
        yield server
    finally:
        server.stop()
