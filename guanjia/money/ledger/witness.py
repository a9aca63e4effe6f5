"""The witness: what was acknowledged, written down outside the database before it is acknowledged (L10).

A damaged log or a restored backup can leave books that agree with themselves and lack their last receipts: nothing
inside them could tell. Each series of each community has a file here, one line per receipt, only ever added to::

    1 desk_3 57 7182 <hash of the link> 2026-11-25T01:23:29.123456+00:00 <CRC-32 of all before>

that is community, series, position in the chain, receipt number, hash, time. No names, no amounts. A line is one write
to a file opened for appending, and synced; so processes do not mix theirs, and a line torn by a power cut stands alone.
"""

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from django.conf import settings

from guanjia.core.file_locks import sync_directory

_TAIL_BYTES = (
    8192  # some sixty lines: enough to find the highest number among those written at once
)
_SUFFIX = ".txt"


class WitnessError(Exception):
    """The witness cannot be written; the message is one line."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """One receipt as the witness knows it."""

    community: int
    series: str
    position: int
    number: int
    hash: str  # hexadecimal digits
    at: str

    @property
    def line(self) -> bytes:
        """The line that says it."""
        series = self.series.replace(" ", "_")
        words = f"{self.community} {series} {self.position} {self.number} {self.hash} {self.at}"
        return f"{words} {zlib.crc32(words.encode()):08x}\n".encode()


@dataclass(frozen=True, slots=True)
class Witness:
    """The files of one office, and a copy of them on another disk where there is one."""

    root: Path
    copy: Path | None = None

    def say(self, testimonies: Sequence[Testimony]) -> None:
        """Write lines down, on the disk when this returns. Raises WitnessError.

        The copy is a second chance and holds nobody up: one that is away is brought up to date when it is back.
        """
        key = attrgetter("community", "series")
        for (community, series), lines in groupby(sorted(testimonies, key=key), key):
            path = self._file(self.root, community, series)
            try:
                _append(path, b"".join(testimony.line for testimony in lines))
            except OSError as fault:
                raise WitnessError(f"写不进 {path}：{fault.strerror}") from fault
            self._bring_copy_up(path)

    def must_be_writable(self, community: int, series: str) -> None:
        """Raise WitnessError when the series' file cannot be opened for writing."""
        path = self._file(self.root, community, series)
        try:
            os.close(_open(path))
        except OSError as fault:
            raise WitnessError(f"写不进 {path}：{fault.strerror}") from fault

    def last(self, community: int) -> dict[str, Testimony]:
        """Return the highest number known of each of the community's series; reads only the files' ends."""
        found: dict[str, Testimony] = {}
        for path in self._files(f"{community}-"):
            for testimony in _parsed(_tail(path)):
                known = found.get(testimony.series)
                if known is None or testimony.number > known.number:
                    found[testimony.series] = testimony
        return found

    def known(self, community: int, series: str) -> dict[int, Testimony]:
        """Return everything known of a series, by number; the newest line of a number counts."""
        found: dict[int, Testimony] = {}
        for root in self._roots():
            path = self._file(root, community, series)
            if path.exists():
                found |= {t.number: t for t in _parsed(path.read_bytes())}
        return found

    def series(self) -> set[tuple[int, str]]:
        """Return the communities and series that are known at all."""
        names = (path.stem.partition("-") for path in self._files(""))
        return {(int(c), s.replace("_", " ")) for c, _, s in names if c.isdecimal()}

    def is_copied(self) -> bool:
        """Tell whether the copy, where there is to be one, is up to date."""
        return self.copy is None or all(
            (copy := self.copy / path.name).exists() and copy.stat().st_size == path.stat().st_size
            for path in self.root.glob(f"*{_SUFFIX}")
        )

    def _roots(self) -> list[Path]:
        return [root for root in (self.root, self.copy) if root is not None]

    def _files(self, start: str) -> list[Path]:
        return [path for root in self._roots() for path in root.glob(f"{start}*{_SUFFIX}")]

    @staticmethod
    def _file(root: Path, community: int, series: str) -> Path:
        return root / f"{community}-{series.replace(' ', '_')}{_SUFFIX}"

    def _bring_copy_up(self, path: Path) -> None:
        """Append to the copy what it lacks: both files only grow, and in the same way."""
        if self.copy is None:
            return
        copy = self.copy / path.name
        try:
            had = copy.stat().st_size if copy.exists() else 0
            with path.open("rb") as file:
                file.seek(had)
                _append(copy, file.read(), mend=False)
        except OSError:
            return  # ``is_copied`` tells


def witness() -> Witness:
    """Return this office's witness."""
    return Witness(settings.WITNESS, settings.WITNESS_COPY)


_together: ContextVar[list[Testimony] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write what is said in the block in one go at its end: for history that is made up by the thousand."""
    said: list[Testimony] = []
    token = _together.set(said)
    try:
        yield
    finally:
        _together.reset(token)
        if said:
            witness().say(said)


def say(testimony: Testimony) -> None:
    """Write one line down. Raises WitnessError."""
    waiting = _together.get()
    if waiting is None:
        witness().say([testimony])
    else:
        waiting.append(testimony)


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)


def _append(path: Path, lines: bytes, *, mend: bool = True) -> None:
    """Add ``lines`` in one write; after a torn line they begin a new one. Raises OSError."""
    is_new = not path.exists()
    handle = _open(path)
    try:
        size = os.fstat(handle).st_size
        if mend and size and os.pread(handle, 1, size - 1) != b"\n":
            lines = b"\n" + lines
        if os.write(handle, lines) < len(lines):
            raise OSError(28, "No space left on device", str(path))
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        sync_directory(path.parent)


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return file.read()


def _parsed(text: bytes) -> Iterable[Testimony]:
    """Yield the lines that are whole; a torn or damaged one says nothing."""
    for line in text.split(b"\n"):
        words, _, sum_of_it = line.rpartition(b" ")
        if len(sum_of_it) != 8 or f"{zlib.crc32(words):08x}".encode() != sum_of_it:  # noqa: PLR2004 - digits of a CRC
            continue
        community, series, position, number, digits, at = words.decode().split(" ")
        yield Testimony(
            int(community), series.replace("_", " "), int(position), int(number), digits, at
        )
