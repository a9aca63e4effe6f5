"""What ``bin/run`` and ``bin/guanjia`` share: the data's home, its database, and Django inside it.

The database is the one that ``DATABASE_URL`` names (``DATABASE_OWNER_URL`` may name a login of its own for
migrations, ``DATABASE_REPLICATION_URL`` one for backups), or else the embedded server in ``GUANJIA_HOME``.
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
LOGINS = {"DATABASE_OWNER_URL", "DATABASE_REPLICATION_URL"}
# These copy the whole database, the last two before they change its tables.
COPYING = {"backup", "migrate", "prepare"}


@dataclass(frozen=True)
class House:
    """A home and the addresses of its database."""

    home: Path
    app_url: str
    owner_url: str
    replication_url: str
    server: Server | None = None

    def variables(self, *, as_owner: bool = False, replicating: bool = False) -> dict[str, str]:
        """Return a child's environment: the app's login unless asked for the owner's, and who may copy if asked."""
        inherited = {k: v for k, v in os.environ.items() if k not in LOGINS}
        more = {"DATABASE_REPLICATION_URL": self.replication_url} if replicating else {}
        return (
            inherited
            | more
            | {
                "DATABASE_URL": self.owner_url if as_owner else self.app_url,
                "GUANJIA_EMBEDDED": "1" if self.server else "",
                "DJANGO_SETTINGS_MODULE": "guanjia.config.settings",
                "GUANJIA_APP_ROLE": urlsplit(self.app_url).username or "",
                "GUANJIA_HOME": str(self.home),
                "PYTHONPATH": str(environment.ROOT),
            }
        )

    def command(self, *words: str, as_owner: bool = False) -> int:
        """Run one of the project's commands and return its exit code."""
        variables = self.variables(as_owner=as_owner, replicating=words[0] in COPYING)
        return environment.call([*DJANGO, *words], variables)

    def tell(self, *words: str) -> None:
        """Print what one of the project's commands has to say; a refusal says that now is not its time."""
        told = subprocess.run(
            [*DJANGO, *words], env=self.variables(), capture_output=True, check=False
        )
        if told.returncode == 0:
            sys.stdout.buffer.write(told.stdout)
            sys.stdout.flush()


def home_of_data() -> Path:
    """Return where the office's data are."""
    return Path(os.environ.get("GUANJIA_HOME") or environment.ROOT / "var").absolute()


def closed(*words: str) -> int:
    """Run a command that starts no database, since it is about to change it as a whole."""
    given = os.environ.get("DATABASE_URL", "")
    variables = House(home_of_data(), given, given, given).variables()
    variables["GUANJIA_EMBEDDED"] = "" if given else "1"
    return environment.call([*DJANGO, *words], variables)


@contextmanager
def opened() -> Iterator[House]:
    """Open the house; what stands in the way is told in one line, and ends the program."""
    home = home_of_data()
    given = os.environ.get("DATABASE_URL")
    try:
        if given:
            from guanjia.core.embedded.borrowed import connect

            owner_url = os.environ.get("DATABASE_OWNER_URL") or given
            for url in {given, owner_url}:
                connect(url).close()
            replication_url = os.environ.get("DATABASE_REPLICATION_URL") or owner_url
            yield House(home, given, owner_url, replication_url)
            return
        server = start(home)
        try:
            yield House(home, server.app_url, server.owner_url, server.admin_url, server)
        finally:
            server.stop()
    except EmbeddedServerError as problem:
        sys.exit(str(problem))
