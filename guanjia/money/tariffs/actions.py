"""Keeping the price list: items, tariffs, versions with evidence, and who pays which."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.money import Rounding
from guanjia.core.refusal import Refusal, Refused
from guanjia.estate.models import Unit
from guanjia.money.tariffs.models import ChargeItem, Tariff, TariffVersion, UnitTariff
from guanjia.money.tariffs.rules import Anchor, Basis, PartMonth, Timing
from guanjia.money.tariffs.steps import Step, written
from guanjia.records.actions import journal


@dataclass(frozen=True, slots=True)
class Price:
    """What a version charges: yuan per basis unit and month, plus fen per month, over cycles of n months.

    With ``steps`` the price goes by floor or by customer tier, and there is no other: ``unit_price`` is 0.
    """

    basis: Basis
    unit_price: Decimal
    addition_fen: int = 0
    cycle_months: int = 1
    anchor: Anchor = Anchor.CALENDAR
    timing: Timing = Timing.PREPAID
    due_days: int = 30
    part_month: PartMonth = PartMonth.ACTUAL_DAYS
    rounding: Rounding = Rounding.HALF_UP
    steps: tuple[Step, ...] = ()


@transaction.atomic
def add_item(
    *,
    community: Community,
    name: str,
    is_agency: bool = False,
    position: int = 0,
    is_extra: bool = False,
    extra_price: Decimal | None = None,
    by: User | None,
    at: datetime,
) -> ChargeItem:
    """Add a charge item; with ``is_extra`` desks charge for it once, at ``extra_price`` (yuan) unless they type another.

    Raises Refused where the name is taken.
    """
    _refuse_taken(community, name)
    item = ChargeItem.objects.create(
        community=community,
        name=name,
        is_agency=is_agency,
        position=position,
        is_extra=is_extra,
        extra_price=extra_price,
    )
    journal(
        community=community,
        by=by,
        at=at,
        action="charge_item.add",
        subject=item,
        after={"name": name},
    )
    return item


@transaction.atomic
def change_item(
    *,
    item: ChargeItem,
    name: str,
    position: int,
    is_extra: bool,
    extra_price: Decimal | None,
    by: User | None,
    at: datetime,
) -> ChargeItem:
    """Change what an item is called, where it stands and whether desks charge for it once. Bills keep their amounts.

    Whether its money is collected for others stays: what was posted would tell another story. Raises Refused
    where the name is taken.
    """
    _refuse_taken(item.community, name, but=item)
    told = ("name", "position", "is_extra", "extra_price")
    before = {field: getattr(item, field) for field in told}
    item.name, item.position = name, position
    item.is_extra, item.extra_price = is_extra, extra_price
    item.save(update_fields=told)
    after = {field: getattr(item, field) for field in told}
    if after != before:
        journal(
            community=item.community,
            by=by,
            at=at,
            action="charge_item.change",
            subject=item,
            before=before,
            after=after,
        )
    return item


def _refuse_taken(community: Community, name: str, *, but: ChargeItem | None = None) -> None:
    others = ChargeItem.objects.filter(community=community, name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Refused(Refusal(f"收费项目“{name}”已经有了", "请直接使用它，或换一个名称"))


@transaction.atomic
def add_tariff(
    *,
    item: ChargeItem,
    name: str,
    price: Price,
    effective_from: date,
    evidence: str,
    by: User | None,
    at: datetime,
) -> Tariff:
    """Add a line to the price list with its first version. Raises Refused where the name is taken."""
    if Tariff.objects.filter(community=item.community_id, item=item, name=name).exists():
        raise Refused(Refusal(f"收费标准“{name}”已经有了", "调价请为它发布新版本，不要另建"))
    tariff = Tariff.objects.create(community_id=item.community_id, item=item, name=name)
    publish_version(
        tariff=tariff, price=price, effective_from=effective_from, evidence=evidence, by=by, at=at
    )
    return tariff


@transaction.atomic
def publish_version(
    *,
    tariff: Tariff,
    price: Price,
    effective_from: date,
    evidence: str,
    by: User | None,
    at: datetime,
) -> TariffVersion:
    """Publish a price from a day on. Bills already issued keep theirs. Raises Refused without evidence."""
    if price.steps and price.unit_price:
        raise Refused(Refusal("既有单价又有分档价目", "分档收费时请清空单价，价格都写在价目里"))
    if not evidence.strip():
        raise Refused(
            Refusal("没有写明定价依据", "请填写合同条款、业主大会决议或公示文件的名称与日期")
        )
    if TariffVersion.objects.filter(
        community=tariff.community_id, tariff=tariff, effective_from=effective_from
    ).exists():
        raise Refused(
            Refusal(f"{effective_from} 起已有一个版本", "请把生效日改为另一天；已发布的版本不改动")
        )
    version = TariffVersion.objects.create(
        community_id=tariff.community_id,
        tariff=tariff,
        effective_from=effective_from,
        evidence=evidence.strip(),
        made_at=at,
        by=by,
        **asdict(price),
    )
    journal(
        at=at,
        community=tariff.community,
        by=by,
        action="tariff.publish",
        subject=version,
        after={
            "tariff": tariff.name,
            "from": effective_from,
            "price": written(price.steps) or price.unit_price,
        },
        reason=version.evidence,
    )
    return version


@transaction.atomic
def assign_tariff(
    *,
    unit: Unit,
    tariff: Tariff,
    begins_on: date,
    ends_on: date | None = None,
    by: User | None,
    at: datetime,
) -> UnitTariff:
    """Let a unit pay a tariff from a day on. Raises Refused where it pays another of the item then."""
    with _one_per_item():
        assigned = UnitTariff.objects.create(
            community_id=unit.community_id,
            unit=unit,
            item_id=tariff.item_id,
            tariff=tariff,
            begins_on=begins_on,
            ends_on=ends_on,
        )
    journal(
        at=at,
        community=unit.community,
        by=by,
        action="unit_tariff.assign",
        subject=assigned,
        after={"unit": unit.number, "tariff": tariff.name, "from": begins_on, "to": ends_on},
    )
    return assigned


@transaction.atomic
def end_tariff(*, assigned: UnitTariff, ends_on: date, by: User | None, at: datetime) -> None:
    """Set the last day that a unit pays a tariff. Bills already issued stay.

    Raises Refused for a day before the first, or one on which the unit pays another tariff of the item.
    """
    if ends_on < assigned.begins_on:
        raise Refused(Refusal("截止日早于起始日", f"请填 {assigned.begins_on} 或之后的日期"))
    before = {"to": assigned.ends_on}
    assigned.ends_on = ends_on
    with _one_per_item():
        assigned.save(update_fields=["ends_on"])
    journal(
        at=at,
        community=assigned.community,
        by=by,
        action="unit_tariff.end",
        subject=assigned,
        before=before,
        after={"to": ends_on},
    )


@contextmanager
def _one_per_item() -> Iterator[None]:
    """Put the database's refusal of two tariffs of one item at one time into words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        raise Refused(
            Refusal(
                "这套房屋在这段时间已有同一收费项目的标准", "请先填写原标准的截止日，再设新标准"
            )
        ) from fault
