"""``bin/guanjia appoint_approver``: a second person for an office where nobody is left to confirm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from guanjia.accounts.access import community_named
from guanjia.accounts.appointing import appoint_approver
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import APPROVING, ROLE_LABELS, Role
from guanjia.core.refusal import Refused
from guanjia.records.actions import journal

USAGE = 2


class Command(BaseCommand):
    help = (
        "没有人能确认申请时，在服务器上指定一位主任或系统管理员，并留下记录；"
        "退出码 0 已指定，1 被拒绝，2 用法不对"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("staff_no", metavar="STAFFNO", help="工号，要已有账号")
        parser.add_argument("--community", metavar="NAME", required=True, help="项目名称或代码")
        parser.add_argument("--role", choices=sorted(APPROVING), default=Role.DIRECTOR.value)
        parser.add_argument("--reason", required=True, help="为什么，例如“原主任离职”")

    @transaction.atomic
    def handle(self, *_args: Any, **options: Any) -> None:
        role, now, reason = Role(options["role"]), timezone.now(), options["reason"].strip()
        if not reason:
            raise CommandError("请写明原因", returncode=USAGE)
        try:
            place = community_named(options["community"])
            user = User.objects.get_by_natural_key(options["staff_no"])
        except Community.DoesNotExist as unknown:
            raise CommandError(f"没有项目“{options['community']}”", returncode=USAGE) from unknown
        except User.DoesNotExist as unknown:
            raise CommandError(f"没有工号 {options['staff_no']}", returncode=USAGE) from unknown
        try:
            grant = appoint_approver(user=user, community=place, role=role, at=now)
        except Refused as refused:
            raise CommandError(str(refused.refusal)) from refused
        journal(
            community=place,
            by=None,
            at=now,
            action="approver.appoint",
            subject=grant,
            after={"user": user.pk, "role": role},
            reason=reason[:500],
        )
        self.stdout.write(
            f"已指定 {user.name}（{user.staff_no}）为{place.name}的{ROLE_LABELS[role]}。"
            "账号记录和操作日志里都写明是在服务器上指定的"
        )
