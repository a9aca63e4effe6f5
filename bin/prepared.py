"""Whether a home is just as this program last left it: then a start has nothing to migrate, collect or make.

A note in the home says which code prepared which database. Anything that differs, be it one file of the program,
one migration, a database restored in between or a key that is gone, and the start prepares as ever.
"""

import hashlib
import json
import os
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import environment
import psycopg

from guanjia.core.embedded.borrowed import connect

NOTE = "prepared.json"
# A database made anew or restored has tables of other numbers, whatever stands in them.
_DATABASE = """
SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), 'django_migrations'::regclass::oid,
    (SELECT md5(string_agg(app || '.' || name, ',' ORDER BY id)) FROM django_migrations),
    EXISTS (SELECT FROM accounts_community)
"""


@dataclass(frozen=True)
class State:
    """What a start looks at. ``database`` is empty where nothing was ever migrated."""

    code: str
    database: str
    has_communities: bool

    def is_noted(self, home: Path) -> bool:
        """Whether the last preparation in ``home`` ended in this very state."""
        try:
            noted = json.loads((home / NOTE).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return False
        collected = (home / "static" / "staticfiles.json").exists()
        return collected and bool(self.database) and noted == self._note()

    def note(self, home: Path) -> None:
        """Remember that ``home`` was prepared to this state."""
        half = home / f"{NOTE}.half"
        half.write_text(json.dumps(self._note()), encoding="ascii")
        half.replace(home / NOTE)

    def _note(self) -> dict[str, str]:
        return {"code": self.code, "database": self.database}


def state_of(home: Path, owner_url: str) -> State:
    """Look at the program's files, the keys' names and the database."""
    try:
        with closing(connect(owner_url)) as owner:
            *numbers, has_communities = owner.execute(_DATABASE).fetchone() or ("", False)
    except psycopg.errors.UndefinedTable:
        numbers, has_communities = [], False
    return State(_code(home), " ".join(map(str, numbers)), has_communities)


def _code(home: Path) -> str:
    """Return a sum over every file that takes part: its name, size and time."""
    secrets = Path(os.environ.get("GUANJIA_SECRETS") or home / "secrets")
    sum_ = hashlib.sha256(sys.version.encode())
    sum_.update((environment.ROOT / "requirements" / "run.lock").read_bytes())
    sum_.update("/".join(sorted(p.name for p in secrets.glob("*"))).encode())
    for folder, folders, files in os.walk(environment.ROOT / "guanjia"):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", "tests"})
        for name in sorted(files):
            path = os.path.join(folder, name)  # noqa: PTH118 - a thousand of them at every start
            told = os.stat(path)  # noqa: PTH116
            sum_.update(f"{path} {told.st_size} {told.st_mtime_ns}".encode())
    return sum_.hexdigest()
