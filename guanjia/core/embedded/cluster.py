"""One data directory and the server on it: made by ``initdb``, started and stopped by ``pg_ctl``."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guanjia.core.embedded import waiting
from guanjia.core.embedded.binaries import Binaries
from guanjia.core.embedded.places import Places
from guanjia.core.embedded.problem import explain_log

PORT = 5432  # only a part of the socket's name, except on Windows
PATIENCE = 120  # seconds that a recovery after a power cut may take
LONGEST_LOG = 10_000_000  # bytes; a longer one is put aside at the next start

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "max_logical_replication_workers": "0",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    # A receiver that stays away can't fill the disk; one that hangs is given up soon.
    "max_slot_wal_keep_size": "2GB",
    "wal_sender_timeout": "10s",
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


@dataclass(frozen=True)
class Cluster:
    """A server's directories with the programs that run it."""

    places: Places
    binaries: Binaries
    throwaway: bool
    patience: int = PATIENCE

    @property
    def port(self) -> int:
        """The port: a constant in the socket's name; on Windows what ``postmaster.pid`` says."""
        if sys.platform == "win32":  # untested
            try:
                told = (self.places.data / "postmaster.pid").read_text(encoding="utf-8")
            except FileNotFoundError:
                return 0
            return int(told.splitlines()[3])
        else:  # noqa: RET505 (mypy follows the platform only in branches)
            return PORT

    def answers(self) -> bool:
        """Tell whether the server listens, be it one that is still recovering."""
        if sys.platform == "win32":
            family, address = socket.AF_INET, ("127.0.0.1", self.port)
        else:
            family, address = socket.AF_UNIX, str(self.places.sockets / f".s.PGSQL.{PORT}")
        with socket.socket(family) as probe:
            return probe.connect_ex(address) == 0

    def make(self, *, admin: str, password: str, statements: list[str]) -> None:
        """Make the data directory and run ``statements`` in it.

        All this happens aside, so that an interrupted start leaves nothing half made, and before there is
        a server to connect to.
        """
        half, file = self.places.root / "half", self.places.root / "password"
        shutil.rmtree(half, ignore_errors=True)
        try:
            file.touch(mode=0o600)
            file.write_text(password, encoding="ascii")
            self.places.user.own(file)
            made, words = self._run(
                "initdb",
                *("-D", str(half), "-U", admin, "--pwfile", str(file)),
                *("--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=scram-sha-256"),
                *(("--no-sync",) if self.throwaway else ()),
            )
        finally:
            file.unlink(missing_ok=True)
        if made:
            fsync = "off" if self.throwaway else "on"
            single = ("--single", "-D", str(half), "-c", f"fsync={fsync}", "postgres")
            made, words = self._run("postgres", *single, typed="\n".join(statements))
        if not made or "ERROR:" in words:
            raise explain_log(words)
        half.rename(self.places.data)

    def start(self) -> None:
        """Start the server and wait until it serves; raise :class:`EmbeddedServerError`."""
        self.places.user.own_directory(self.places.sockets)
        (self.places.root / waiting.FILE).unlink(missing_ok=True)
        self._write_settings()
        log = self.places.log
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".old"))
        for last_try in (False, True):
            said = log.stat().st_size if log.exists() else 0
            started, words = self._pg_ctl("start", "--log", str(log))
            if started:
                return
            reason = _read_from(log, said) or words
            if last_try or not ("lock file" in reason or "shared memory block" in reason):
                raise explain_log(reason)
            # Nobody answered, so the process that the files name is another one with the same number, or
            # the last children of a killed server are just leaving. PostgreSQL guards its memory itself.
            time.sleep(1)
            (self.places.data / "postmaster.pid").unlink(missing_ok=True)
            (self.places.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server; a throw-away one is given no time to tidy up."""
        self._pg_ctl("stop", "-m", "immediate" if self.throwaway else "fast")
        with suppress(OSError):  # it is empty unless the server could not be stopped
            self.places.sockets.rmdir()

    def _write_settings(self) -> None:
        settings = SETTINGS | (THROWAWAY if self.throwaway else DURABLE)
        settings["unix_socket_directories"] = f'"{self.places.sockets}"'
        if sys.platform == "win32":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                settings |= {"listen_addresses": "127.0.0.1", "port": str(free.getsockname()[1])}
        quoted = {name: value.replace("'", "''") for name, value in settings.items()}
        path = self.places.data / "postgresql.conf"
        path.write_text(
            "# Written at every start; put your own settings into ../local.conf\n"
            + "".join(f"{name} = '{value}'\n" for name, value in quoted.items())
            + f"include_if_exists = '../{waiting.FILE}'\n"
            + "include_if_exists = '../local.conf'\n",
            encoding="utf-8",
        )
        self.places.user.own(path)

    def _pg_ctl(self, *arguments: str) -> tuple[bool, str]:
        data = str(self.places.data)
        return self._run("pg_ctl", *arguments, "-D", data, "-w", "-t", str(self.patience))

    def _run(self, program: str, *arguments: str, typed: str = "") -> tuple[bool, str]:
        """Run a PostgreSQL program as the service user; return its success and its words."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        # Words go to a file: a pipe would stay open for as long as the server lives.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
            done = subprocess.run(
                [self.binaries.program(program), *arguments],
                cwd=self.places.root,
                env=inherited | {"LC_ALL": "C"},
                input=typed.encode(),
                stdout=words,
                stderr=subprocess.STDOUT,
                check=False,
                **self.places.user.identity(),
            )
            words.seek(0)
            return done.returncode == 0, words.read()


def _read_from(log: Path, position: int) -> str:
    if not log.exists():
        return ""
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(position)
        return file.read()
