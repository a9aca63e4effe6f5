"""Where this office's database, backups and belongings are, from the settings."""

from pathlib import Path

from django.conf import settings

from guanjia.core.backup.problem import BackupError
from guanjia.core.backup.source import Source
from guanjia.core.backup.store import Store
from guanjia.core.backup.taking import Belongings
from guanjia.core.embedded.binaries import find_binaries


def place() -> Path:
    """Return the embedded server's folder."""
    return (settings.HOME / "database").resolve()


def source() -> Source:
    """Return the server to copy. Raises BackupError in a process that may not."""
    if not settings.REPLICATION_URL:
        raise BackupError("请用 bin/guanjia 运行这个命令（run it through bin/guanjia）")
    data = place() / "data" if settings.EMBEDDED else settings.HOME / "no data of ours"
    return Source(settings.REPLICATION_URL, find_binaries(data))


def store() -> Store:
    """Return the folder of backups."""
    return Store(settings.BACKUPS)


def belongings() -> Belongings:
    """Return what there is besides the database."""
    beside = (settings.HOME / "calendar", place() / "local.conf")
    return Belongings(Path(settings.MEDIA_ROOT), settings.SECRETS_DIR, beside)
