"""``bin/guanjia ledger_audit``: whether the books keep every law, whatever guarded them."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.accounts.models import Community
from guanjia.money.audit.books import community_named, snapshot
from guanjia.money.audit.checks import Verdict, audit


class Command(BaseCommand):
    help = "不依赖数据库的防护，重新核对账务的每一条规则；退出码 0 无误，1 有问题，2 用法不对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--community", metavar="NAME", help="只核对这个项目（名称或代码）")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            community = community_named(options["community"])
        except Community.DoesNotExist as unknown:
            raise CommandError(f"没有名为“{options['community']}”的项目", returncode=2) from unknown
        verdicts = []
        with snapshot():
            for verdict in audit(community):
                verdicts.append(verdict)
                if not options["json"]:
                    self._tell(verdict)
        broken = [verdict for verdict in verdicts if verdict.count]
        if options["json"]:
            report = {
                "community": community and community.name,
                "clean": not broken,
                "checks": [
                    {
                        "name": verdict.check.name,
                        "law": verdict.check.law,
                        "says": verdict.check.says,
                        "count": verdict.count,
                        "first": verdict.first,
                    }
                    for verdict in verdicts
                ],
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False, default=str))
        else:
            found = f"{len(broken)} 条不符，请先查明再继续收款" if broken else "账务无误"
            self.stdout.write(f"核对 {len(verdicts)} 条规则：{found}")
        if broken:
            sys.exit(1)

    def _tell(self, verdict: Verdict) -> None:
        check = verdict.check
        if not verdict.count:
            self.stdout.write(f"✓ {check.law} {check.says}")
            return
        self.stdout.write(f"✗ {check.law} {check.says}：{verdict.count} 处不符（{check.name}）")
        for row in verdict.first:
            self.stdout.write("    " + "  ".join(f"{name}={value}" for name, value in row.items()))
        if verdict.count > len(verdict.first):
            self.stdout.write(f"    ……另有 {verdict.count - len(verdict.first)} 处")
