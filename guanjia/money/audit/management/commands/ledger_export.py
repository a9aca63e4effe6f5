"""``bin/guanjia ledger_export``: the books in a format that other programs check."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.accounts.models import Community
from guanjia.money.audit.beancount import Directive, directives
from guanjia.money.audit.books import community_named, snapshot


class Command(BaseCommand):
    help = "导出全部分录，可用 bean-check 核对；退出码 0 成功，2 用法不对或文件写不了"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["beancount"], required=True, help="文件格式")
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="写到哪个文件")
        parser.add_argument("--community", metavar="NAME", help="只导出这个项目（名称或代码）")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        target: Path = options["out"]
        unfinished = target.with_name(f"{target.name}.part")
        written: Counter[Directive] = Counter()
        try:
            community = community_named(options["community"])
            with snapshot(), unfinished.open("w", encoding="utf-8", newline="\n") as file:
                for kind, text in directives(community):
                    file.write(text)
                    written[kind] += 1
            unfinished.replace(target)
        except Community.DoesNotExist as unknown:
            raise CommandError(f"没有名为“{options['community']}”的项目", returncode=2) from unknown
        except OSError as problem:
            raise CommandError(f"写不了 {target}：{problem.strerror}", returncode=2) from problem
        accounts, entries = written[Directive.OPEN], written[Directive.ENTRY]
        if options["json"]:
            report = {"file": str(target), "accounts": accounts, "entries": entries}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(f"已写出 {entries} 笔分录、{accounts} 个科目：{target}")
