"""Copying files that never change once they are there."""

import os
import shutil
from pathlib import Path

from guanjia.core.file_locks import sync_directory

_HALF = ".half"


def mirror(source: Path, target: Path) -> list[str]:
    """Copy to ``target`` what it lacks of ``source``, each file whole or not at all; return all of source's names.

    Attachments have generated names and are never rewritten, so one of the same size is the same.
    """
    names = []
    for path in sorted(source.rglob("*")) if source.exists() else ():
        if not path.is_file():
            continue
        name = path.relative_to(source)
        names.append(name.as_posix())
        copy = target / name
        try:
            if not copy.exists() or copy.stat().st_size != path.stat().st_size:
                copy_file(path, copy)
        except FileNotFoundError:
            names.pop()  # taken away since it was listed: its row was rolled back
    return names


def copy_file(source: Path, target: Path) -> None:
    """Copy one file, private to its owner, onto the disk before it gets its name."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = target.with_name(f"{target.name}{_HALF}")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
        shutil.copyfileobj(original, copy, 2**20)
        copy.flush()
        os.fsync(copy.fileno())
    half.replace(target)
    sync_directory(target.parent)
