"""The log, received as it is written: a replication slot on the server, and ``pg_receivewal`` beside us.

The slot makes the server keep what has not been received yet, up to ``max_slot_wal_keep_size``: a receiver that
stays away can't fill the server's disk, it loses its thread instead and a new backup begins another log.
"""

import re
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from guanjia.core.backup.problem import BackupError
from guanjia.core.backup.source import Source

APPLICATION = "guanjia_receiver"
_LOST = re.compile(r"has already been removed|has been invalidated|not in this server's history")


def slot_name(database: str) -> str:
    """Return the slot of an office whose database has this name: offices may share a server."""
    return "guanjia_" + re.sub(r"[^a-z0-9_]", "_", database.lower())[:40]


@dataclass
class Receiver:
    """``pg_receivewal`` on one log."""

    source: Source
    folder: Path
    slot: str
    _said: IO[bytes] | None = field(default=None, repr=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def prepare(self) -> bool:
        """Make the slot if there is none; return False when it has lost its thread and was made anew.

        Raises BackupError where the server would let a slot fill its disk, or allows no replication.
        """
        if self.source.ask("SHOW max_slot_wal_keep_size") == "-1":
            raise BackupError(
                "数据库没有限制复制槽占用的空间，不敢建复制槽：请设 max_slot_wal_keep_size，"
                "例如 2GB（max_slot_wal_keep_size is unlimited）"
            )
        with closing(self.source.connect()) as line:
            found = line.execute(
                "SELECT wal_status, active_pid FROM pg_replication_slots WHERE slot_name = %s",
                [self.slot],
            ).fetchone()
            if found and found[1]:  # left by one that was killed; it does not come back (--no-loop)
                line.execute("SELECT pg_terminate_backend(%s, 5000)", [found[1]])
            kept = found is not None and found[0] != "lost"
            if found and not kept:
                line.execute("SELECT pg_drop_replication_slot(%s)", [self.slot])
            if not kept:
                line.execute("SELECT pg_create_physical_replication_slot(%s, true)", [self.slot])
        return kept or not found

    def start(self) -> None:
        """Begin to receive."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        arguments = ("-D", str(self.folder), "--slot", self.slot, "--synchronous", "--no-loop")
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the program
        # Its words do not go beside the log: a full disk would swallow them.
        self._process = subprocess.Popen(
            [self.source.binaries.program("pg_receivewal"), *arguments],
            env=self.source.environment() | {"PGAPPNAME": APPLICATION},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    @property
    def runs(self) -> bool:
        """Whether the program lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def was_killed(self) -> bool:
        """Whether somebody ended it; else it has ended by itself, for a reason."""
        return self._process is not None and (self._process.poll() or 0) < 0

    @property
    def last_words(self) -> str:
        """What it said before it gave up."""
        if self._said is None:
            return ""
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def lost_its_thread(self) -> bool:
        """Whether the server no longer has the log that comes next."""
        return _LOST.search(self.last_words) is not None

    def streams(self) -> bool:
        """Tell whether the server is sending to us, and we have caught up with it; a superuser may ask."""
        return self.runs and bool(self.source.ask(_STREAMS, APPLICATION))

    def stop(self) -> None:
        """End the program, with what it has received on the disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        if self._said is not None:
            self._said.close()
            self._said = None


_STREAMS = """
SELECT EXISTS (SELECT 1 FROM pg_stat_replication
    WHERE application_name = %s AND state = 'streaming' AND flush_lsn IS NOT NULL)
"""
