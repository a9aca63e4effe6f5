"""``python -m guanjia.config.keeping``: keeps the backups going. ``bin/run`` starts it and keeps it alive.

It runs all day beside the others, so it loads no Django: the settings are a module like any other.
"""

import logging.config
import signal
import sys
from types import FrameType

from guanjia.config import settings
from guanjia.core.backup import BackupError
from guanjia.core.backup.keeper import Keeper, backup_command
from guanjia.core.backup.receiver import APPLICATION, slot_name
from guanjia.core.backup.source import Source
from guanjia.core.backup.store import Store
from guanjia.core.embedded import EmbeddedServerError
from guanjia.core.embedded.binaries import find_binaries
from guanjia.core.embedded.waiting import Waiting


def main() -> None:
    """Keep on until told to stop."""
    logging.config.dictConfig(settings.LOGGING)
    place = (settings.HOME / "database").resolve()
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    try:
        data = place / "data" if settings.EMBEDDED else settings.HOME / "no data of ours"
        waiting = Waiting(place, settings.REPLICATION_URL, APPLICATION)
        Keeper(
            source=Source(settings.REPLICATION_URL, find_binaries(data)),
            store=Store(settings.BACKUPS),
            slot=slot_name(str(settings.DATABASES["default"]["NAME"])),
            files=settings.MEDIA_ROOT,
            waiting=waiting if settings.EMBEDDED else None,
            backup_command=backup_command(),
        ).keep(done=lambda: bool(told))
    except (BackupError, EmbeddedServerError, OSError) as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
