"""Bills: what a unit owes for an item and a period, with what it was computed from."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from guanjia.accounts.models import Community, CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Party, Unit
from guanjia.money.ledger.models import LARGEST_FEN, Entry
from guanjia.money.tariffs.models import ChargeItem, TariffVersion


class BillRun(CommunityModel):
    """One batch of a monthly run: the bills of one item whose cycle starts in the month."""

    db_privileges = APPEND_ONLY

    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)
    month = models.DateField()  # its first day
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    bill_count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "month", "item"], name="bills_run_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.item}"


class BillQuerySet(models.QuerySet["Bill"]):
    """Reads of bills."""

    def open_of(self, community: Community, unit_ids: list[int]) -> "BillQuerySet":
        """Return the unpaid bills of these units, oldest first, with what their explanation needs."""
        rows = self.filter(community=community, unit__in=unit_ids, paid_fen__lt=F("amount_fen"))
        return rows.select_related("item", "tariff_version__tariff", "unit").order_by(
            "due_on", "item__position", "id"
        )


class Bill(CommunityModel):
    """An amount owed for one item and period. Once issued only ``paid_fen`` moves (the app login may touch no other).

    ``quantity`` m² or 1; length in months = ``months`` + ``part_days`` / ``part_base``.
    """

    db_privileges = (*APPEND_ONLY, "UPDATE (paid_fen)")

    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)
    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)
    tariff_version = CommunityForeignKey(TariffVersion, related_name="+", db_index=False)
    run = CommunityForeignKey(BillRun, related_name="bills", db_index=False)
    # Who owes: the debtor on the period's first day. None where the register names no owner.
    debtor = CommunityForeignKey(Party, null=True, related_name="+", db_index=False)
    period_first = models.DateField()
    period_last = models.DateField()
    due_on = models.DateField()
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    months = models.PositiveSmallIntegerField()
    part_days = models.PositiveSmallIntegerField(default=0)
    part_base = models.PositiveSmallIntegerField(default=1)
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)

    objects: ClassVar[BillQuerySet] = BillQuerySet.as_manager()  # type: ignore[assignment]  # stubs see Manager

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "unit", "item", "period_first"], name="bills_bill_once"
            ),
            models.CheckConstraint(
                condition=models.Q(paid_fen__gte=0, paid_fen__lte=F("amount_fen")),
                name="bills_paid_within",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN),
                name="bills_amount_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(period_last__gte=F("period_first"), part_base__gt=0),
                name="bills_period_sane",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "unit", "due_on"],
                condition=models.Q(paid_fen__lt=F("amount_fen")),
                name="bills_open_of_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period_first}"

    @property
    def open_fen(self) -> int:
        """What is still owed."""
        return self.amount_fen - self.paid_fen
