"""What the workbench says of the books and the backups, in words that whoever answers for the office understands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as say

from guanjia.accounts.access import Standing
from guanjia.accounts.models import Community, User
from guanjia.accounts.permissions import Permission, Role
from guanjia.money.payments.witnessing import lost_receipts
from guanjia.upkeep import office
from guanjia.upkeep.condition import backup_condition
from guanjia.upkeep.models import AuditRun, Drill, Verdict

DRILL_IS_OLD = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the workbench; ``tone`` is "error" (red) or "" (amber)."""

    tone: str
    text: str


def notices_for(standing: Standing, now: datetime) -> list[Notice]:
    """Return what concerns everybody here, and to whoever minds the house what is to be minded."""
    found = list(_of_the_books(standing.community))
    if standing.may(Permission.COMMUNITY_MANAGE) or standing.may(Permission.LOSS_ACKNOWLEDGE):
        found += _of_the_house(now)
    return found


def last_audit(community: Community) -> AuditRun | None:
    """Return the latest night's audit."""
    return audits_of(community).first()


def audits_of(community: Community) -> QuerySet[AuditRun]:
    """Return the audits, newest first."""
    return AuditRun.objects.filter(community=community).order_by("-at")


def _of_the_books(community: Community) -> Iterator[Notice]:
    lost = lost_receipts(community)
    if lost:
        yield Notice(
            "error",
            say(
                "账里缺 %(count)s 张已经开出的收据，收款已暂停。请主任或财务在“核账与备份”里查看、确认。"
            )
            % {"count": sum(each.count for each in lost)},
        )
    run = last_audit(community)
    if run and run.faults:
        yield Notice(
            "error",
            say("%(when)s核账发现 %(count)s 处不一致。%(money)s请先查明，请联系%(who)s。")
            % {
                "money": "" if lost else say("收款可以继续，但"),
                "when": _when(run.at),
                "count": run.faults,
                "who": "、".join(_who_minds(community)) or say("系统维护人员"),
            },
        )


def _when(at: datetime) -> str:
    return date_format(localtime(at), "n月j日 H:i ")


def _who_minds(community: Community) -> list[str]:
    rows = User.objects.filter(
        is_active=True,
        grants__community=community,
        grants__role=Role.ADMINISTRATOR,
        grants__revoked_at=None,
    )
    return [say("系统管理员 %s") % name for name in rows.values_list("name", flat=True)[:2]]


def _of_the_house(now: datetime) -> Iterator[Notice]:
    backup = backup_condition(now)
    if backup.words:
        yield Notice("", backup.words + "。")
    drill: Drill | None = Drill.objects.order_by("-at").first()
    if drill and drill.verdict == Verdict.BROKEN:
        yield Notice("error", say("上次演练恢复不了备份：%s。请马上处理。") % drill.says)
    elif drill and now - drill.at > DRILL_IS_OLD:
        days = (now - drill.at).days
        yield Notice("", say("已经 %s 天没有演练过恢复备份，请让程序在夜里开着。") % days)


def house(community: Community) -> dict[str, Any]:
    """Return what the page of audits and backups shows."""
    return {
        "lost": lost_receipts(community),
        "audits": audits_of(community)[:14],
        "drills": Drill.objects.order_by("-at")[:8],
        "backups": list(reversed(office.store().backups()))[:14],
    }
