"""``bin/guanjia demo``: a fictitious community with eighteen months of history."""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Sum

from guanjia.accounts.models import Community
from guanjia.core.calendar import business_date
from guanjia.core.money import yuan
from guanjia.demo.actions import make_demo
from guanjia.demo.office import CODE, NAME
from guanjia.estate.models import Unit
from guanjia.money.bills.models import OPEN_FEN, Bill
from guanjia.money.ledger.witness import together
from guanjia.money.payments.models import Receipt

_WIDTH = 30


class Command(BaseCommand):
    help = "建立演示社区“示例花园”：约 600 户、18 个月往来，人名号码均为虚构"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="已有任何项目时什么也不做")
        parser.add_argument("--seed", type=int, default=1, help="随机种子，相同则数据相同")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["if_empty"] and Community.objects.exists():
            return
        if Community.objects.filter(code=CODE).exists():
            raise CommandError(f"演示社区“{NAME}”已经有了")
        today = business_date(datetime.now(UTC))
        with together():
            community = make_demo(seed=options["seed"], today=today, progress=self._show)
        told = _figures(community)
        if options["json"]:
            self.stdout.write(json.dumps({"community": community.code, **told}))
        else:
            self.stdout.write(
                f"{community.name}：{told['units']} 个房号，{told['bills']} 笔费用共 {yuan(told['billed_fen'])} 元，"
                f"{told['receipts']} 张收据，未缴 {yuan(told['open_fen'])} 元"
            )

    def _show(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            full = _WIDTH * done // of
            bar = "█" * full + "░" * (_WIDTH - full)
            end = "\n" if done == of else ""
            self.stderr.write(f"\r\033[K建立{NAME} {bar} {done}/{of}", ending=end)
            self.stderr.flush()


def _figures(community: Community) -> dict[str, int]:
    bills = Bill.objects.filter(community=community)
    sums = bills.aggregate(billed=Sum("amount_fen"), owed=Sum(OPEN_FEN))
    return {
        "units": Unit.objects.filter(community=community).count(),
        "bills": bills.count(),
        "billed_fen": int(sums["billed"] or 0),
        "open_fen": int(sums["owed"] or 0),
        "receipts": Receipt.objects.filter(community=community).count(),
    }
