"""A discount approved after its bills were issued: what it takes off them, and what it comes too late for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guanjia.money.bills.discounting import KINDS
from guanjia.money.bills.models import Adjustment, Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.rules import Covered, DiscountKind, Period, covered, off_fen, reason_of
from guanjia.money.discounts.states import COUNTING
from guanjia.money.tariffs.models import TariffVersion
from guanjia.money.tariffs.rules import Anchor, PartMonth


@dataclass(frozen=True, slots=True)
class Backdated:
    """A bill that the grant has taken nothing off: ``due_fen`` by its rule, ``off_fen`` of what is still unpaid."""

    bill: Bill
    found: Covered
    kind: AdjustmentKind
    reason: str
    due_fen: int

    @property
    def off_fen(self) -> int:
        """What it takes off: never a part that was paid."""
        return min(self.due_fen, self.bill.open_fen)

    @property
    def late_fen(self) -> int:
        """What it comes too late for."""
        return self.due_fen - self.off_fen


def backdated(grant: DiscountGrant, *, lock: bool = False) -> list[Backdated]:
    """Return the runs' bills of the grant's days that it has taken nothing off, oldest first; two statements.

    With ``lock`` their bills are held until the transaction is over. [] for what isn't approved.
    """
    if grant.state not in COUNTING:
        return []
    taken = Adjustment.objects.filter(community=grant.community_id, grant=grant).values("bill")
    rows = Bill.objects.filter(
        community=grant.community_id,
        unit=grant.unit_id,
        item__in=grant.rule.items.filter(community=grant.community_id).values("item"),
        run__isnull=False,
        is_cancelled=False,
        period_last__gte=grant.begins_on,
    ).exclude(pk__in=taken)
    if last := grant.last_on:
        rows = rows.filter(period_first__lte=last)
    rows = rows.select_related("item", "tariff_version", "unit").order_by("period_first", "pk")
    return list(_found(grant, rows.select_for_update(of=("self",)) if lock else rows))


def _found(grant: DiscountGrant, bills: Iterable[Bill]) -> Iterator[Backdated]:
    rule, since = grant.rule, max(grant.begins_on, grant.rule.begins_on)
    for bill in bills:
        version = bill.tariff_version
        found = version and covered(_period(bill, version), since, grant.last_on)
        if found and (due := off_fen(bill.amount_fen, rule.share, found)):
            reason = reason_of(rule.name, rule.share, found)
            yield Backdated(bill, found, KINDS[DiscountKind(rule.kind)], reason, due)


def _period(bill: Bill, version: TariffVersion) -> Period:
    anchor, part_month = Anchor(version.anchor), PartMonth(version.part_month)
    return Period(bill.period_first, bill.period_last, anchor, part_month)
