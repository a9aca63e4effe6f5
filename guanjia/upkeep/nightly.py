"""The nightly audit: every community's books, whatever guards them, and what it found is kept."""

from datetime import datetime, timedelta

from guanjia.accounts.models import Community
from guanjia.core.calendar import SHANGHAI
from guanjia.money.audit.books import snapshot
from guanjia.money.audit.checks import audit
from guanjia.upkeep.models import AuditRun, Drill

HOUR = 3  # o'clock; an office that is switched off then is audited as soon as it is on
DRILL_EVERY = timedelta(days=7)
DRILL_AT_LEAST = timedelta(days=8)
QUIET_HOURS = range(6)


def audit_is_due(community: Community, now: datetime) -> bool:
    """Tell whether the books have not been audited since last night's hour."""
    local = now.astimezone(SHANGHAI)
    tonight = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    last = tonight if local >= tonight else tonight - timedelta(days=1)
    return not AuditRun.objects.filter(community=community, at__gte=last).exists()


def drill_is_due(now: datetime) -> bool:
    """Tell whether the backups should be tried: a week after the last time, at night if the office is on then."""
    last = Drill.objects.order_by("at").values_list("at", flat=True).last()
    if last is None:
        return True
    age = now - last
    at_night = now.astimezone(SHANGHAI).hour in QUIET_HOURS
    return age >= (DRILL_EVERY if at_night else DRILL_AT_LEAST)


def audit_community(community: Community, at: datetime) -> AuditRun:
    """Audit one community's books, from one unmoving view of them, and keep what was found."""
    with snapshot():
        verdicts = list(audit(community))
    return AuditRun.objects.create(
        community=community,
        at=at,
        checks=len(verdicts),
        faults=sum(verdict.count for verdict in verdicts),
        findings=[
            {
                "name": verdict.check.name,
                "law": verdict.check.law,
                "says": verdict.check.says,
                "count": verdict.count,
                "first": verdict.first,
            }
            for verdict in verdicts
            if verdict.count
        ],
    )


def audit_all(at: datetime) -> list[AuditRun]:
    """Audit those communities whose night it is."""
    due = [c for c in Community.objects.order_by("pk") if audit_is_due(c, at)]
    return [audit_community(community, at) for community in due]
