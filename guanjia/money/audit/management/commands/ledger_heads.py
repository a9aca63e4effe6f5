"""``bin/guanjia ledger_heads``: where each series of the books stands."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from guanjia.money.audit.books import snapshot
from guanjia.money.audit.heads import heads


class Command(BaseCommand):
    help = "各收银台的末号、各项目的分录数和日志数，供核对备份"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        with snapshot():
            found = heads()
        if options["json"]:
            self.stdout.write(json.dumps(found.told()))
            return
        for name, series in found.counts.items():
            for key, number in sorted(series.items()):
                self.stdout.write(f"{name} {key} {number}")
        for chain, (position, digits) in found.chains.items():
            self.stdout.write(f"chain {chain} {position} {digits}")
