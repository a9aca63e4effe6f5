"""Charge items, tariffs with dated versions, and which tariff a unit pays."""

from decimal import Decimal
from typing import Any, ClassVar, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from guanjia.accounts.models import CommunityModel, User
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.database.privileges import APPEND_ONLY
from guanjia.core.money import Rounding
from guanjia.estate.models import Unit
from guanjia.money.ledger.chart import Account
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.money.tariffs.steps import Step


class ChargeItem(CommunityModel):
    """One thing that is charged for, such as 物业服务费 (FEE-R4)."""

    name = models.CharField("收费项目", max_length=40)
    # Money collected for others (代收代付) is owed on, never income.
    is_agency = models.BooleanField("代收代付", default=False)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    # Charged once at the desk, outside any cycle: 工本费, 装修管理费, 垃圾清运费.
    is_extra = models.BooleanField("可临时收费", default=False, db_default=False)
    extra_price = models.DecimalField(
        "临时收费单价（元）", max_digits=12, decimal_places=4, null=True
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "name"], name="tariffs_item_name"),
            models.CheckConstraint(
                condition=models.Q(extra_price=None) | models.Q(is_extra=True, extra_price__gt=0),
                name="tariffs_item_extra_price",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def income_account(self) -> Account:
        """The account that what is charged is credited to."""
        return Account.AGENCY_PAYABLE if self.is_agency else Account.SERVICE_INCOME


class Tariff(CommunityModel):
    """A line of the price list, such as 高层住宅; its prices are its versions."""

    item = CommunityForeignKey(ChargeItem, related_name="tariffs")
    name = models.CharField("收费标准", max_length=60)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "item", "name"], name="tariffs_tariff_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TariffVersion(CommunityModel):
    """What a tariff charges from a day on, until its next version. Never changed: a bill points at it.

    ``unit_price`` is yuan per basis unit and month, ``addition_fen`` comes on top every month. ``steps`` stand in the
    price's place where it goes by floor or tier; they are kept in the version, since they are one fact with it and
    a bill's explanation needs both. The database looks at them too: see the migration price_steps.
    """

    db_privileges = APPEND_ONLY

    tariff = CommunityForeignKey(Tariff, related_name="versions", db_index=False)
    effective_from = models.DateField("生效日")
    basis = models.CharField("计费依据", max_length=14, choices=Basis.choices())
    unit_price = models.DecimalField("单价（元/月）", max_digits=12, decimal_places=4)
    steps = models.JSONField("分档价目", default=list, db_default=[], encoder=DjangoJSONEncoder)
    addition_fen = models.BigIntegerField("每月附加（分）", default=0)
    cycle_months = models.PositiveSmallIntegerField("缴费周期（月）", default=1)
    anchor = models.CharField(
        "周期起点", max_length=10, choices=Anchor.choices(), default=Anchor.CALENDAR
    )
    timing = models.CharField(
        "付费方式", max_length=10, choices=Timing.choices(), default=Timing.PREPAID
    )
    due_days = models.PositiveSmallIntegerField("缴费宽限（天）", default=30)
    part_month = models.CharField(
        "不足月", max_length=12, choices=PartMonth.choices(), default=PartMonth.ACTUAL_DAYS
    )
    rounding = models.CharField(
        "取整", max_length=8, choices=Rounding.choices(), default=Rounding.HALF_UP
    )
    evidence = models.CharField("依据", max_length=200)
    made_at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "tariff", "effective_from"], name="tariffs_version_day"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    unit_price__gte=0, addition_fen__gte=0, cycle_months__in=[1, 2, 3, 6, 12]
                ),
                name="tariffs_version_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(steps=[]) | models.Q(unit_price=0),
                name="tariffs_version_one_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} {self.effective_from}"

    @property
    def price_steps(self) -> tuple[Step, ...]:
        """The lines of its table; () for one price."""
        return tuple(map(Step.of, self.steps))

    def price_of(self, bill: "Priced") -> Decimal:
        """Return the unit price in yuan by which ``bill`` was computed: its own line's, or the only one."""
        return self.unit_price if bill.unit_price is None else bill.unit_price


class Priced(Protocol):
    """What was charged at a price of its own, or (None) at its version's only one."""

    unit_price: Decimal | None


class UnitTariff(CommunityModel):
    """A unit pays a tariff from a day on; of one item, one tariff at a time.

    The database keeps it by a trigger, see the migration one_at_a_time.
    """

    unit = CommunityForeignKey(Unit, related_name="+", db_index=False)
    item = CommunityForeignKey(ChargeItem, related_name="+", db_index=False)
    tariff = CommunityForeignKey(Tariff, related_name="+", db_index=False)
    begins_on = models.DateField("计费起始日")
    ends_on = models.DateField("计费截止日", null=True)  # the last day charged

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=F("begins_on")),
                name="tariffs_unit_period",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="tariffs_unit_unit"),
            models.Index(
                fields=["community", "item", "tariff", "begins_on"], name="tariffs_unit_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.tariff_id} {self.begins_on}"
