"""The folder of backups: what lies where, and what is thrown away.

::

    20261125T020000Z-daily/     base.tar.gz, pg_wal.tar.gz, backup_manifest, files.json, backup.json
    wal/<system>-<timeline>-1/  the log since, segment by segment, as the receiver writes it
    files/                      every attachment once; a backup's files.json says which are its own

A backup is made under a name that begins with ``.half`` and renamed when all of it is on the disk.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guanjia.core.backup.problem import BackupError
from guanjia.core.backup.retention import Dated, Proof, Why, to_keep, with_log
from guanjia.core.backup.source import Identity
from guanjia.core.calendar import SHANGHAI
from guanjia.core.file_locks import sync_directory

TOLD = "backup.json"
PROOF = "proof.json"
HALF = ".half-"
PARTIAL = ".partial"
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """One finished backup."""

    path: Path
    at: datetime  # when it was complete; nothing before can be restored from it
    why: Why
    chain: str  # the log that goes on from it
    first_segment: str
    end_lsn: str
    fingerprint: str  # of the keys that open it, '' when the office had none yet
    seal_key: str
    bytes: int

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    @property
    def proof(self) -> Proof:
        """What the last drill found."""
        try:
            return Proof(json.loads((self.path / PROOF).read_text(encoding="utf-8"))["proof"])
        except (FileNotFoundError, ValueError, KeyError):
            return Proof.NONE

    @property
    def dated(self) -> Dated:
        """The backup as the rules of keeping see it."""
        return Dated(self.name, self.at.astimezone(SHANGHAI), self.why, self.proof)

    def note(self, proof: Proof, at: datetime) -> None:
        """Remember what a drill found."""
        write_json(self.path / PROOF, {"proof": proof, "at": at.isoformat()})


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of backups, private to whoever runs the program."""

    root: Path

    def make(self) -> None:
        """Make the folder. Raises OSError."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def files(self) -> Path:
        """Where attachments are kept, each once."""
        return self.root / "files"

    def chain(self, name: str) -> Path:
        """Return the folder of a log."""
        return self.root / "wal" / name

    def backups(self) -> list[Backup]:
        """Return what is there and complete, oldest first."""
        found = []
        for told in self.root.glob(f"[!.]*/{TOLD}"):
            try:
                found.append(_read(told))
            except (ValueError, KeyError):
                continue  # not ours, or damaged: never a backup
        return sorted(found, key=lambda backup: backup.at)

    def latest(self) -> Backup | None:
        """Return the newest backup."""
        return next(reversed(self.backups()), None)

    def chain_of(self, identity: Identity) -> str:
        """Return the name of the log that this database's life goes on in."""
        chains = self.root.glob(f"wal/{identity.name}-*")
        numbers = [int(path.name.rpartition("-")[2]) for path in chains]
        return f"{identity.name}-{max(numbers, default=1)}"

    def next_chain(self, identity: Identity) -> str:
        """Return the name of a new log, for one that has lost its thread."""
        name, _, number = self.chain_of(identity).rpartition("-")
        return f"{name}-{int(number) + 1}"

    @contextmanager
    def half(self, why: Why, at: datetime) -> Iterator[Path]:
        """Lend a folder to make a backup in; what stands in it at the end gets its name, all or nothing."""
        name = f"{at.astimezone(UTC):{_STAMP}}-{why}"
        half = self.root / f"{HALF}{name}"
        half.mkdir(mode=0o700)
        try:
            yield half
            for path in half.rglob("*"):
                if path.is_file():
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
            sync_directory(half)
            half.rename(self.root / name)
            sync_directory(self.root)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise

    def sweep(self) -> None:
        """Remove what a killed backup has left; call it while no other is being made."""
        for litter in self.root.glob(f"{HALF}*"):
            shutil.rmtree(litter, ignore_errors=True)

    def prune(self) -> list[str]:
        """Remove what need not be kept any longer, its log and its files too; return the backups' names."""
        backups = self.backups()
        keep = to_keep([backup.dated for backup in backups])
        gone = [backup for backup in backups if backup.name not in keep]
        for backup in gone:
            away = (
                self.root / f"{HALF}{backup.name}"
            )  # so that an interrupted removal is swept later
            backup.path.rename(away)
            shutil.rmtree(away, ignore_errors=True)
        self._prune_log([backup for backup in backups if backup.name in keep])
        self._prune_files()
        return [backup.name for backup in gone]

    def _prune_log(self, kept: list[Backup]) -> None:
        wanted = with_log([backup.dated for backup in kept])
        first: dict[str, str] = {}
        for backup in kept:
            if backup.name in wanted:
                earlier = first.get(backup.chain, backup.first_segment)
                first[backup.chain] = min(earlier, backup.first_segment)
        live = kept[-1].chain if kept else ""
        for chain in self.root.glob("wal/*"):
            if chain.name not in first:
                if chain.name != live:
                    shutil.rmtree(chain, ignore_errors=True)
                continue
            for segment in chain.iterdir():
                if segment.name < first[chain.name] and not segment.name.endswith(PARTIAL):
                    segment.unlink()

    def _prune_files(self) -> None:
        kept: set[str] = set()
        for listing in self.root.glob("[!.]*/files.json"):
            kept |= set(json.loads(listing.read_text(encoding="utf-8")))
        newest = max((p.stat().st_mtime for p in self.root.glob("[!.]*/files.json")), default=0.0)
        for path in self.files.rglob("*"):
            # One mirrored since the newest backup is in nobody's list yet.
            if path.is_file() and path.stat().st_ctime < newest and self._named(path) not in kept:
                path.unlink()

    def _named(self, path: Path) -> str:
        return path.relative_to(self.files).as_posix()


def _read(told: Path) -> Backup:
    content = json.loads(told.read_text(encoding="utf-8"))
    return Backup(
        path=told.parent,
        at=datetime.fromisoformat(content["at"]),
        why=Why(content["why"]),
        chain=content["chain"],
        first_segment=content["first_segment"],
        end_lsn=content["end_lsn"],
        fingerprint=content["fingerprint"],
        seal_key=content["seal_key"],
        bytes=content["bytes"],
    )


def opened(path: Path) -> tuple[Store, Backup]:
    """Return the store and the backup that ``path`` names: one backup's folder, or a whole store's newest.

    Raises BackupError when there is none.
    """
    path = path.absolute()
    if (path / TOLD).exists():
        return Store(path.parent), _read(path / TOLD)
    store = Store(path)
    if newest := store.latest():
        return store, newest
    raise BackupError(f"{path} 里没有完整的备份（there is no finished backup）")


def write_json(path: Path, content: dict[str, Any] | list[Any]) -> None:
    """Write ``content`` so that the file is whole or not there, and on the disk."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)
