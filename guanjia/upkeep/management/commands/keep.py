"""``bin/guanjia keep``: the process that keeps the backups going; ``bin/run`` starts it."""

import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guanjia.core.backup import BackupError
from guanjia.core.backup.keeper import Keeper, backup_command
from guanjia.core.backup.receiver import slot_name
from guanjia.core.embedded import EmbeddedServerError
from guanjia.upkeep import office


class Command(BaseCommand):
    help = "不停地接收数据库日志、每天备份一次；bin/run 会运行它"

    def handle(self, *_args: Any, **_options: Any) -> None:
        told: list[int] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda number, _frame: told.append(number))
        try:
            keeper = Keeper(
                source=office.source(),
                store=office.store(),
                slot=slot_name(str(settings.DATABASES["default"]["NAME"])),
                files=Path(settings.MEDIA_ROOT),
                waiting=office.waiting(),
                backup_command=backup_command(),
            )
            keeper.keep(done=lambda: bool(told))
        except (BackupError, EmbeddedServerError, OSError) as problem:
            raise CommandError(str(problem)) from problem
