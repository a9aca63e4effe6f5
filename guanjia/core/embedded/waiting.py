"""Whether a commit waits until the receiver has it: a setting of the running server, never of a stopped one.

It stands in a file of its own that every start removes, so a server that comes up without its keeper waits for
nobody.
"""

from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

FILE = "receiver.conf"


@dataclass
class Waiting:
    """The embedded server whose place is ``root``; ``url`` is its superuser's."""

    root: Path
    url: str
    receiver: str

    @property
    def on(self) -> bool:
        """Whether commits wait."""
        return (self.root / FILE).exists()

    def begin(self) -> None:
        """Let commits wait for the receiver. Raises psycopg.Error when the server does not answer."""
        path = self.root / FILE
        path.write_text(f"synchronous_standby_names = '{self.receiver}'\n", encoding="ascii")
        path.chmod(0o644)  # the server may run as another user; the folder is private
        with self._admin() as admin:
            admin.execute("SELECT pg_reload_conf()")

    def end(self) -> None:
        """Let commits wait for nobody, those that wait now too. A server that does not answer stays as it is."""
        with suppress(psycopg.Error), self._admin() as admin:
            (self.root / FILE).unlink(missing_ok=True)
            admin.execute("SELECT pg_reload_conf()")

    def _admin(self) -> "closing[psycopg.Connection]":
        return closing(psycopg.connect(self.url, autocommit=True, connect_timeout=10))
