"""``bin/guanjia holidays``: the State Council's notice of a year's holidays, installed or shown."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.core.calendar import YearPlan, install, year_plan


class Command(BaseCommand):
    help = "装入一年的法定节假日安排，或用 --show 查看已有的"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="一年的安排，格式同自带的 2026.json")
        parser.add_argument("--show", type=int, metavar="YEAR", help="查看这一年的安排")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        if (options["file"] is None) == (options["show"] is None):
            raise CommandError("请给出一个节假日文件，或用 --show 年份")
        plan = self._installed(options["file"]) if options["file"] else year_plan(options["show"])
        if plan is None:
            raise CommandError(
                f"还没有 {options['show']} 年的节假日安排：国务院办公厅公布后，用 holidays 文件名 装入"
            )
        self.stdout.write(_as_json(plan) if options["json"] else _as_text(plan))

    def _installed(self, path: Path) -> YearPlan:
        folder = settings.HOME / "calendar"
        try:
            plan = install(path.read_text(encoding="utf-8-sig"), folder)
        except UnicodeDecodeError as fault:
            raise CommandError(f"{path} 不是 UTF-8 文本，请另存为 UTF-8 再试") from fault
        except (OSError, ValueError) as fault:
            raise CommandError(f"{path}：{fault}") from fault
        self.stderr.write(f"已装入 {folder / f'{plan.year}.json'}；更正已有年份的，请重启服务")
        return plan


def _as_json(plan: YearPlan) -> str:
    days = {
        "year": plan.year,
        "source": plan.source,
        "holidays": {day.isoformat(): name for day, name in sorted(plan.holidays.items())},
        "working_days": [day.isoformat() for day in sorted(plan.working_days)],
    }
    return json.dumps(days, ensure_ascii=False)


def _as_text(plan: YearPlan) -> str:
    lines = [f"{plan.year} 年（{plan.source}）"]
    for name in dict.fromkeys(plan.holidays.values()):
        days = sorted(day for day, holiday in plan.holidays.items() if holiday == name)
        lines.append(f"{name}\t{days[0]} 至 {days[-1]}，{len(days)} 天")
    lines.append("调休上班\t" + "、".join(map(str, sorted(plan.working_days))))
    return "\n".join(lines)
