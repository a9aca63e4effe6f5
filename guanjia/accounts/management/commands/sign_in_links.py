"""``bin/guanjia sign_in_links``: one-time links into demonstration communities, on this machine only."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanjia.accounts.links import make_link
from guanjia.accounts.models import Grant
from guanjia.accounts.permissions import ROLE_LABELS, Role


class Command(BaseCommand):
    help = "为演示项目的每个角色打印一个一次性登录链接（只在本机有效，24 小时）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        if urlsplit(settings.PUBLIC_URL).hostname not in settings.LOOPBACK_HOSTS:
            raise CommandError("一次性登录链接只在本机网址（127.0.0.1、localhost）下提供")
        held = Grant.objects.filter(
            community__is_demo=True, revoked_at=None, user__is_active=True
        ).select_related("community", "user")
        first = {(g.community.name, Role(g.role)): g.user for g in held.order_by("-pk")}
        order = list(ROLE_LABELS)
        now = timezone.now()
        links = [
            {"community": place, "role": role, "link": make_link(user, at=now)}
            for (place, role), user in sorted(
                first.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
            )
        ]
        if options["json"]:
            self.stdout.write(json.dumps(links, ensure_ascii=False))
            return
        for link in links:
            self.stdout.write(
                f"{link['community']} {ROLE_LABELS[Role(link['role'])]}：{link['link']}"
            )
