"""Bills: what a unit owes for an item and a period, with what it was computed from."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from guanjia.accounts.models import Community, CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.estate.models import Household, Party, Unit
from guanjia.money.bills.rules import BY_GRANT, AdjustmentKind
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.ledger.models import LARGEST_FEN, Entry, RequestKey
from guanjia.money.tariffs.models import ChargeItem, TariffVersion
from guanjia.records.models import Attachment

# What is still owed, and the bills on which anything is; their index has the very same condition.
OPEN_FEN = F("amount_fen") - F("reduced_fen") - F("paid_fen")
IS_OPEN = models.Q(paid_fen__lt=F("amount_fen") - F("reduced_fen"))


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


class ExtraCharge(CommunityModel):
    """What made a bill that no run issued: a one-off charge, such as 工本费 or 垃圾清运费, once per press."""

    db_privileges = APPEND_ONLY

    request_key = CommunityForeignKey(RequestKey, related_name="+", db_index=False)
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    description = models.CharField("说明", max_length=60, blank=True)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "request_key"], name="bills_extra_once_a_key"
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.pk)


class Opening(CommunityModel):
    """What a community brought along when it went live: one workbook's arrears, prepayments and deposits, by one entry.

    ``entry`` is None where it brought receipt numbers alone. ``digest`` is the SHA-256 of what was read, so that the
    same figures are known again in another file. One names the one before it, which must have been withdrawn: two
    can't stand side by side.
    """

    db_privileges = APPEND_ONLY

    previous = CommunityForeignKey("self", null=True, related_name="+", db_index=False)
    entry = CommunityForeignKey(Entry, null=True, related_name="+", db_index=False)
    file_name = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    cut_over_on = models.DateField()
    bill_count = models.PositiveIntegerField()
    bills_fen = models.BigIntegerField()
    prepayment_count = models.PositiveIntegerField()
    prepaid_fen = models.BigIntegerField()
    deposit_count = models.PositiveIntegerField(db_default=0)
    deposits_fen = models.BigIntegerField(db_default=0)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "previous"],
                nulls_distinct=False,
                name="bills_opening_one_after_another",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    entry__isnull=True,
                    bill_count=0,
                    bills_fen=0,
                    prepayment_count=0,
                    prepaid_fen=0,
                    deposit_count=0,
                    deposits_fen=0,
                )
                | models.Q(
                    entry__isnull=False, bills_fen__gte=0, prepaid_fen__gte=0, deposits_fen__gte=0
                ),
                name="bills_opening_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cut_over_on} {self.file_name}"


class BillQuerySet(models.QuerySet["Bill"]):
    """Reads of bills."""

    def open_of(self, community: Community, unit_ids: list[int]) -> "BillQuerySet":
        """Return the unpaid bills of these units, oldest first, with what their explanation needs."""
        rows = self.filter(IS_OPEN, community=community, unit__in=unit_ids)
        return rows.select_related("item", "tariff_version__tariff", "extra__by", "unit").order_by(
            "due_on", "item__position", "id"
        )


class Bill(CommunityModel):
    """An amount owed for one item and period. Once issued only what was paid and taken off it moves.

    Issued by a run under a tariff's version, or by an extra charge or an opening under none.
    The app login may touch no other column, and these only together with the rows that account for them:
    ``paid_fen`` with allocations, ``reduced_fen`` and ``is_cancelled`` with adjustments.
    ``quantity`` m² or 1; length in months = ``months`` + ``part_days`` / ``part_base``. ``floor``, ``tier`` and
    ``household`` are what its price or its making went by, as they were then; None and '' where it went by none.
    """

    db_privileges = (*APPEND_ONLY, "UPDATE (paid_fen, reduced_fen, is_cancelled)")

    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)
    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)
    tariff_version = CommunityForeignKey(TariffVersion, null=True, related_name="+", db_index=False)
    run = CommunityForeignKey(BillRun, null=True, related_name="bills", db_index=False)
    extra = CommunityForeignKey(ExtraCharge, null=True, related_name="bills", db_index=False)
    opening = CommunityForeignKey(Opening, null=True, related_name="bills", db_index=False)
    # What had been collected of it before the office went live; the bill is for the rest.
    paid_before_fen = models.BigIntegerField(null=True)
    # Who owes: the debtor on the period's first day. None where the register names no owner.
    debtor = CommunityForeignKey(Party, null=True, related_name="+", db_index=False)
    period_first = models.DateField()
    period_last = models.DateField()
    due_on = models.DateField()
    quantity = models.DecimalField(max_digits=12, decimal_places=4)
    # Yuan; where it is not the version's one price.
    unit_price = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    floor = models.SmallIntegerField(null=True)
    tier = models.CharField(max_length=12, default="", db_default="")
    household = CommunityForeignKey(Household, null=True, related_name="+", db_index=False)
    months = models.PositiveSmallIntegerField()
    part_days = models.PositiveSmallIntegerField(default=0)
    part_base = models.PositiveSmallIntegerField(default=1)
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    reduced_fen = models.BigIntegerField(default=0, db_default=0)
    # Issued by mistake and taken back whole: its period may be billed again.
    is_cancelled = models.BooleanField(default=False, db_default=False)

    objects: ClassVar[BillQuerySet] = BillQuerySet.as_manager()  # type: ignore[assignment]  # stubs see Manager

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "unit", "item", "period_first"],
                condition=models.Q(is_cancelled=False, extra__isnull=True),
                name="bills_bill_once",
            ),
            models.UniqueConstraint(
                fields=["community", "household", "item", "period_first"],
                condition=models.Q(is_cancelled=False, household__isnull=False),
                name="bills_bill_once_a_household",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    paid_fen__gte=0,
                    reduced_fen__gte=0,
                    paid_fen__lte=F("amount_fen") - F("reduced_fen"),
                ),
                name="bills_paid_within",
            ),
            models.CheckConstraint(
                condition=models.Q(is_cancelled=False)
                | models.Q(paid_fen=0, reduced_fen=F("amount_fen")),
                name="bills_cancelled_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN),
                name="bills_amount_sane",
            ),
            models.UniqueConstraint(
                fields=["community", "extra"],
                condition=models.Q(extra__isnull=False),
                name="bills_bill_once_an_extra",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    run__isnull=False,
                    tariff_version__isnull=False,
                    extra__isnull=True,
                    opening__isnull=True,
                    paid_before_fen__isnull=True,
                )
                | models.Q(
                    run__isnull=True,
                    tariff_version__isnull=True,
                    extra__isnull=False,
                    unit_price__isnull=False,
                    opening__isnull=True,
                    paid_before_fen__isnull=True,
                )
                | models.Q(
                    run__isnull=True,
                    tariff_version__isnull=True,
                    extra__isnull=True,
                    unit_price__isnull=True,
                    opening__isnull=False,
                    paid_before_fen__gte=0,
                ),
                name="bills_of_one_making",
            ),
            models.CheckConstraint(
                condition=models.Q(period_last__gte=F("period_first"), part_base__gt=0),
                name="bills_period_sane",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            # Holds all that arrears add up, so that the bills themselves need not be read.
            models.Index(
                fields=["community", "unit", "due_on"],
                include=["period_first", "item", "amount_fen", "reduced_fen", "paid_fen"],
                condition=IS_OPEN,
                name="bills_open_of_unit",
            ),
            models.Index(fields=["community", "period_first"], name="bills_of_period"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period_first}"

    @property
    def open_fen(self) -> int:
        """What is still owed."""
        return self.amount_fen - self.reduced_fen - self.paid_fen


class Adjustment(CommunityModel):
    """A sum taken off a bill, with its reason: never changed, and mirrored in the bill's ``reduced_fen``.

    Made in the same statement that moves the bill; the database refuses the one without the other. What a discount's
    ``grant`` took off says for which of the bill's days; a grant takes off a bill once.
    """

    db_privileges = APPEND_ONLY

    bill = CommunityForeignKey(Bill, related_name="adjustments", db_index=False)
    kind = models.CharField("种类", max_length=12, choices=AdjustmentKind.choices())
    amount_fen = models.BigIntegerField("减少（分）")
    reason = models.CharField("原因", max_length=200)
    evidence = CommunityForeignKey(Attachment, null=True, related_name="+", db_index=False)
    grant = CommunityForeignKey(
        DiscountGrant, null=True, related_name="adjustments", db_index=False
    )
    covered_first = models.DateField(null=True)
    covered_last = models.DateField(null=True)
    # None where no approval was called for.
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    entry = CommunityForeignKey(Entry, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN)
                & ~models.Q(reason=""),
                name="bills_adjustment_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=BY_GRANT,
                    grant__isnull=False,
                    approved_by__isnull=False,
                    covered_last__gte=F("covered_first"),
                )
                | ~models.Q(kind__in=BY_GRANT)
                & models.Q(grant=None, covered_first=None, covered_last=None),
                name="bills_adjustment_by_grant",
            ),
            models.UniqueConstraint(
                fields=["community", "grant", "bill"],
                condition=models.Q(grant__isnull=False),
                name="bills_adjustment_once_a_grant",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "bill"], name="bills_adjustment_bill"),
            models.Index(fields=["community", "entry"], name="bills_adjustment_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id} -{self.amount_fen}"
