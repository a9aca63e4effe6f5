"""What the nightly audits and the weekly drills have found: rows that are only ever added."""

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from guanjia.accounts.models import CommunityModel
from guanjia.core.database.privileges import APPEND_ONLY


class Verdict(models.TextChoices):
    """What a drill found."""

    WHOLE = "whole", "完好，一笔不缺"
    BEHIND = "behind", "能恢复，但缺最近的几笔"
    BROKEN = "broken", "恢复不了"


class Drill(models.Model):
    """One time a backup was really brought back and looked over."""

    db_privileges = APPEND_ONLY

    at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    backup = models.CharField(max_length=60, blank=True)  # its folder; '' when there was none
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    lost_seconds = models.PositiveIntegerField(null=True)  # RPO: work since then would be lost
    says = models.CharField(max_length=500, blank=True)
    found = models.JSONField(encoder=DjangoJSONEncoder)  # counts and ids, nothing personal

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["at"], name="upkeep_drill_at")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.verdict}"


class AuditRun(CommunityModel):
    """One night's audit of a community's books."""

    db_privileges = APPEND_ONLY

    at = models.DateTimeField()
    checks = models.PositiveSmallIntegerField()  # how many laws were looked at
    faults = models.PositiveIntegerField()  # how many places break one
    # Of each broken law its name, its words, how many places, and the first of them by their ids.
    findings = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "at"], name="upkeep_audit_at")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.faults}"
