"""Imports of register workbooks, and how a community's own headings are to be read."""

import base64
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.sealing.fields import SealedTextField
from guanjia.onboarding.states import ImportKind, ImportStatus


class Import(CommunityModel):
    """One workbook, of a register or of opening balances: what it would do or has done.

    The file holds personal numbers, so it is sealed, and forgotten a week after it came.
    """

    kind = models.CharField(
        max_length=10,
        choices=ImportKind.choices(),
        default=ImportKind.REGISTER.value,
        db_default=ImportKind.REGISTER.value,
    )
    file_name = models.CharField("文件名", max_length=200)
    file_hash = models.CharField("SHA-256", max_length=64)
    content = SealedTextField(purpose="import.content", null=True, editable=False)  # base64
    status = models.CharField("状态", max_length=20, choices=ImportStatus.choices())
    report = models.JSONField("结果", encoder=DjangoJSONEncoder)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField("时间")

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "at"], name="onboarding_import_at"),
            models.Index(
                fields=["at"],
                condition=models.Q(content__isnull=False),
                name="onboarding_import_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file(self) -> bytes | None:
        """The workbook as it came, while it is kept."""
        return base64.b64decode(self.content) if self.content else None


class ColumnMapping(CommunityModel):
    """What a heading means in this community, chosen on screen: a field, or '' for none."""

    table = models.CharField(max_length=20)
    heading = models.CharField(max_length=100)  # as compared, see matching.heading_key
    field = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "table", "heading"], name="onboarding_mapping_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
