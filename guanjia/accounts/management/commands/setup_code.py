"""``bin/guanjia setup_code``: the code that opens the first-run wizard."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from guanjia.accounts.first_run import is_open, setup_code


class Command(BaseCommand):
    help = "打印初次安装向导的地址和安装码（还没有任何账号时）"

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not is_open():
            raise CommandError("系统已经有账号，初次安装向导已关闭")
        self.stdout.write(f"初次安装：{settings.PUBLIC_URL}{reverse('accounts:setup')}")
        self.stdout.write(f"安装码：{setup_code()}")
