"""Restoring: a backup brought back aside, looked over, and only then put in the place of the office's data."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from guanjia.core.backup.mirror import copy_file, mirror
from guanjia.core.backup.problem import BackupError, explain_os
from guanjia.core.backup.replay import Replayed, put_in_place, replayed
from guanjia.core.backup.store import Backup, Store
from guanjia.core.backup.taking import Progress
from guanjia.core.embedded.logins import APP, DATABASE
from guanjia.core.embedded.places import Places, ServiceUser, prepare
from guanjia.core.file_locks import exclusive, in_use
from guanjia.core.sealing.keys import KEY_FILE, KeysMissingError, load
from guanjia.upkeep.examining import Examined, examine


@dataclass(frozen=True, slots=True)
class Restoring:
    """What a restore has done."""

    backup: Backup
    last_commit_at: datetime | None
    gap_after: str
    broken: list[str]
    unwitnessed: int  # receipts that the witness knows and the restored books lack
    kept: Path | None  # the old data
    into: Path

    def report(self) -> dict[str, Any]:
        """Return what the command tells as JSON."""
        return {
            "backup": self.backup.name,
            "until": self.last_commit_at,
            "gap_after": self.gap_after,
            "broken": self.broken,
            "unwitnessed": self.unwitnessed,
            "kept": self.kept,
            "into": self.into,
        }


def restore(
    store: Store,
    backup: Backup,
    *,
    until: datetime | None,
    keys: Path | None,
    into: Path | None,
    progress: Progress,
) -> Restoring:
    """Restore ``backup``. Raises BackupError; until the last step nothing of the office's has changed.

    Books that do not agree are told and do not stop it: they may be the best that there is.
    """
    leases = settings.HOME / "leases"
    try:
        leases.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_while_open(leases)
        _fit_keys(backup, keys)
        home = prepare(settings.HOME)
        root = into.absolute() if into else home.root / "restoring"
        if into and root.exists() and any(root.iterdir()):
            raise BackupError(f"{root} 不是空目录（not empty）")
        done = _bring_back(store, backup, root, home.user, until, progress)
        kept = None
        if not into:
            with ExitStack() as stack:
                stack.enter_context(exclusive(leases / "lock"))
                _must_be_closed(leases)
                progress("换上")
                kept = put_in_place(Places(root, home.user), home, datetime.now(UTC))
            shutil.rmtree(root, ignore_errors=True)
        mirror(store.files, Path(settings.MEDIA_ROOT))
        _bring_beside(backup)
    except OSError as problem:
        raise explain_os(problem) from problem
    aside, examined = done
    return Restoring(
        backup=backup,
        last_commit_at=aside.last_commit_at,
        gap_after=aside.gap_after,
        broken=[f"{check['says']}（{check['count']} 处）" for check in examined.broken],
        unwitnessed=examined.unwitnessed,
        kept=kept,
        into=root,
    )


def _bring_back(
    store: Store,
    backup: Backup,
    root: Path,
    user: ServiceUser,
    until: datetime | None,
    progress: Progress,
) -> tuple[Replayed, Examined]:
    like = settings.DATABASE_URL if not settings.EMBEDDED else f"postgresql://{APP}@/{DATABASE}"
    with replayed(
        backup,
        store,
        root=root,
        user=user,
        like=like,
        until=until,
        throwaway=False,
        progress=progress,
    ) as aside:
        progress("核对账务")
        examined = examine(aside.url(like))
    return aside, examined


def _refuse_while_open(leases: Path) -> None:
    with exclusive(leases / "lock"):
        _must_be_closed(leases)


def _must_be_closed(leases: Path) -> None:
    if in_use(leases):
        raise BackupError(
            "程序还开着：请先停止 bin/run 和别的 bin/guanjia 命令，再恢复（the office is open; stop it first）"
        )


def _fit_keys(backup: Backup, keys: Path | None) -> None:
    """See that the keys open this backup; a new machine gets them from ``keys``, and nothing is overwritten."""
    secrets: Path = settings.SECRETS_DIR
    if keys and not (secrets / KEY_FILE).exists():
        folder = keys if (keys / KEY_FILE).exists() else max(keys.glob("[!.]*-*"), default=keys)
        for path in folder.iterdir():
            copy_file(path, secrets / path.name)
    if not backup.fingerprint:
        return
    try:
        ring = load(secrets)
    except KeysMissingError as missing:
        raise BackupError(f"{missing}。恢复到新机器时用 --keys 指明密钥备份") from missing
    if ring.fingerprint != backup.fingerprint or backup.seal_key not in ring.seal_keys:
        raise BackupError(
            f"密钥文件 {secrets / KEY_FILE} 打不开这份备份（指纹 {ring.fingerprint}，"
            f"应为 {backup.fingerprint}）：请换上配套的密钥文件（the keys do not fit）"
        )


def _bring_beside(backup: Backup) -> None:
    """Put back the holidays that were installed, where there are none."""
    calendar = backup.path / "beside" / "calendar"
    if calendar.exists() and not (settings.HOME / "calendar").exists():
        shutil.copytree(calendar, settings.HOME / "calendar")
