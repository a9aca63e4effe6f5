"""Looking a restored server over: its tables brought to this version, its books audited, its heads read."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

from guanjia.core.backup.problem import BackupError
from guanjia.money.audit.heads import Heads
from guanjia.money.audit.witnessed import WITNESSED

_DJANGO = [sys.executable, "-P", "-m", "django"]
_OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a restored database."""

    broken: list[dict[str, Any]]  # the checks of the audit that are broken
    unwitnessed: int  # receipts that the witness knows and this copy lacks
    heads: Heads


def examine(url: str) -> Examined:
    """Look over the database at ``url``, a server of our own aside. Raises BackupError when it can't be read."""
    _run(_as_owner(url), "migrate", "--no-backup", "--verbosity=0")
    report = json.loads(_run(url, "ledger_audit", "--json", fine=(0, 1)))
    _run(url, "keys", "--verbosity=0")
    broken = [check for check in report["checks"] if check["count"]]
    unwitnessed = sum(check["count"] for check in broken if check["name"] == WITNESSED)
    broken = [check for check in broken if check["name"] != WITNESSED]
    return Examined(broken, unwitnessed, Heads(**json.loads(_run(url, "ledger_heads", "--json"))))


def _as_owner(url: str) -> str:
    """Return the address of the owner's login; a server aside asks nobody for a password."""
    with closing(psycopg.connect(url, autocommit=True)) as line:
        (owner,) = line.execute(_OWNER).fetchone() or ("",)
    parts = urlsplit(url)
    return parts._replace(netloc=f"{owner}@").geturl()


def _run(url: str, *words: str, fine: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(
        [*_DJANGO, *words],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in fine:
        said = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise BackupError(f"恢复出来的数据库核对不了（{words[0]}）：{said}")
    return done.stdout
