"""Rules by which something is taken off charges, and the units they are granted to."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Unit, at_one_time, same
from guanjia.money.discounts.rules import WHOLE_BP, DiscountKind, Share
from guanjia.money.discounts.states import STANDING, DiscountState
from guanjia.money.ledger.models import LARGEST_FEN, RequestKey
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.models import Attachment

_S = DiscountState


class Reviewed(CommunityModel):
    """What one person asks for and another approves: of a row only its state, its decision and its end ever move.

    ``closing`` is why it was withdrawn, or ended by ``closed_by``; ended, its last day moves to an earlier one.
    """

    db_privileges = (
        *APPEND_ONLY,
        "UPDATE (state, ends_on, decided_by_id, decided_at, decision, closed_by_id, closed_at, closing)",
    )

    begins_on = models.DateField("起始日")
    ends_on = models.DateField("截止日", null=True)  # the last day; None for open
    evidence = models.CharField("依据", max_length=200)
    attachment = CommunityForeignKey(Attachment, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_S.choices(), default=_S.REQUESTED.value)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decision = models.CharField(max_length=200, blank=True, db_default="")  # why it was refused
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    closing = models.CharField(max_length=200, blank=True, db_default="")

    class Meta:
        abstract = True
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~Q(evidence="") & (Q(ends_on=None) | Q(ends_on__gte=F("begins_on"))),
                name="%(class)s_asked_for",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_S.REQUESTED, _S.WITHDRAWN], decided_by=None)
                & Q(decided_at=None, decision="")
                | Q(state__in=[_S.APPROVED, _S.ENDED, _S.REFUSED])
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="%(class)s_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=_S.REFUSED) | ~Q(decision=""), name="%(class)s_refusal_told"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_S.ENDED, _S.WITHDRAWN], closed_by__isnull=False)
                & Q(closed_at__isnull=False)
                & ~Q(closing="")
                | Q(state__in=[_S.REQUESTED, _S.APPROVED, _S.REFUSED], closed_by=None)
                & Q(closed_at=None, closing=""),
                name="%(class)s_closed",
            ),
        ]


class DiscountRule(Reviewed):
    """What is taken off which items' charges: ``share_bp`` basis points, or ``monthly_fen`` fen a month.

    Approved, it is granted to units one by one; ended, it takes nothing off for any day after its last.
    """

    kind = models.CharField("种类", max_length=10, choices=DiscountKind.choices())
    name = models.CharField("规则名称", max_length=40)
    share_bp = models.PositiveIntegerField(null=True)
    monthly_fen = models.BigIntegerField(null=True)

    class Meta(Reviewed.Meta):
        constraints: ClassVar[list[Any]] = [
            *Reviewed.Meta.constraints,
            models.UniqueConstraint(
                fields=["community", "name"],
                condition=Q(state__in=[_S.REQUESTED, _S.APPROVED]),
                name="discounts_rule_name",
            ),
            models.CheckConstraint(
                condition=Q(share_bp__gt=0, share_bp__lte=WHOLE_BP, monthly_fen=None)
                | Q(share_bp=None, monthly_fen__gt=0, monthly_fen__lte=LARGEST_FEN),
                name="discounts_rule_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def share(self) -> Share:
        """What it takes off."""
        return Share(self.share_bp, self.monthly_fen)


class DiscountItem(CommunityModel):
    """A charge item that a rule takes something off; they are named with the rule and stay."""

    db_privileges = APPEND_ONLY

    rule = CommunityForeignKey(DiscountRule, related_name="items", db_index=False)
    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "rule", "item"], name="discounts_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.item_id}"


class DiscountGrant(Reviewed):
    """A rule granted to a unit for some days, on the applicant's written notice and what was seen.

    One grant of a rule a unit and day, those waiting for approval included.
    """

    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)
    rule = CommunityForeignKey(DiscountRule, related_name="grants", db_index=False)
    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    applicant = models.CharField("申请人", max_length=60)
    noticed_on = models.DateField("书面申请日")

    class Meta(Reviewed.Meta):
        constraints: ClassVar[list[Any]] = [
            *Reviewed.Meta.constraints,
            models.UniqueConstraint(
                fields=["community", "request_key"], name="discounts_grant_key"
            ),
            models.CheckConstraint(condition=~Q(applicant=""), name="discounts_grant_applicant"),
            ExclusionConstraint(
                name="discounts_grant_one_at_a_time",
                expressions=[same("community"), same("unit"), same("rule"), at_one_time()],
                condition=Q(state__in=list(STANDING)),
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="discounts_grants_of_unit"),
            models.Index(fields=["community", "rule"], name="discounts_grants_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.rule_id} {self.begins_on}"

    @property
    def last_on(self) -> date | None:
        """The last day on which it takes anything off: its own, or its rule's where that is earlier."""
        days = [day for day in (self.ends_on, self.rule.ends_on) if day]
        return min(days, default=None)
