"""A monthly run before it is issued, told by unit numbers, and the runs that were."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as say

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import Month
from guanjia.core.money import yuan
from guanjia.estate.models import Unit
from guanjia.money.bills.actions import issue_bills
from guanjia.money.bills.models import BillRun
from guanjia.money.bills.preview import (
    Missed,
    Preview,
    Trouble,
    missed_before,
    preview_bills,
    units_without_tariff,
)
from guanjia.money.tariffs.models import ChargeItem

SHOWN = 24
LATEST = 12


@dataclass(frozen=True, slots=True)
class Attention:
    """Units of one trouble: the first of them, and how many there are."""

    item: ChargeItem | None
    trouble: Trouble
    units: tuple[Unit, ...]
    count: int

    @property
    def unshown(self) -> int:
        """How many are not listed."""
        return self.count - len(self.units)


@dataclass(frozen=True, slots=True)
class Gap:
    """Cycles of an earlier month that were never billed, by unit."""

    missed: Missed
    units: tuple[Unit, ...]

    @property
    def unshown(self) -> int:
        """How many are not listed."""
        return self.missed.bill_count - len(self.units)


@dataclass(frozen=True, slots=True)
class WouldIssue:
    """The whole preview: by item, and the units to look at."""

    items: list[Preview]
    exceptions: list[Attention]
    missed: list[Gap]

    @property
    def bill_count(self) -> int:
        """All items together."""
        return sum(item.bill_count for item in self.items)

    @property
    def total_fen(self) -> int:
        """All items together."""
        return sum(item.total_fen for item in self.items)

    @property
    def reduced_fen(self) -> int:
        """What discounts take off them."""
        return sum(item.reduced_fen for item in self.items)

    @property
    def due_fen(self) -> int:
        """What is left to pay."""
        return self.total_fen - self.reduced_fen


def would_issue(*, community: Community, month: Month, items: list[ChargeItem]) -> WouldIssue:
    """Return what a run would do, its troubles by unit number."""
    previews = preview_bills(community=community, month=month, items=items)
    found: list[tuple[ChargeItem | None, Trouble, list[int]]] = [
        (preview.item, trouble, ids)
        for preview in previews
        for trouble, ids in preview.troubles.items()
    ]
    if without := units_without_tariff(community=community):
        found.append((None, Trouble.NO_TARIFF, without))
    gaps = missed_before(community=community, month=month, items=items)
    shown = {pk for _, _, ids in found for pk in ids[:SHOWN]}
    shown |= {pk for gap in gaps for pk in gap.unit_ids[:SHOWN]}
    units = Unit.objects.filter(community=community, pk__in=shown).in_bulk()
    return WouldIssue(
        previews,
        [
            Attention(item, trouble, tuple(units[pk] for pk in ids[:SHOWN]), len(ids))
            for item, trouble, ids in found
        ],
        [Gap(gap, tuple(units[pk] for pk in gap.unit_ids[:SHOWN])) for gap in gaps],
    )


def issue(
    community: Community, month: Month, items: list[ChargeItem], *, by: User, at: datetime
) -> str:
    """Issue the month and return what to say about it. Raises Refused."""
    made = list(issue_bills(community=community, month=month, items=items, by=by, at=at))
    count = sum(batch.bill_count for batch in made)
    if not count:
        return say("{month} 没有需要新出的账单").format(month=month.label)
    total = yuan(sum(batch.total_fen for batch in made))
    done = say("{month} 已出账 {count} 笔，合计 {total} 元").format(
        month=month.label, count=count, total=total
    )
    off = sum(batch.reduced_fen for batch in made)
    return done + say("，减免 {off} 元").format(off=yuan(off)) if off else done


def latest_runs(community: Community) -> QuerySet[BillRun]:
    """Return the latest batches."""
    rows = BillRun.objects.filter(community=community).select_related("item", "by")
    return rows.order_by("-pk")[:LATEST]
