"""``bin/guanjia drill``: bring a backup back, somewhere else, and see whether all is in it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from guanjia.core.backup import BackupError
from guanjia.core.backup.store import opened
from guanjia.core.embedded import EmbeddedServerError
from guanjia.upkeep import office
from guanjia.upkeep.drilling import drill
from guanjia.upkeep.models import Verdict
from guanjia.upkeep.telling import TellingCommand

BEHIND = 3


class Command(TellingCommand):
    help = "把最近的备份恢复到临时目录并核对，不影响正在用的系统；退出码 0 完好，3 能恢复但缺最近的，1 恢复不了"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("dir", nargs="?", type=Path, help="哪个备份，不写就是最近的")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            chosen = opened(options["dir"] or office.store().root)
            found = drill(*chosen, live=settings.DATABASE_URL, progress=self.progress)
        except (BackupError, EmbeddedServerError) as problem:
            raise CommandError(str(problem)) from problem
        lost = "" if found.lost_seconds is None else f"，恢复点差 {found.lost_seconds} 秒"
        more = f"：{found.says}" if found.says else ""
        self.tell(
            f"演练 {found.backup}：{found.get_verdict_display()}{lost}，用时 {found.seconds} 秒{more}",
            {
                "backup": found.backup,
                "verdict": found.verdict,
                "rpo_seconds": found.lost_seconds,
                "seconds": found.seconds,
                "says": found.says,
                "found": found.found,
                "at": datetime.now(UTC),
            },
            as_json=options["json"],
        )
        sys.exit({Verdict.WHOLE: 0, Verdict.BEHIND: BEHIND}.get(Verdict(found.verdict), 1))
