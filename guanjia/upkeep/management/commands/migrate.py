"""``bin/guanjia migrate``: Django's own, careful with a database that people work in."""

import shutil
import time
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from guanjia.core.backup import BackupError
from guanjia.core.backup.retention import Why
from guanjia.core.backup.taking import take
from guanjia.core.embedded import EmbeddedServerError
from guanjia.upkeep import office

TRIES = 30
PAUSE = 2.0  # seconds between tries
_LOCK_TIMEOUT = "2s"


class Command(Migrate):
    help = f"{Migrate.help} 有数据时先备份；等不到锁就让路，过一会儿再试。"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-backup", action="store_true", help="升级前不备份")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options.pop("no_backup", False) and _has_data() and _will_change():
            self._back_up()
        for left in reversed(range(TRIES)):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
                super().handle(*args, **options)
            except OperationalError as fault:
                connection.close()
                if not isinstance(fault.__cause__, psycopg.errors.LockNotAvailable) or not left:
                    raise CommandError(_explain(fault)) from fault
                self.stderr.write(
                    f"有人正在使用要升级的表，{PAUSE:.0f} 秒后再试（还有 {left} 次；tables are busy）"
                )
                time.sleep(PAUSE)
            else:
                return

    def _back_up(self) -> None:
        self.stderr.write("升级前先备份（a backup comes first）")
        try:
            made = take(
                source=office.source(),
                store=office.store(),
                key_store=settings.KEY_BACKUPS,
                belongings=office.belongings(),
                why=Why.UPGRADE,
                progress=lambda words: self.stderr.write(f"… {words}"),
            )
        except (BackupError, EmbeddedServerError) as problem:
            raise CommandError(
                f"升级前的备份没有做成，数据库没有动：{problem}"
                "。改好后再启动；一定要不备份就升级，请运行 bin/guanjia migrate --no-backup"
            ) from problem
        self.stderr.write(f"已备份到 {made.path}")


def _has_data() -> bool:
    """Tell whether somebody has worked here: then there is something to lose."""
    with connection.cursor() as cursor:
        if "accounts_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_user)")
        return bool(cursor.fetchone()[0])


def _will_change() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _explain(fault: OperationalError) -> str:
    """Return one line for what stopped a migration; what was begun has been rolled back."""
    if isinstance(fault.__cause__, psycopg.errors.LockNotAvailable):
        return "要升级的表一直有人在用，没有升级：请让大家退出，再启动一次（tables are busy）"
    if isinstance(fault.__cause__, psycopg.errors.DiskFull) or _disk_is_full():
        return (
            "数据库升级到一半，磁盘已满（the disk is full）："
            "做完的留着，没做完的退回了，清理后再启动即可"
        )
    return f"数据库升级失败：{str(fault).splitlines()[0]}"


def _disk_is_full() -> bool:
    """Tell whether the embedded server has no room: it goes down then, and the fault says only that."""
    return settings.EMBEDDED and shutil.disk_usage(office.place()).free < 2**24
