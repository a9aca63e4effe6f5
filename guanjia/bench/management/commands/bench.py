"""``bin/guanjia bench NAME``: how fast the product is beside a bare yardstick, in the same run."""

import importlib
import json
import logging
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.bench.ground import throwaway

USAGE = 2
# By name, the module: "import" is no name for one.
BENCHES = {
    "billing": "billing",
    "payments": "payments",
    "household": "household",
    "arrears": "arrears",
    "desk-under-billing": "desk_under_billing",
    "import": "workbook",
    "receipts": "receipts",
    "start": "start",
}
# Brings its own server, and has no units.
ON_ITS_OWN = "start"


class Command(BaseCommand):
    help = "在用完即删的数据库里，与裸 SQL 轮流运行并报告比值"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=BENCHES)
        parser.add_argument("--units", type=int, help="户数")
        parser.add_argument("--turns", type=int, help="轮数")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        bench = importlib.import_module(f"guanjia.bench.{BENCHES[options['name']]}")
        asked = {name: options[name] for name in ("units", "turns") if options[name]}
        alone = options["name"] == ON_ITS_OWN
        if alone and options["units"]:
            raise CommandError("start 没有户数可选，请去掉 --units", returncode=USAGE)
        figures = []
        logging.disable(logging.INFO)  # each request's line, from requests made in this process
        with nullcontext() if alone else throwaway() as ground:
            for figure in bench.run(*filter(None, [ground]), **asked):
                figures.append(figure.as_json())
                if not options["json"]:
                    self.stdout.write(_line(figures[-1]))
        if options["json"]:
            told = {"bench": options["name"], **asked, "figures": figures}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))


def _line(told: dict[str, Any]) -> str:
    spread = (
        f"（{told['low']:g}–{told['high']:g}，{told['turns']} 轮）" if told["turns"] > 1 else ""
    )
    goal = f"　目标 {told['goal']}：{told['verdict']}" if told["goal"] else ""
    return f"{told['name']}：{told['median']:g}{told['unit']}{spread}{goal}"
