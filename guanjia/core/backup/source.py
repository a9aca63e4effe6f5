"""The server that is copied: a login that may replicate, and PostgreSQL's own programs to do it with."""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from guanjia.core.backup.problem import BackupError, explain
from guanjia.core.embedded.binaries import Binaries

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Which database this is, and which of its lives: a restored one counts its timeline on."""

    system: str
    timeline: int
    segment_bytes: int

    @property
    def name(self) -> str:
        """The name that its log is kept under."""
        return f"{self.system}-{self.timeline}"


@dataclass(frozen=True, slots=True)
class Source:
    """A server to copy. The address never stands on a command line, where others could read it."""

    url: str
    binaries: Binaries

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """Return a connection. Raises BackupError when the server does not let us in."""
        try:
            return psycopg.connect(self.url, autocommit=True, connect_timeout=10, **options)
        except psycopg.Error as refused:
            raise explain(str(refused)) from refused

    def identify(self) -> Identity:
        """Return which database this is. Raises BackupError when it does not allow replication."""
        with closing(self.connect(replication="true")) as line:
            system, timeline, *_ = line.execute("IDENTIFY_SYSTEM").fetchone() or ("", 0)
        name = system.decode() if isinstance(system, bytes) else str(system)
        return Identity(name, int(timeline), int(self.ask(_SEGMENT_BYTES)))

    def ask(self, question: str, *values: Any) -> Any:
        """Return the one value that ``question`` asks for."""
        with closing(self.connect()) as line:
            row = line.execute(question.encode(), values or None).fetchone()
        return row[0] if row else None

    def environment(self) -> dict[str, str]:
        """Return the variables that lead PostgreSQL's programs to the server."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        parts = conninfo_to_dict(self.url)
        told = {name: str(parts[key]) for key, name in _VARIABLES.items() if parts.get(key)}
        return inherited | told | {"LC_ALL": "C"}

    def run(self, program: str, *arguments: str, told: Callable[[str], None]) -> None:
        """Run one of PostgreSQL's programs, passing on what it says of its progress. Raises BackupError."""
        with subprocess.Popen(
            [self.binaries.program(program), *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            words: list[str] = []
            assert process.stderr  # noqa: S101 - it is piped
            for line in process.stderr:  # universal newlines: a carriage return ends one, too
                words = [*words[-20:], line]
                told(line.strip())
        if process.returncode:
            raise explain("".join(words))


def no_tablespaces(source: Source) -> None:
    """Raise BackupError where data lie outside the data directory: we could not put them back."""
    if source.ask("SELECT count(*) FROM pg_tablespace WHERE spcname !~ '^pg_'"):
        raise BackupError(
            "这个数据库用了另外的表空间，本程序不备份它，请用您自己的备份办法（tablespaces are not supported）"
        )


_SEGMENT_BYTES = "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"
