"""Where the server's files live and whose they are.

PostgreSQL refuses to run as root. Started by root, it runs as the owner of its data directory, ``nobody``
for a new one, and that user must be able to walk to every file it needs. Parents' permissions are never
widened: what lies behind a closed door (root's own home, as a rule) gets a place in ``SHARED`` instead.
"""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanjia.core.embedded.binaries import Binaries
from guanjia.core.embedded.problem import EmbeddedServerError

SHARED = Path("/var/lib/guanjia")
LONGEST_SOCKET_PATH = 99  # the kernel's limit is 103 to 107 bytes
SOCKET_NAME_LENGTH = len("/.s.PGSQL.5432.lock")


def _open_to_others(path: Path) -> bool:
    """Tell whether any user of the machine may walk down to ``path`` and, if it exists, into it."""
    steps = (path, *path.parents, *path.resolve().parents)
    return all(step.stat().st_mode & stat.S_IXOTH for step in steps if step.exists())


def _shared(name: str) -> Path:
    """Return a path in ``SHARED``, where everybody may pass."""
    if not SHARED.exists():
        SHARED.mkdir(parents=True)
        SHARED.chmod(0o755)
    return SHARED / name


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class ServiceUser:
    """Who runs the server: ourselves, or somebody lesser when we are root."""

    uid: int | None = None
    gid: int | None = None

    def identity(self) -> dict[str, Any]:
        """Return the arguments that make ``subprocess`` run a program as this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own_directory(self, path: Path) -> None:
        """Make ``path`` this user's private directory; another user's directory is refused."""
        try:
            path.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            found = path.lstat()
            mine = sys.platform == "win32" or found.st_uid == (self.uid or os.geteuid())
            if not (stat.S_ISDIR(found.st_mode) and mine):
                raise PermissionError(13, "belongs to another user", str(path)) from None
        else:
            self.own(path)

    def own(self, path: Path) -> None:
        """Hand ``path`` over to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def _service_user(place: Path) -> ServiceUser:
    if not _is_root():
        return ServiceUser()
    if place.exists() and place.stat().st_uid:
        return ServiceUser(place.stat().st_uid, place.stat().st_gid)
    import pwd  # POSIX alone has it

    nobody = pwd.getpwnam("nobody")
    return ServiceUser(nobody.pw_uid, nobody.pw_gid)


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


@dataclass(frozen=True)
class Places:
    """One server's directories: ``data``, ``sockets`` and the ``log``."""

    root: Path
    user: ServiceUser

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "data"

    @property
    def restored(self) -> Path:
        """A restored and verified data directory that waits to take the place of ``data``."""
        return self.root / "data.restored"

    def settle(self) -> None:
        """Finish a restore that was interrupted between putting the old data aside and the new in place."""
        if not self.data.exists() and self.restored.exists():
            self.restored.rename(self.data)

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.root / "server.log"

    @property
    def sockets(self) -> Path:
        """A private directory for the socket, elsewhere when ``root`` lies too deep."""
        near = self.root / "socket"
        if len(os.fsencode(near)) + SOCKET_NAME_LENGTH <= LONGEST_SOCKET_PATH:
            return near
        return Path(tempfile.gettempdir()) / f"guanjia-{_digest(self.root)}"

    def remove(self) -> None:
        """Delete everything, a throw-away server's end."""
        for path in (self.root, self.sockets):
            shutil.rmtree(path, ignore_errors=True)


def prepare(home: Path) -> Places:
    """Make the directories of ``home``'s server; ``home/database`` is the place or a link to it."""
    place = home / "database"
    if _is_root() and not os.path.lexists(place) and not _open_to_others(home):
        place.symlink_to(_shared(f"database-{_digest(home)}"))
    root = place.resolve()
    places = Places(root, _service_user(root))
    places.user.own_directory(root)
    return places


def reachable(binaries: Binaries, user: ServiceUser) -> Binaries:
    """Return ``binaries``, or a copy of the wheel's when the way to them is closed to ``user``."""
    if user.uid is None or _open_to_others(Path(binaries.program("postgres"))):
        return binaries
    installation = binaries.directory.parent
    package = installation.parent
    if not package.with_name(f"{package.name}.libs").exists():
        raise EmbeddedServerError(
            f"数据库以普通账号运行，但该账号进不了 {binaries.directory}，请换一个目录"
            "（the database's user cannot reach its programs）"
        )
    copy = _shared(f"programs-{_digest(installation)}-{binaries.version}")
    if not copy.exists():
        half = copy.with_name(f"{copy.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        for part in (installation, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, half / part.relative_to(package.parent))
        for path in (half, *half.rglob("*")):
            path.chmod(
                path.stat().st_mode | (0o555 if path.stat().st_mode & stat.S_IXUSR else 0o444)
            )
        half.rename(copy)
    return Binaries(copy / binaries.directory.relative_to(package.parent))
