"""Buildings, units and households; parties and what they are to each unit; vehicles; the unit file."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from guanjia.accounts.models import CommunityModel
from guanjia.core.database.fields import CommunityForeignKey
from guanjia.core.identity import mask_id, mask_phone
from guanjia.core.sealing.fields import BlindIndexField, SealedTextField
from guanjia.estate.states import (
    TIER_OF_KIND,
    TITLE_HOLDERS,
    Capacity,
    CustomerTier,
    DocumentKind,
    Matter,
    PartyKind,
    UnitKind,
    UnitStatus,
)
from guanjia.records.models import Attachment


def same(column: str) -> tuple[Func, str]:
    """Return the exclusion term "this bigint is equal": a range of one, so that no extension is needed."""
    return (
        Func(
            F(column),
            F(column),
            Value("[]"),
            function="int8range",
            output_field=BigIntegerRangeField(),
        ),
        RangeOperators.OVERLAPS,
    )


def at_one_time() -> tuple[Func, str]:
    """Return the exclusion term "the periods share a day"; ``ends_on`` is the last day, null for open."""
    return (
        Func(
            F("begins_on"),
            F("ends_on"),
            Value("[]"),
            function="daterange",
            output_field=DateRangeField(),
        ),
        RangeOperators.OVERLAPS,
    )


def on_day(day: date) -> Q:
    """Return the filter "its period holds ``day``" for any row with ``begins_on`` and ``ends_on``."""
    return Q(begins_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def by_number(column: str = "key") -> Any:
    """Return what sorts keys as people count, 2-1-101 before 10-1-101: each number padded to six digits."""
    padded: Any = F(column)
    for found, put in (("([0-9]+)", r"000000\1"), ("[0-9]*([0-9]{6})", r"\1")):
        words = (padded, Value(found), Value(put), Value("g"))
        padded = Func(*words, function="regexp_replace", output_field=models.TextField())
    return padded


class Building(CommunityModel):
    """A building (栋/幢)."""

    name = models.CharField("楼栋", max_length=40)  # as typed, such as "3栋"
    key = models.CharField(max_length=40, db_collation="C")  # canonical, such as "3"

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "key"], name="estate_building_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Household(CommunityModel):
    """A household (户): the account that several units share, such as a dwelling and its parking space."""

    name = models.CharField("户名", max_length=100)

    def __str__(self) -> str:
        return self.name


class Unit(CommunityModel):
    """A dwelling, shop, parking space or storage room that is charged for by itself (D8).

    The customer tier is the unit's and not a tenure's: it says what the place is used for, which is what prices are
    agreed by. The owner of a let shop owes what the shop costs, however he lives himself, an empty shop has no tenure
    that could say it, and a flat that became an office is one whoever runs it. ``customer_tier`` holds only what
    somebody said; '' goes by the kind, see ``tier``.
    """

    building = CommunityForeignKey(Building, null=True, blank=True, db_index=False)
    household = CommunityForeignKey(Household, null=True, blank=True, db_index=False)
    leads_household = models.BooleanField("户内主房屋", default=False)
    kind = models.CharField("类型", max_length=20, choices=UnitKind.choices())
    number = models.CharField("房号", max_length=60)  # as the office writes it
    # Canonical; the C collation lets its unique index answer prefixes too.
    key = models.CharField(max_length=60, db_collation="C")
    entrance = models.CharField("单元", max_length=20, blank=True)
    floor = models.SmallIntegerField("楼层", null=True, blank=True)
    gross_area = models.DecimalField(
        "建筑面积（m²）", max_digits=10, decimal_places=2, null=True, blank=True
    )
    internal_area = models.DecimalField(
        "套内面积（m²）", max_digits=10, decimal_places=2, null=True, blank=True
    )
    layout = models.CharField("户型", max_length=40, blank=True)
    customer_tier = models.CharField(
        "收费类别",
        max_length=12,
        choices=CustomerTier.choices(),
        blank=True,
        default="",
        db_default="",
    )
    status = models.CharField("状态", max_length=20, choices=UnitStatus.choices())
    handed_over_on = models.DateField("交付日期", null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["community", "key"], name="estate_unit_key"),
            models.UniqueConstraint(
                fields=["community", "household"],
                condition=Q(leads_household=True),
                name="estate_unit_one_leads",
            ),
            models.CheckConstraint(
                condition=Q(leads_household=False) | Q(household__isnull=False),
                name="estate_unit_leads_some",
            ),
            models.CheckConstraint(
                condition=(Q(gross_area=None) | Q(gross_area__gt=0))
                & (Q(internal_area=None) | Q(internal_area__gt=0)),
                name="estate_unit_area_positive",
            ),
            models.CheckConstraint(
                condition=Q(customer_tier__in=["", *(tier.value for tier in CustomerTier)]),
                name="estate_unit_tier",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["community", "household"],
                condition=Q(household__isnull=False),
                name="estate_unit_household",
            ),
            models.Index(fields=["community", "building"], name="estate_unit_building"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tier(self) -> str:
        """What it is charged as: what was said, else what its kind is taken for, else ''."""
        return self.customer_tier or TIER_OF_KIND.get(UnitKind(self.kind), "")


class Party(CommunityModel):
    """A person or organisation. ID numbers repeat in real registers, so nothing here is unique.

    The derived columns come from ``parties.identifying`` and nowhere else.
    """

    kind = models.CharField(
        "类别", max_length=20, choices=PartyKind.choices(), default=PartyKind.PERSON
    )
    name = models.CharField("姓名", max_length=100)
    # Grams and pinyin initials, each prefixed by the community, so that the plain index tells them apart.
    search_keys = ArrayField(models.TextField(), default=list, editable=False)
    phone = SealedTextField("电话", purpose="party.phone", null=True, blank=True)
    phone_index = BlindIndexField()
    phone_tail_index = BlindIndexField()
    id_number = SealedTextField("证件号", purpose="party.id_number", null=True, blank=True)
    id_index = BlindIndexField()
    note = models.CharField("接待提示", max_length=200, blank=True)  # such as 听力不佳
    # Always the party that stands for this one now, never a chain.
    merged_into = CommunityForeignKey("self", null=True, blank=True, db_index=False)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            GinIndex(fields=["search_keys"], name="estate_party_search"),
            models.Index(
                fields=["community", "phone_index"],
                condition=Q(phone_index__isnull=False),
                name="estate_party_phone",
            ),
            models.Index(
                fields=["community", "phone_tail_index"],
                condition=Q(phone_tail_index__isnull=False),
                name="estate_party_phone_tail",
            ),
            models.Index(
                fields=["community", "id_index"],
                condition=Q(id_index__isnull=False),
                name="estate_party_id",
            ),
            models.Index(
                fields=["community", "merged_into"],
                condition=Q(merged_into__isnull=False),
                name="estate_party_merged",
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="estate_party_not_into_self",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """The phone with its middle hidden; '' without one."""
        return mask_phone(self.phone or "")

    @property
    def masked_id(self) -> str:
        """The ID number with its middle hidden; '' without one."""
        return mask_id(self.id_number or "")


class Tenure(CommunityModel):
    """What a party is to a unit, from ``begins_on`` to ``ends_on``, the last day included; null is open.

    The database keeps one debtor per unit and day: a trigger, see the migration one_at_a_time.
    """

    unit = CommunityForeignKey(Unit, related_name="tenures", db_index=False)
    party = CommunityForeignKey(Party, related_name="tenures", db_index=False)
    capacity = models.CharField("身份", max_length=20, choices=Capacity.choices())
    begins_on = models.DateField("起始日")
    ends_on = models.DateField("截止日", null=True, blank=True)
    is_debtor = models.BooleanField("缴费责任人", default=False)
    share_numerator = models.PositiveIntegerField("份额分子", null=True, blank=True)
    share_denominator = models.PositiveIntegerField("份额分母", null=True, blank=True)
    relation = models.CharField("与业主关系", max_length=20, blank=True)  # such as 配偶
    # A power of attorney: its matters and number; its term is the period.
    scope = ArrayField(
        models.CharField(max_length=20, choices=Matter.choices()), default=list, blank=True
    )
    document_no = models.CharField("委托书/合同编号", max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
                name="estate_tenure_period",
            ),
            models.CheckConstraint(
                condition=Q(is_debtor=False) | Q(capacity__in=TITLE_HOLDERS),
                name="estate_tenure_debtor_title",
            ),
            models.CheckConstraint(
                condition=~Q(capacity=Capacity.AGENT)
                | (Q(ends_on__isnull=False) & Q(scope__len__gt=0)),
                name="estate_tenure_agent_scope",
            ),
            models.CheckConstraint(
                condition=Q(share_numerator=None, share_denominator=None)
                | Q(share_numerator__isnull=False, share_denominator__isnull=False)
                & Q(share_numerator__gt=0, share_denominator__gte=F("share_numerator")),
                name="estate_tenure_share",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="estate_tenure_unit"),
            models.Index(fields=["community", "party"], name="estate_tenure_party"),
        ]

    def __str__(self) -> str:
        return f"{self.get_capacity_display()} {self.begins_on}–{self.ends_on or ''}"

    @property
    def scope_words(self) -> str:
        """The matters of a power of attorney, as the desk reads them."""
        return "、".join(Matter(matter).label for matter in self.scope)


class Vehicle(CommunityModel):
    """A vehicle known at a unit."""

    unit = CommunityForeignKey(Unit, related_name="vehicles", db_index=False)
    party = CommunityForeignKey(Party, null=True, blank=True, db_index=False)
    plate = models.CharField("车牌", max_length=12, db_collation="C")  # capitals, no dot or space

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["community", "plate", "unit"], name="estate_vehicle_once"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="estate_vehicle_unit"),
            models.Index(
                fields=["community", "party"],
                condition=Q(party__isnull=False),
                name="estate_vehicle_party",
            ),
        ]

    def __str__(self) -> str:
        return self.plate


class UnitDocument(CommunityModel):
    """A paper in the unit file."""

    unit = CommunityForeignKey(Unit, related_name="documents", db_index=False)
    party = CommunityForeignKey(Party, null=True, blank=True, db_index=False)
    kind = models.CharField("种类", max_length=30, choices=DocumentKind.choices())
    title = models.CharField("标题", max_length=100)
    received_on = models.DateField("收到日期")
    # Its scan; without one the paper lies in the cabinet only.
    attachment = CommunityForeignKey(Attachment, null=True, blank=True, db_index=False)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["community", "unit"], name="estate_document_unit"),
        ]

    def __str__(self) -> str:
        return self.title
