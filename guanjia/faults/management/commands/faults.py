"""``bin/guanjia faults``: an office under load, killed at random moments, and whether anything was lost."""

import json
import logging
import secrets
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guanjia.bench.ground import throwaway
from guanjia.faults.killing import Cycle, run

USAGE = 2
_SHOWN = 5


class Command(BaseCommand):
    help = "另起一个办公室边收款边随机断电式杀进程，核对有没有丢、重、错；退出码 0 没有，1 有，2 用法不对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cycles", type=int, default=20, help="杀几次，默认 20")
        parser.add_argument("--seed", type=int, help="同一个数重复同一串故障；默认随机，报告里会写")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["cycles"] < 1:
            raise CommandError("--cycles 应至少为 1", returncode=USAGE)
        seed = secrets.randbits(32) if options["seed"] is None else options["seed"]
        logging.disable(logging.INFO)
        done = []
        with throwaway() as ground:
            for cycle in run(ground, cycles=options["cycles"], seed=seed):
                done.append(cycle)
                if not options["json"]:
                    self._tell(cycle)
        broken = sum(len(cycle.faults) for cycle in done)
        acknowledged = sum(cycle.acknowledged for cycle in done)
        if options["json"]:
            told = {
                "seed": seed,
                "acknowledged": acknowledged,
                "unanswered": sum(cycle.unanswered for cycle in done),
                "faults": broken,
                "slowest_ready_again_s": round(max(cycle.seconds for cycle in done), 2),
                "cycles": [cycle.as_json() for cycle in done],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            verdict = f"{broken} 处不对" if broken else "一笔不丢，一笔不重"
            self.stdout.write(
                f"种子 {seed}：杀了 {len(done)} 次，答复过 {acknowledged} 笔，{verdict}；"
                f"最慢 {max(cycle.seconds for cycle in done):.1f} 秒恢复"
            )
        if broken:
            sys.exit(1)

    def _tell(self, cycle: Cycle) -> None:
        self.stdout.write(
            f"{'✗' if cycle.faults else '✓'} {cycle.number} 杀{cycle.victim.label}："
            f"答复 {cycle.acknowledged} 笔，没有答复 {cycle.unanswered} 笔（其中已入账 {cycle.committed} 笔），"
            f"{cycle.seconds:.1f} 秒恢复"
        )
        for fault in cycle.faults[:_SHOWN]:
            self.stdout.write(f"    {fault}")
        if len(cycle.faults) > _SHOWN:
            self.stdout.write(f"    ……另有 {len(cycle.faults) - _SHOWN} 处")
