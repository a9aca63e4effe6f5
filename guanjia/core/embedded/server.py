"""Sharing the embedded server between programs.

Every program that uses a home's server holds a lease on it. Whoever comes first starts the server and whoever
leaves last stops it, so ``bin/guanjia`` may be called while ``bin/run`` runs, in any order.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from guanjia.core.embedded.binaries import Binaries, find_binaries
from guanjia.core.embedded.cluster import Cluster
from guanjia.core.embedded.logins import (
    ADMIN,
    APP,
    OWNER,
    founding_statements,
    make_password,
    require_passwords,
    url_of,
)
from guanjia.core.embedded.places import prepare, reachable
from guanjia.core.embedded.problem import DISK_FULL, EmbeddedServerError, explain_os
from guanjia.core.embedded.waiting import Waiting
from guanjia.core.file_locks import Lease, exclusive, in_use

PREFIX = "guanjia-throwaway-"
LEAST_FREE = (
    100_000_000  # bytes; PostgreSQL makes its log in pieces of 16 MiB and stops dead without them
)
SETTLED = 60  # seconds after which a directory without a lease is litter, not one just being made


@dataclass
class Server:
    """A running server, and our lease on it."""

    home: Path
    throwaway: bool = False
    _lease: Lease = field(init=False, repr=False)
    _cluster: Cluster = field(init=False, repr=False)

    @property
    def app_url(self) -> str:
        """The address for web and worker."""
        return self._url(APP)

    @property
    def owner_url(self) -> str:
        """The address for migrations."""
        return self._url(OWNER)

    @property
    def admin_url(self) -> str:
        """The superuser's address, for tests of attacks and for repairs."""
        return self._url(ADMIN)

    @property
    def place(self) -> Path:
        """The folder of the data directory and of what belongs to it."""
        return self._cluster.places.root

    @property
    def binaries(self) -> Binaries:
        """The programs that fit the data."""
        return self._cluster.binaries

    def start(self) -> None:
        """Join the running server or start it, and hold a lease on it."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._leases.mkdir(mode=0o700, exist_ok=True)
            with exclusive(self._leases / "lock"):
                places = prepare(self.home)
                places.settle()
                binaries = reachable(find_binaries(places.data), places.user)
                self._cluster = Cluster(places, binaries, self.throwaway)
                alone = not in_use(self._leases)
                self._lease = Lease(self._leases)
                try:
                    self._start_or_join(alone=alone)
                except BaseException:
                    self._leave()
                    raise
        except OSError as problem:
            raise explain_os(problem) from problem

    def revive(self) -> None:
        """Start the server again after it was killed; one that answers is left alone."""
        with exclusive(self._leases / "lock"):
            if not self._cluster.answers():
                self._cluster.start()

    def stop(self) -> None:
        """Give the lease back, and stop the server when nobody else holds one."""
        with exclusive(self._leases / "lock"):
            self._leave()
        if self.throwaway and not self._cluster.places.root.exists():
            shutil.rmtree(self.home, ignore_errors=True)

    @property
    def _leases(self) -> Path:
        return self.home / "leases"

    def _start_or_join(self, *, alone: bool) -> None:
        cluster = self._cluster
        if cluster.places.data.exists():
            require_passwords(self.home, cluster.places.data)
        if cluster.answers():
            if alone:  # everybody was killed but the server: nobody may be there to receive its log
                Waiting(cluster.places.root, self.admin_url, "").end()
            return
        if shutil.disk_usage(cluster.places.root).free < LEAST_FREE:
            raise EmbeddedServerError(DISK_FULL)
        if not cluster.places.data.exists():
            password = make_password(ADMIN, self.home)
            statements = founding_statements(self.home, throwaway=self.throwaway)
            cluster.make(admin=ADMIN, password=password, statements=statements)
        cluster.start()

    def _leave(self) -> None:
        self._lease.release()
        if in_use(self._leases):
            return
        self._cluster.stop()
        if self.throwaway:
            self._cluster.places.remove()

    def _url(self, login: str) -> str:
        sockets, port = self._cluster.places.sockets, self._cluster.port
        return url_of(login, home=self.home, sockets=sockets, port=port)


def start(home: Path, *, throwaway: bool = False) -> Server:
    """Start or join the server whose data live in ``home``; raise :class:`EmbeddedServerError`."""
    server = Server(home.absolute(), throwaway)
    server.start()
    return server


@contextmanager
def temporary() -> Iterator[Server]:
    """Run a throw-away server in a temporary directory, and clear away what killed ones left."""
    for litter in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(
            OSError, EmbeddedServerError
        ):  # another's, or cleared by another run just now
            settled = litter.stat().st_mtime < time.time() - SETTLED
            if settled and not in_use(litter / "leases"):
                start(litter, throwaway=True).stop()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    home.chmod(0o711)  # whoever runs the server for root passes through
    server = start(home, throwaway=True)
    try:
        yield server
    finally:
        server.stop()
