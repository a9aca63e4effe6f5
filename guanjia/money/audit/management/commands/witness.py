"""``bin/guanjia witness``: whether the books have everything that the witness outside them knows."""

import json
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from guanjia.money.audit.books import snapshot
from guanjia.money.audit.witnessed import witness_check

_FAULTS = {"lost": "账里没有", "different": "账里的哈希不同"}


class Command(BaseCommand):
    help = "把账和数据库外的见证逐号核对；退出码 0 相符，1 不符"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        with snapshot():
            check = witness_check(None)
            known = sum(map(len, check.heard.values()))
            found = list(check.faults(None))
        if options["json"]:
            self.stdout.write(json.dumps({"known": known, "faults": found}, ensure_ascii=False))
        elif found or options["verbosity"]:
            self._tell(known, found)
        if found:
            sys.exit(1)

    def _tell(self, known: int, found: list[dict[str, Any]]) -> None:
        counted = Counter((row["community_id"], row["series"], row["fault"]) for row in found)
        for (community, series, fault), count in sorted(counted.items()):
            numbers = [row["number"] for row in found if row["series"] == series]
            self.stdout.write(
                f"✗ 项目 {community} {series}：{count} 张收据{_FAULTS[fault]}，号码 {min(numbers)}–{max(numbers)}"
            )
        said = "收款先停，请在工作台的“见证核对”里查看" if found else "与账相符"
        self.stdout.write(f"见证记着 {known} 张收据：{said}")
