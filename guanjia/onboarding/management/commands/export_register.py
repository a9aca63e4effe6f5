"""Carrying a register out into a workbook."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guanjia.accounts.models import Community, User
from guanjia.core.refusal import Refused
from guanjia.onboarding.export import export_register

_USAGE = 2


class Command(BaseCommand):
    help = "把房屋登记导出成本系统模板；电话和证件号默认脱敏"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--community", required=True, help="项目名称")
        parser.add_argument("--out", required=True, type=Path, help="写到哪个文件")
        parser.add_argument("--reveal-reason", default="", help="导出完整号码的理由，逐人留痕")
        parser.add_argument("--by", default="", help="经办人工号；导出完整号码时必填")

    def handle(self, *_args: Any, **options: Any) -> None:
        name, staff_no = options["community"], options["by"]
        community = Community.objects.filter(name=name).first()
        if community is None:
            raise CommandError(f"没有项目“{name}”", returncode=_USAGE)
        by = User.objects.by_login(staff_no) if staff_no else None
        if staff_no and by is None:
            raise CommandError(f"没有工号 {staff_no}", returncode=_USAGE)
        try:
            content = export_register(
                community=community,
                by=by,
                at=datetime.now(UTC),
                reveal_reason=options["reveal_reason"],
            )
        except Refused as refused:
            raise CommandError(str(refused.refusal), returncode=_USAGE) from refused
        try:
            options["out"].write_bytes(content)
        except OSError as fault:
            raise CommandError(f"写不了 {options['out']}：{fault.strerror}") from fault
        self.stdout.write(f"已导出到 {options['out']}")
