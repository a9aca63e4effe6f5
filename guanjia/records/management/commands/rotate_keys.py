"""``bin/guanjia rotate_keys``: a new key, and every sealed value under it."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.core.sealing.keys import add_key, load
from guanjia.records.key_witness import key_fault, remember_key
from guanjia.records.rotation import SealedColumn, sealed_columns

_WIDTH = 30


class Command(BaseCommand):
    help = "换用新密钥并重新加密全部证件号和电话；中断后再运行即从断处继续"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        if fault := key_fault():
            raise CommandError(fault)
        columns = list(sealed_columns())
        if resumed := any(column.old_count() for column in columns):
            ring = load(settings.SECRETS_DIR)
        else:
            ring = add_key(settings.SECRETS_DIR)
        remember_key()  # before any value rests on the new key alone
        done = {str(column): self._reseal(column) for column in columns}
        if options["json"]:
            result = {"key": ring.current, "resumed": resumed, "resealed": done}
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(f"密钥 {ring.current}：重新加密 {sum(done.values())} 个值")

    def _reseal(self, column: SealedColumn) -> int:
        total, done = column.old_count(), 0
        while batch := column.reseal_batch():
            done += batch
            if sys.stderr.isatty():
                bar = "█" * (done * _WIDTH // max(total, done))
                self.stderr.write(f"\r{column} {bar:<{_WIDTH}} {done}/{total}", ending="")
        if done and sys.stderr.isatty():
            self.stderr.write("")
        return done
