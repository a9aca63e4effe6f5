"""Taking a backup: the database, the attachments, and, somewhere else, the keys."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from guanjia.core.backup.manifest import CHECKSUMS, MANIFEST, read_manifest
from guanjia.core.backup.mirror import copy_file, mirror
from guanjia.core.backup.problem import BackupError, explain_os
from guanjia.core.backup.retention import Why
from guanjia.core.backup.source import Identity, Source, no_tablespaces
from guanjia.core.backup.store import TOLD, Backup, Store, opened, write_json
from guanjia.core.file_locks import exclusive
from guanjia.core.sealing.keys import KeysMissingError, load

Progress = Callable[[str], None]
_PERCENT = re.compile(r"\((\d+)%\)")
_KEPT_KEYS = 10


@dataclass(frozen=True, slots=True)
class Belongings:
    """What an office has outside the database."""

    files: Path
    secrets: Path
    beside: tuple[Path, ...] = ()  # small files and folders that go into each backup as they are


def take(
    *,
    source: Source,
    store: Store,
    key_store: Path,
    belongings: Belongings,
    why: Why,
    progress: Progress,
) -> Backup:
    """Take a backup and return it. Raises BackupError; a failed one leaves nothing behind.

    Files come after the database, so that each one that a row speaks of is among them.
    """
    if key_store.resolve().is_relative_to(store.root.resolve()):
        raise BackupError(
            f"密钥不能和数据备份放在一起，请为密钥另选目录，现在是 {key_store}（keep the keys apart）"
        )
    try:
        store.make()
        with exclusive(store.root / "taking.lock"):
            store.sweep()
            identity = source.identify()
            no_tablespaces(source)
            with store.half(why, datetime.now(UTC)) as half:
                _copy_database(source, half, progress)
                progress("复制附件")
                write_json(half / "files.json", mirror(belongings.files, store.files))
                for path in belongings.beside:
                    _copy_beside(path, half / "beside" / path.name)
                told = _tell(half, identity, store, belongings, why)
                write_json(half / TOLD, told)
                name = half.name.removeprefix(".half-")
            _keep_keys(belongings.secrets, key_store / name, progress)
            store.prune()
            return opened(store.root / name)[1]
    except OSError as problem:
        raise explain_os(problem) from problem


def _copy_database(source: Source, half: Path, progress: Progress) -> None:
    shown = -1

    def told(line: str) -> None:
        nonlocal shown
        if (found := _PERCENT.search(line)) and int(found[1]) // 10 > shown:
            shown = int(found[1]) // 10
            progress(f"复制数据库 {found[1]}%")

    arguments = ("-Ft", "-z", "-X", "stream", "-c", "fast", "-P", "-l", "guanjia", CHECKSUMS)
    source.run("pg_basebackup", "-D", str(half), *arguments, told=told)


def _copy_beside(path: Path, target: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, target)
    elif path.exists():
        copy_file(path, target)


def _tell(
    half: Path, identity: Identity, store: Store, belongings: Belongings, why: Why
) -> dict[str, Any]:
    manifest = read_manifest(half / MANIFEST)
    log = manifest["WAL-Ranges"][-1]
    try:
        ring = load(belongings.secrets)
        fingerprint, seal_key = ring.fingerprint, ring.current
    except KeysMissingError:
        fingerprint = seal_key = ""
    return {
        "at": datetime.now(UTC).isoformat(),
        "why": why,
        "chain": store.chain_of(identity),
        "first_segment": segment_of(log["Timeline"], log["Start-LSN"], identity.segment_bytes),
        "end_lsn": log["End-LSN"],
        "fingerprint": fingerprint,
        "seal_key": seal_key,
        "bytes": sum(file["Size"] for file in manifest["Files"]),
    }


def segment_of(timeline: int, lsn: str, segment_bytes: int) -> str:
    """Return the name of the log's file that holds ``lsn``."""
    high, low = (int(part, 16) for part in lsn.split("/"))
    number, a_file = divmod((high << 32) + low, segment_bytes)[0], 2**32 // segment_bytes
    return f"{timeline:08X}{number // a_file:08X}{number % a_file:08X}"


def _keep_keys(secrets: Path, target: Path, progress: Progress) -> None:
    """Copy the keys to where they are kept, unless the newest copy there says the same."""
    mine = {path.name: path.read_bytes() for path in secrets.glob("*") if _is_key(path)}
    older = sorted(target.parent.glob("[!.]*-*")) if target.parent.exists() else []
    if older and {p.name: p.read_bytes() for p in older[-1].glob("*")} == mine:
        return
    half = target.with_name(f".half-{target.name}")
    shutil.rmtree(half, ignore_errors=True)
    for name in mine:
        copy_file(secrets / name, half / name)
    half.rename(target)
    progress(f"密钥另存 {target.parent}，请把它放到和数据备份不同的地方")
    for path in older[: -_KEPT_KEYS + 1]:
        shutil.rmtree(path, ignore_errors=True)


def _is_key(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".lock", ".new"}
