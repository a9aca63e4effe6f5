"""Bring a home up to date: what every start of the program does first, as the tables' owner."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from guanjia.core.sealing.keys import KeysMissingError, create, load


class Command(BaseCommand):
    help = "迁移数据库、收集静态文件，全新安装时生成密钥"

    def handle(self, *_args: Any, **_options: Any) -> None:
        untouched = not MigrationRecorder(connection).applied_migrations()
        try:
            load(settings.SECRETS_DIR)
        except KeysMissingError as missing:
            # Data without their keys must never be given new ones in silence.
            if not untouched:
                raise CommandError(str(missing)) from missing
            create(Path(settings.SECRETS_DIR))
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
