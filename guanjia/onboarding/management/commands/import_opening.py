"""Posting an office's opening balances from a workbook."""

import json
import sys
import uuid
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guanjia.accounts.models import Community
from guanjia.core.money import yuan
from guanjia.core.refusal import Refused
from guanjia.core.request_id import request_id
from guanjia.onboarding.bulk import many_objects
from guanjia.onboarding.opening.actions import Outcome, import_opening

_USAGE = 2
_SHOWN = 20
_WORDS = {
    "posted": "已入账；请在页面“期初”里核对、签字",
    "same": "与已入账的期初数相同，什么也没有改变",
    "checked": "只作核对，没有写入",
}


class Command(BaseCommand):
    help = "导入期初：启用日之前的欠费、预存、押金和各收银台的下一张收据号（.xlsx，用本系统的期初模板）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="工作簿")
        parser.add_argument("--community", required=True, help="项目名称")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    @many_objects()
    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as fault:
            raise CommandError(f"打不开 {file}：{fault.strerror}", returncode=_USAGE) from fault
        community = Community.objects.filter(name=options["community"]).first()
        if community is None:
            raise CommandError(f"没有项目“{options['community']}”", returncode=_USAGE)
        request_id.set(uuid.uuid4().hex)
        told: dict[str, Any] = {"file": file.name, "community": community.name}
        try:
            outcome = import_opening(
                community=community,
                content=content,
                file_name=file.name,
                dry_run=options["dry_run"],
                by=None,
                at=datetime.now(UTC),
            )
            told |= {"status": _status(outcome)} | outcome.examined.report()
            refusal = outcome.refusal
        except Refused as refused:
            told["status"], refusal = "refused", refused.refusal
        if refusal is not None:
            told |= {"reason": refusal.reason, "remedy": refusal.remedy}
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self._tell(told)
        if refusal is not None:
            sys.exit(1)

    def _tell(self, told: dict[str, Any]) -> None:
        say = self.stdout.write
        for item in told.get("items", ()):
            say(f"欠费 {item['item']}：{item['count']} 笔，{yuan(item['fen'])} 元")
        if told.get("prepayments"):
            say(f"预存：{told['prepayments']} 份，{yuan(told['prepaid_fen'])} 元")
        if told.get("deposits"):
            say(f"押金：{told['deposits']} 笔，{yuan(told['deposits_fen'])} 元")
        for book in told.get("books", ()):
            say(f"收据号 {book['desk']}：从 {book['number']} 起")
        for finding in told.get("findings", ())[:_SHOWN]:
            word = "错误" if finding["severity"] == "error" else "提醒"
            say(
                f"{word} {finding['cell']} {finding['value']}：{finding['message']}。{finding['remedy']}"
            )
        if (more := len(told.get("findings", ())) - _SHOWN) > 0:
            say(f"还有 {more} 条；用 --json 可见前 500 条，在页面上导入可下载带“错误”列的原表")
        if "reason" in told:
            self.stderr.write(f"{told['reason']}。{told['remedy']}。")
        else:
            say(_WORDS[told["status"]])


def _status(outcome: Outcome) -> str:
    if outcome.refusal is not None:
        return "blocked"
    if outcome.opening is None:
        return "checked"
    return "posted" if outcome.is_new else "same"
