"""What becomes of an opening: the two names under its trial balance, or its withdrawal."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.money.bills.models import Opening
from guanjia.money.ledger.models import Entry
from guanjia.money.opening.states import OpeningState, Part, state_of


class Signature(CommunityModel):
    """A name under the trial balance; 制表 and 复核 are two people."""

    db_privileges = APPEND_ONLY

    opening = CommunityForeignKey(Opening, related_name="signatures", db_index=False)
    part = models.CharField(max_length=10, choices=Part.choices())
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "opening", "part"], name="opening_signed_once"
            ),
            models.UniqueConstraint(
                fields=["community", "opening", "by"], name="opening_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.by_id}"


class Withdrawal(CommunityModel):
    """An opening taken back whole by its mirror, before anything was paid on it; ``entry`` None where it posted none."""

    db_privileges = APPEND_ONLY

    opening = CommunityForeignKey(Opening, related_name="withdrawals", db_index=False)
    entry = CommunityForeignKey(Entry, null=True, related_name="+", db_index=False)
    reason = models.CharField("原因", max_length=200)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "opening"], name="opening_withdrawn_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="opening_withdrawn_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


def latest_of(community_id: int) -> Opening | None:
    """Return the community's latest opening, standing or withdrawn, with who posted it."""
    rows = Opening.objects.filter(community=community_id).select_related("by", "community")
    return rows.order_by("-pk").first()


def state(opening: Opening) -> OpeningState:
    """Read how far ``opening`` has come: two statements."""
    of = {"community": opening.community_id, "opening": opening}
    parts = frozenset(Signature.objects.filter(**of).values_list("part", flat=True))
    return state_of(withdrawn=Withdrawal.objects.filter(**of).exists(), parts=parts)
