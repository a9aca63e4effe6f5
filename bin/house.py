"""What ``bin/run`` and ``bin/guanjia`` share: the data's home, its database, and Django inside it.

The database is the one that ``DATABASE_URL`` names (``DATABASE_OWNER_URL`` may name a login of its own for
migrations), or else the embedded server in ``GUANJIA_HOME``.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import environment

from guanjia.core.embedded import EmbeddedServerError, Server, start

DJANGO = [sys.executable, "-P", "-m", "django"]


@dataclass(frozen=True)
class House:
    """A home and the addresses of its database."""

    home: Path
    app_url: str
    owner_url: str
    server: Server | None = None

    def variables(self, *, as_owner: bool = False) -> dict[str, str]:
        """Return a child's environment; it holds one login, the app's unless asked for the owner's."""
        inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_OWNER_URL"}
        return inherited | {
            "DATABASE_URL": self.owner_url if as_owner else self.app_url,
            "DJANGO_SETTINGS_MODULE": "guanjia.config.settings",
            "GUANJIA_APP_ROLE": urlsplit(self.app_url).username or "",
            "GUANJIA_HOME": str(self.home),
            "PYTHONPATH": str(environment.ROOT),
        }

    def command(self, *words: str, as_owner: bool = False) -> int:
        """Run one of the project's commands and return its exit code."""
        return environment.call([*DJANGO, *words], self.variables(as_owner=as_owner))

    def tell(self, *words: str) -> None:
        """Print what one of the project's commands has to say; a refusal says that now is not its time."""
        told = subprocess.run(
            [*DJANGO, *words], env=self.variables(), capture_output=True, check=False
        )
        if told.returncode == 0:
            sys.stdout.buffer.write(told.stdout)
            sys.stdout.flush()


@contextmanager
def opened() -> Iterator[House]:
    """Open the house; what stands in the way is told in one line, and ends the program."""
    home = Path(os.environ.get("GUANJIA_HOME") or environment.ROOT / "var").absolute()
    given = os.environ.get("DATABASE_URL")
    try:
        if given:
            from guanjia.core.embedded.borrowed import connect

            owner_url = os.environ.get("DATABASE_OWNER_URL") or given
            for url in {given, owner_url}:
                connect(url).close()
            yield House(home, given, owner_url)
            return
        server = start(home)
        try:
            yield House(home, server.app_url, server.owner_url, server)
        finally:
            server.stop()
    except EmbeddedServerError as problem:
        sys.exit(str(problem))
