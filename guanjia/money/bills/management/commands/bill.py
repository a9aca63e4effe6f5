"""``bin/guanjia bill``: issue a month's bills; running it again adds only what is missing."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guanjia.accounts.access import community_named
from guanjia.accounts.models import Community
from guanjia.core.calendar import Month, business_date
from guanjia.core.money import yuan
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.preview import (
    Trouble,
    missed_before,
    preview_bills,
    units_without_tariff,
)
from guanjia.money.bills.rules import may_issue
from guanjia.money.tariffs.models import ChargeItem

USAGE = 2
_BAR = 24


class Command(BaseCommand):
    help = "为一个月出账，可以反复运行：只补还没出的；退出码 0 完成，1 没有收费项目，2 用法不对"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--community", metavar="NAME", required=True, help="项目名称或代码")
        parser.add_argument("--month", metavar="2026-12", required=True, help="账期起始的月份")
        parser.add_argument(
            "--item", metavar="NAME", action="append", help="只出这个收费项目，可重复"
        )
        parser.add_argument("--ahead", action="store_true", help="允许出下个月之后的账")
        parser.add_argument("--dry-run", action="store_true", help="只预览，不写入")
        parser.add_argument("--json", action="store_true", help="以 JSON 报告结果")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
            community = community_named(options["community"])
        except ValueError as wrong:
            raise CommandError(str(wrong), returncode=USAGE) from wrong
        except Community.DoesNotExist as unknown:
            raise CommandError(
                f"没有名为“{options['community']}”的项目", returncode=USAGE
            ) from unknown
        items = self._items(community, options["item"])
        verdict = may_issue(
            month, today=business_date(timezone.now()), ahead=options["ahead"] or options["dry_run"]
        )
        if not verdict:
            raise CommandError(str(verdict), returncode=USAGE)
        tell = self._preview if options["dry_run"] else self._issue
        report = {
            "community": community.name,
            "month": str(month),
            "dry_run": options["dry_run"],
            **tell(community, month, items),
        }
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._say(report)

    def _items(self, community: Community, names: list[str] | None) -> list[ChargeItem]:
        items = list(ChargeItem.objects.filter(community=community).order_by("position", "pk"))
        if not items:
            raise CommandError(f"{community.name} 还没有收费项目，请先建立收费标准")
        if unknown := set(names or ()) - {item.name for item in items}:
            known = "、".join(item.name for item in items)
            raise CommandError(
                f"没有收费项目“{'、'.join(sorted(unknown))}”，现有：{known}", returncode=USAGE
            )
        return [item for item in items if not names or item.name in names]

    def _issue(self, community: Community, month: Month, items: list[ChargeItem]) -> dict[str, Any]:
        made = []
        now = timezone.now()
        for batch in issue_bills(
            community=community, month=month, items=items, by=None, at=now, ahead=True
        ):
            made.append(batch)
            self._progress(len(made), len(items), batch.item.name)
        return _summed([(b.item.name, b.bill_count, b.total_fen, b.reduced_fen) for b in made])

    def _preview(
        self, community: Community, month: Month, items: list[ChargeItem]
    ) -> dict[str, Any]:
        previews = preview_bills(community=community, month=month, items=items)
        report = _summed(
            [(p.item.name, p.bill_count, p.total_fen, p.reduced_fen) for p in previews]
        )
        for item, preview in zip(report["items"], previews, strict=True):
            item["exceptions"] = {t.value: len(ids) for t, ids in preview.troubles.items()}
        missed = [
            {
                "item": gap.item.name,
                "month": str(gap.month),
                "bills": gap.bill_count,
                "total_fen": gap.total_fen,
            }
            for gap in missed_before(community=community, month=month, items=items)
        ]
        without = units_without_tariff(community=community)
        return {**report, "missed": missed, "units_without_tariff": len(without)}

    def _progress(self, done: int, of: int, name: str) -> None:
        if self.stderr.isatty():
            full = _BAR * done // of
            end = "\n" if done == of else ""
            bar = "█" * full + "░" * (_BAR - full)
            self.stderr.write(f"\r\033[K{bar} {done}/{of} {name}", ending=end)

    def _say(self, report: dict[str, Any]) -> None:
        verb = "将出账" if report["dry_run"] else "已出账"
        for item in report["items"]:
            line = f"{item['item']}：{verb} {item['bills']} 笔，{yuan(item['total_fen'])} 元"
            if item["reduced_fen"]:
                line += f"，减免 {yuan(item['reduced_fen'])} 元"
            for trouble, count in item.get("exceptions", {}).items():
                line += f"；{count} 户{Trouble(trouble).label}"
            self.stdout.write(line)
        for gap in report.get("missed", ()):
            self.stdout.write(
                f"{gap['item']} {gap['month']} 有 {gap['bills']} 笔没出过账，{yuan(gap['total_fen'])} 元；"
                f"用 --month {gap['month']} 补出"
            )
        if count := report.get("units_without_tariff"):
            self.stdout.write(f"另有 {count} 户{Trouble.NO_TARIFF.label}")
        total = f"{report['bills']} 笔，{yuan(report['total_fen'])} 元"
        if report["reduced_fen"]:
            total += f"，减免 {yuan(report['reduced_fen'])} 元"
        self.stdout.write(f"{report['community']} {report['month']} 合计 {total}")


def _summed(rows: list[tuple[str, int, int, int]]) -> dict[str, Any]:
    return {
        "bills": sum(count for _, count, *_ in rows),
        "total_fen": sum(total for *_, total, _ in rows),
        "reduced_fen": sum(off for *_, off in rows),
        "items": [
            {"item": name, "bills": count, "total_fen": total, "reduced_fen": off}
            for name, count, total, off in rows
        ],
    }
