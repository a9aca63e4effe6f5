"""The drill: a backup brought back to a throw-away place, audited, and compared with the living system."""

import shutil
import time
from datetime import UTC, datetime

from django.conf import settings

from guanjia.core.backup.problem import BackupError
from guanjia.core.backup.replay import replayed
from guanjia.core.backup.retention import Proof
from guanjia.core.backup.store import Backup, Store
from guanjia.core.backup.taking import Progress
from guanjia.core.calendar import SHANGHAI
from guanjia.core.embedded import EmbeddedServerError
from guanjia.core.embedded.places import prepare
from guanjia.core.file_locks import exclusive
from guanjia.money.audit.books import snapshot
from guanjia.money.audit.heads import Heads, behind, heads, strange
from guanjia.upkeep.examining import Examined, examine
from guanjia.upkeep.models import Drill, Verdict


def drill(store: Store, backup: Backup, *, live: str, progress: Progress) -> Drill:
    """Bring ``backup`` back aside and compare it with ``live``, the living system's address; keep what was found.

    Everything that the living system had acknowledged when the drill began must be in it.
    """
    at, started = datetime.now(UTC), time.monotonic()
    with snapshot():
        before = heads()
    found = Drill(at=at, backup=backup.name)
    try:
        with exclusive(settings.HOME / "drill.lock"):
            _bring_back(found, store, backup, before, live=live, progress=progress)
    except (BackupError, EmbeddedServerError) as problem:
        found.verdict, found.says, found.found = Verdict.BROKEN, str(problem)[:500], {}
    found.seconds = round(time.monotonic() - started)
    backup.note(Proof.BAD if found.verdict == Verdict.BROKEN else Proof.GOOD, at)
    found.save(force_insert=True)
    return found


def _bring_back(
    found: Drill,
    store: Store,
    backup: Backup,
    before: Heads,
    *,
    live: str,
    progress: Progress,
) -> None:
    home = settings.HOME / "drill"
    places = prepare(home)
    try:
        with replayed(
            backup,
            store,
            root=places.root,
            user=places.user,
            like=live,
            throwaway=True,
            progress=progress,
        ) as aside:
            progress("核对账务")
            examined = examine(aside.url(live))
    finally:
        places.remove()
        shutil.rmtree(home, ignore_errors=True)
    found.verdict, found.says, found.lost_seconds, missing = _judge(
        before, examined, newest=aside.last_commit_at or backup.at, at=found.at
    )
    found.found = {
        "live": before.told(),
        "restored": examined.heads.told(),
        "broken": [{"name": c["name"], "count": c["count"]} for c in examined.broken],
        "missing": missing,
        "gap_after": aside.gap_after,
    }


def _judge(
    before: Heads, examined: Examined, *, newest: datetime, at: datetime
) -> tuple[Verdict, str, int, list[str]]:
    """Return the verdict, its words, how many seconds of work would be lost, and in which series."""
    missing = behind(before, examined.heads)
    if examined.unwitnessed:
        missing.append(f"witness: {examined.unwitnessed}")
    lost = max(0, int((at - newest).total_seconds())) if missing else 0
    faults = [check["says"] for check in examined.broken]
    if foreign := strange(examined.heads):
        faults.append(f"哈希链与正在用的系统不同（{'、'.join(foreign)}）")
    if faults:
        return Verdict.BROKEN, f"恢复出来的账核对不上：{'；'.join(faults)}"[:500], lost, missing
    if missing:
        until = newest.astimezone(SHANGHAI)
        return Verdict.BEHIND, f"只恢复到 {until:%Y-%m-%d %H:%M:%S} 为止", lost, missing
    return Verdict.WHOLE, "", lost, missing
