"""``bin/guanjia restore``: a backup takes the place of the office's data, once it has been looked over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from guanjia.core.backup import BackupError
from guanjia.core.backup.replay import choose
from guanjia.core.backup.store import opened
from guanjia.core.calendar import SHANGHAI
from guanjia.core.embedded import EmbeddedServerError
from guanjia.upkeep.restoring import Restoring, restore
from guanjia.upkeep.telling import TellingCommand

USAGE = 2


class Command(TellingCommand):
    help = "用备份换下现在的数据库，先在一旁恢复、核对，旧的留着；退出码 0 已恢复，1 没有恢复、什么也没动，2 用法不对"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("dir", type=Path, help="备份目录，或其中的一份备份")
        parser.add_argument("--until", metavar="TIME", help="恢复到这个时刻，如 2026-12-01T09:30")
        parser.add_argument("--keys", metavar="DIR", type=Path, help="密钥备份，新机器上要写")
        parser.add_argument(
            "--into", metavar="DIR", type=Path, help="只恢复到这个空目录，不换下现在的"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        until = _moment(options["until"])
        if not settings.EMBEDDED and not options["into"]:
            raise CommandError(
                "数据库是您自己的服务器，请用 --into 恢复出一个数据目录，再交给管数据库的人换上",
                returncode=USAGE,
            )
        try:
            store, newest = opened(options["dir"])
            done = restore(
                store,
                choose(store, newest, until),
                until=until,
                keys=options["keys"],
                into=options["into"],
                progress=self.progress,
            )
        except (BackupError, EmbeddedServerError) as problem:
            raise CommandError(str(problem)) from problem
        self.tell(_words(done), done.report(), as_json=options["json"])


def _words(done: Restoring) -> str:
    upto = done.last_commit_at or done.backup.at
    lines = [
        f"已恢复备份 {done.backup.name}，到 {upto.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 为止"
    ]
    if done.gap_after:
        lines.append(f"日志在 {done.gap_after} 之后断了，再往后的恢复不了")
    if done.broken:
        lines.append("账务有不符，启动后先查明再收款：" + "；".join(done.broken))
    if done.unwitnessed:
        lines.append(
            f"外部见证记着的 {done.unwitnessed} 张收据不在恢复出来的账里：启动后收款先停，"
            "请主任或财务在“见证核对”里确认，号码不会重用"
        )
    if done.kept:
        lines.append(f"换下的旧数据在 {done.kept}，确认无误后可删除")
    return "\n".join(lines)


def _moment(typed: str | None) -> datetime | None:
    """Return the moment, local time unless it says otherwise. Raises CommandError."""
    if typed is None:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as wrong:
        raise CommandError(
            f"看不懂时刻 {typed}，请写成 2026-12-01T09:30", returncode=USAGE
        ) from wrong
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if moment > datetime.now(UTC):
        raise CommandError(f"{typed} 还没有到", returncode=USAGE)
    return moment
