"""Bringing a backup back, aside: unpacked, its checksums verified, the log replayed, a server started on it."""

import gzip
import itertools
import os
import re
import shutil
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

from guanjia.core.backup.manifest import MANIFEST, verify
from guanjia.core.backup.problem import BackupError, explain_os
from guanjia.core.backup.store import PARTIAL, Backup, Store
from guanjia.core.backup.taking import Progress
from guanjia.core.embedded.binaries import Binaries, find_binaries
from guanjia.core.embedded.cluster import Cluster
from guanjia.core.embedded.places import Places, ServiceUser, reachable
from guanjia.core.embedded.problem import EmbeddedServerError, explain_log
from guanjia.core.file_locks import sync_directory

SPARE = 300_000_000  # bytes that a server needs besides
REPLAY_PATIENCE = 4 * 3600  # seconds that a long log may take
AUTO = "postgresql.auto.conf"
_BUFFER = 2**20
_STARTING = re.compile("accepting connections|starting up")


@dataclass(frozen=True, slots=True)
class Replayed:
    """A restored server that runs aside, open to this machine's user alone."""

    places: Places
    last_commit_at: (
        datetime | None
    )  # the newest transaction of the log; None when there was none to replay
    gap_after: str  # the last segment before a hole in the log, '' when it has none

    def url(self, like: str) -> str:
        """Return the address for the login and the database of ``like``, an address of the living server."""
        parts = urlsplit(like)
        sockets = quote(str(self.places.sockets), safe="")
        return f"postgresql://{parts.username}@/{parts.path.lstrip('/')}?host={sockets}&port=5432"


@contextmanager
def replayed(
    backup: Backup,
    store: Store,
    *,
    root: Path,
    user: ServiceUser,
    like: str,
    until: datetime | None = None,
    throwaway: bool,
    progress: Progress,
) -> Iterator[Replayed]:
    """Run a restored server in ``root`` while the block runs; the caller removes ``root``. Raises BackupError.

    What was in ``root`` is removed first.
    """
    try:
        user.own_directory(root)
        places = Places(root, user)
        _clear(places)
        binaries = _unpack(backup, places, progress)
        gap_after = _lay_out_log(backup, store, root, user)
        _configure(places, until)
        cluster = Cluster(places, binaries, throwaway, REPLAY_PATIENCE)
        progress("重放日志")
        try:
            cluster.start()
            last = _when_served(Replayed(places, None, gap_after).url(like), cluster)
            yield Replayed(places, last, gap_after)
        except EmbeddedServerError as problem:
            raise _explain(problem, until) from problem
        finally:
            cluster.stop()
    except OSError as problem:
        raise explain_os(problem) from problem


def _clear(places: Places) -> None:
    """Empty the place of what a killed run has left, its server first."""
    if places.data.exists():
        left = Cluster(places, find_binaries(places.data), throwaway=True)
        if left.answers():
            left.stop()
    for path in places.root.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def choose(store: Store, backup: Backup, until: datetime | None) -> Backup:
    """Return the backup to start from: ``backup``, or an earlier one where ``until`` lies before its end.

    Raises BackupError when no backup is old enough.
    """
    if until is None or backup.at <= until:
        return backup
    fitting = [other for other in store.backups() if other.at <= until]
    if not fitting:
        raise BackupError(
            f"没有早于这个时刻的备份，最早的完成于 {store.backups()[0].at:%Y-%m-%d %H:%M:%S %Z}"
            "（no backup is that old）"
        )
    return fitting[-1]


def _unpack(backup: Backup, places: Places, progress: Progress) -> Binaries:
    """Unpack and verify; return the programs that fit."""
    free = shutil.disk_usage(places.root).free
    if free < backup.bytes + SPARE:
        raise BackupError(
            f"恢复要 {(backup.bytes + SPARE) >> 20} MB 空间，{places.root} 只剩 {free >> 20} MB"
            "（not enough room to restore）"
        )
    progress("解开备份")
    data = places.data
    data.mkdir(mode=0o700)
    try:
        _untar(backup.path / "base.tar.gz", data)
        _untar(backup.path / "pg_wal.tar.gz", data / "pg_wal")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as damaged:
        if isinstance(damaged, OSError) and damaged.filename:
            raise
        raise BackupError(f"备份 {backup.name} 已损坏（damaged）：{damaged}") from damaged
    progress("核对校验和")
    verify(backup.path / MANIFEST, data)
    return reachable(find_binaries(data), places.user)


def _untar(archive: Path, target: Path) -> None:
    """Unpack files and folders, nothing else, and nothing outside of ``target``."""
    # Not tarfile's own gzip, which takes the empty member that begins the archive of the log for its end.
    with gzip.open(archive) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for member in tar:
            path = target / member.name
            if ".." in path.parts or not path.is_relative_to(target):
                raise tarfile.TarError(f"{member.name} leads outside")
            if member.isdir():
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif member.isfile() and (content := tar.extractfile(member)):
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                    shutil.copyfileobj(content, file, _BUFFER)


def _lay_out_log(backup: Backup, store: Store, root: Path, user: ServiceUser) -> str:
    """Copy the log from the backup on to where the server finds it; return where it has a hole, or ''.

    The segment that is being written counts as one: what lies past its end is zeros.
    """
    log = root / "log"
    user.own_directory(log)
    segments: dict[str, Path] = {}
    for path in sorted(store.chain(backup.chain).glob("[0-9A-F]*")):
        name = path.name.removesuffix(PARTIAL)
        if name >= backup.first_segment:
            segments.setdefault(name, path)  # a whole one comes before its partial
    for name, path in segments.items():
        try:
            shutil.copyfile(path, log / name)
        except FileNotFoundError:  # it was partial a moment ago and is whole now
            shutil.copyfile(path.with_name(name), log / name)
    names = [
        backup.first_segment,
        *(name for name in segments if len(name) == len(backup.first_segment)),
    ]
    for before, after in itertools.pairwise(names):
        if after != before and after not in _followers(before):
            return before
    return ""


def _followers(segment: str) -> set[str]:
    """Return what may come after a segment: where the low part overflows depends on the segments' size."""
    timeline, high, low = segment[:8], int(segment[8:16], 16), int(segment[16:], 16)
    return {f"{timeline}{high:08X}{low + 1:08X}", f"{timeline}{high + 1:08X}{0:08X}"}


def _configure(places: Places, until: datetime | None) -> None:
    """Write the settings of a server that replays, for its own machine's user alone."""
    (places.root / "hba.conf").write_text(
        "local all all trust\nhost all all 127.0.0.1/32 trust\n", encoding="ascii"
    )
    copy = "copy" if os.name == "nt" else "cp"
    settings = {
        "hba_file": str(places.root / "hba.conf"),
        "restore_command": f'{copy} "{places.root / "log"}/%f" "%p"',
        "hot_standby": "off",  # it answers once all is replayed
        "recovery_target_action": "promote",
        "archive_mode": "off",
        "synchronous_standby_names": "",
        "shared_preload_libraries": "",
        "listen_addresses": "",
        "max_wal_senders": "0",
        "ssl": "off",
    }
    if until:
        settings["recovery_target_time"] = until.astimezone(UTC).isoformat()
    quoted = {name: value.replace("'", "''") for name, value in settings.items()}
    (places.root / "local.conf").write_text(
        "".join(f"{name} = '{value}'\n" for name, value in quoted.items()), encoding="utf-8"
    )
    (places.data / "recovery.signal").touch(mode=0o600)
    own = places.data / AUTO
    own.replace(places.root / AUTO)  # it would come before ours
    own.write_text("", encoding="ascii")
    for path in (places.root, *places.root.rglob("*")):
        places.user.own(path)


def _when_served(url: str, cluster: Cluster) -> datetime | None:
    """Wait until all is replayed; return when the last transaction was. Raises EmbeddedServerError."""
    while True:
        try:
            with closing(psycopg.connect(url, autocommit=True, connect_timeout=10)) as line:
                row = line.execute("SELECT pg_last_xact_replay_timestamp()").fetchone()
                return row[0] if row else None
        except psycopg.OperationalError as refused:
            if not cluster.answers():  # it gave up
                raise explain_log(cluster.places.log.read_text(errors="replace")) from refused
            if not _STARTING.search(str(refused)):
                raise explain_log(str(refused)) from refused
            time.sleep(0.1)


def _explain(problem: EmbeddedServerError, until: datetime | None) -> BackupError:
    if until and "before configured recovery target was reached" in str(problem):
        return BackupError(
            f"日志只到 {until:%Y-%m-%d %H:%M:%S} 之前，恢复不到这个时刻：请选早一点的时刻，"
            "或不写 --until 恢复到最后（the log ends before that moment）"
        )
    return BackupError(str(problem))


def put_in_place(aside: Places, home: Places, at: datetime) -> Path | None:
    """Let the verified data of a stopped server take the place of the home's; return where the old ones lie.

    Interrupted anywhere, the next start finds either the old data or the new ones (``Places.settle``).
    """
    for leftover in ("recovery.signal", "backup_label.old", "tablespace_map.old"):
        (aside.data / leftover).unlink(missing_ok=True)
    (aside.root / AUTO).replace(aside.data / AUTO)
    shutil.rmtree(home.restored, ignore_errors=True)
    aside.data.rename(home.restored)
    sync_directory(home.root)
    kept = None
    if home.data.exists():
        kept = home.root / f"data.before-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        home.data.rename(kept)
    home.restored.rename(home.data)
    sync_directory(home.root)
    return kept
