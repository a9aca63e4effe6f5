"""``bin/guanjia keys``: whether the keys are there and are this database's."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.core.sealing.keys import KEY_FILE, create, load
from guanjia.records.key_witness import key_fault, remember_key
from guanjia.records.models import KeyWitness


class Command(BaseCommand):
    help = "检查密钥文件；--create 在全新安装时生成（已有则不动）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--create", action="store_true", help="全新安装：生成密钥文件")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = settings.SECRETS_DIR / KEY_FILE
        if options["create"] and not path.exists() and not KeyWitness.objects.exists():
            create(settings.SECRETS_DIR)
            self.stdout.write(f"已生成密钥文件 {path}：请另外备份，不要和数据放在一起")
        if fault := key_fault():
            raise CommandError(fault)
        remember_key()
        if options["verbosity"]:
            ring = load(settings.SECRETS_DIR)
            self.stdout.write(f"密钥 {ring.current}，指纹 {ring.fingerprint}")
