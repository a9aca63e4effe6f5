"""File locks that the operating system drops with their holder, so a crash leaves nothing locked; syncing a folder."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":  # untested
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def sync_directory(_directory: Path) -> None:
        """Do nothing: folders are not synced here."""

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def sync_directory(directory: Path) -> None:
        """Put a folder's entries on the disk, so that a file renamed in it stays renamed."""
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold ``path`` alone, waiting for as long as another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try_lock(handle):
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


class Lease:
    """A sign of use: a locked file in ``directory`` for as long as its holder lives."""

    def __init__(self, directory: Path) -> None:
        handle, name = tempfile.mkstemp(suffix=".lease", dir=directory)
        self._handle, self._path = handle, Path(name)
        _try_lock(handle)

    def release(self) -> None:
        """Give the lease back; a second call does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._path.unlink(missing_ok=True)


def in_use(directory: Path) -> bool:
    """Tell whether a living process holds a lease; leases of the dead are removed."""
    alive = False
    for path in directory.glob("*.lease"):
        handle = os.open(path, os.O_RDWR)
        free = _try_lock(handle)
        os.close(handle)
        alive = alive or not free
        if free:
            with suppress(OSError):
                path.unlink()
    return alive
