"""``bin/guanjia backup``: a copy of everything, while the office works."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from guanjia.core.backup import BackupError
from guanjia.core.backup.retention import Why
from guanjia.core.backup.store import Store
from guanjia.core.backup.taking import take
from guanjia.core.embedded import EmbeddedServerError
from guanjia.upkeep import office
from guanjia.upkeep.telling import TellingCommand


class Command(TellingCommand):
    help = "备份数据库、附件和密钥，不用停机；退出码 0 已备份，1 没有备份成"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", metavar="DIR", type=Path, help="备份到哪个目录")
        parser.add_argument("--keys-to", metavar="DIR", type=Path, help="密钥另存到哪个目录")
        parser.add_argument(
            "--why", type=Why, choices=list(Why), default=Why.MANUAL, help="为什么备份"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        started = time.monotonic()
        store = Store(options["to"].absolute()) if options["to"] else office.store()
        key_store = (options["keys_to"] or settings.KEY_BACKUPS).absolute()
        try:
            made = take(
                source=office.source(),
                store=store,
                key_store=key_store,
                belongings=office.belongings(),
                why=options["why"],
                progress=self.progress,
            )
        except (BackupError, EmbeddedServerError) as problem:
            raise CommandError(str(problem)) from problem
        seconds = round(time.monotonic() - started, 1)
        self.tell(
            f"已备份到 {made.path}（{made.bytes >> 20} MB，{seconds} 秒）；密钥在 {key_store}",
            {"backup": str(made.path), "keys": str(key_store), "at": made.at, "seconds": seconds},
            as_json=options["json"],
        )
