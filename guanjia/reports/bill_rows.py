"""The bills behind a figure of arrears or rates."""

from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.money.bills.models import IS_OPEN, Bill
from guanjia.money.payments.reads import with_debtor
from guanjia.reports.places import places_of
from guanjia.reports.sheet import Column, Kind, Row, Sheet, summed
from guanjia.reports.takings import MOST_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which bills: those open on ``day``, or those whose period begins from ``first`` to ``last``.

    Then only of an item, a building, a manager, a unit; of the present or of a former holder.
    """

    day: date
    first: date | None = None
    last: date | None = None
    item: int | None = None
    building: str = ""
    manager: str = ""
    unit: str = ""
    holder: str = ""

    @property
    def scope(self) -> str:
        """The choice in words."""
        days = f"账期 {self.first} 至 {self.last}" if self.first else f"截至 {self.day} 未缴"
        holder = {"former": "原业主", "present": "现业主"}.get(self.holder, "")
        return "　".join(filter(None, (days, self.building, self.manager, self.unit, holder)))


def bill_rows(community: Community, choice: Choice) -> Sheet:
    """Return the chosen bills, the longest due first, with what was billed, taken off, paid and is left."""
    places = places_of(community, choice.day)
    units = [
        pk
        for pk, place in places.items()
        if choice.building in {"", place.building}
        and choice.manager in {"", place.manager}
        and choice.unit in {"", place.unit}
    ]
    bills = Bill.objects.filter(community=community)
    if choice.first:
        bills = bills.filter(period_first__range=(choice.first, choice.last), is_cancelled=False)
    else:
        bills = bills.filter(IS_OPEN)
    if len(units) < len(places):
        bills = bills.filter(unit__in=units)
    if choice.item:
        bills = bills.filter(item=choice.item)
    held = with_debtor(bills, choice.day)
    match choice.holder:
        case "present":
            held = held.exclude(owed_now=False, debtor__isnull=False)
        case "former":
            held = held.filter(owed_now=False, debtor__isnull=False)
    told = held.select_related("item", "debtor").order_by("due_on", "unit", "pk")
    found = list(told[: MOST_ROWS + 1])
    columns = (
        Column("房号"),
        Column("缴费责任人"),
        Column("收费项目"),
        Column("账期"),
        Column("应缴日", Kind.DAY),
        Column("应收", Kind.FEN),
        Column("减免", Kind.FEN),
        Column("已缴", Kind.FEN),
        Column("未缴", Kind.FEN),
    )
    rows = [
        Row(
            (
                places[bill.unit_id].unit,
                bill.debtor.name if bill.debtor else "",
                bill.item.name,
                f"{bill.period_first} 至 {bill.period_last}",
                bill.due_on,
                bill.amount_fen,
                bill.reduced_fen,
                bill.paid_fen,
                bill.open_fen,
            )
        )
        for bill in found[:MOST_ROWS]
    ]
    more = len(found) > MOST_ROWS
    return Sheet(
        title="账单明细",
        scope=choice.scope,
        columns=columns,
        rows=rows,
        total=summed(columns, rows, "合计"),
        notes=(f"只列出前 {MOST_ROWS} 笔，请缩小范围。",) if more else (),
    )
