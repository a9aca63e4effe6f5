"""The books of one day, by desk and method, with its shifts, its deposits and how it was closed."""

from dataclasses import dataclass
from datetime import date

from guanjia.accounts.models import Community
from guanjia.money.closing.models import DayClose, Deposit, Shift
from guanjia.money.closing.reads import Taken, Takings, closes_of, shifts_of, takings_on
from guanjia.money.payments.models import Desk
from guanjia.money.payments.rules import Method
from guanjia.money.refunds.models import Voucher
from guanjia.money.refunds.reads import vouchers_on


@dataclass(frozen=True, slots=True)
class DeskDay:
    """What a desk took on a day, in which shifts."""

    desk: Desk
    takings: Takings
    shifts: list[Shift]


@dataclass(frozen=True, slots=True)
class DayBooks:
    """The books of ``day``; ``close`` is its last sheet, standing or taken back.

    ``refunds`` are all of the day's, in cash at the desks and by transfer from the bank account.
    """

    day: date
    desks: list[DeskDay]
    deposits: list[Deposit]
    refunds: list[Voucher]
    close: DayClose | None

    @property
    def by_method(self) -> list[Taken]:
        """All desks together, by method."""
        found = {method: [d.takings.of(method) for d in self.desks] for method in Method}
        return [
            Taken(
                method,
                sum(taken.count for taken in each),
                sum(taken.in_fen for taken in each),
                sum(taken.back_count for taken in each),
                sum(taken.back_fen for taken in each),
                sum(taken.refund_count for taken in each),
                sum(taken.refund_fen for taken in each),
            )
            for method, each in found.items()
            if any(taken.count or taken.back_count or taken.refund_count for taken in each)
        ]

    @property
    def count(self) -> int:
        """How many receipts."""
        return sum(each.takings.count for each in self.desks)

    @property
    def total_fen(self) -> int:
        """All desks and methods together, less what was taken back or refunded, by whatever way."""
        return sum(each.takings.total_fen for each in self.desks) - self.transferred_fen

    @property
    def transferred_fen(self) -> int:
        """What finance refunded by transfer, at no desk."""
        return sum(voucher.amount_fen for voucher in self.refunds if voucher.desk_id is None)

    @property
    def refunded_fen(self) -> int:
        """What was refunded, in cash and by transfer."""
        return sum(voucher.amount_fen for voucher in self.refunds)

    @property
    def difference_fen(self) -> int:
        """What the day's counts were over (positive) or short."""
        ends = [end for each in self.desks for shift in each.shifts for end in shift.ends]  # type: ignore[attr-defined]  # prefetched
        return sum(end.difference_fen for end in ends)

    @property
    def is_closed(self) -> bool:
        """Whether the day takes no more entries."""
        return self.close is not None and not self.close.closed_day.reopenings.all()


def books_of(community: Community, day: date) -> DayBooks:
    """Read the day's books; how many statements does not depend on its desks, shifts or payments."""
    desks = list(Desk.objects.filter(community=community).order_by("name"))
    takings = takings_on(community, [desk.pk for desk in desks], day)
    shifts = list(shifts_of(community).filter(business_date=day).order_by("nth"))
    deposits = Deposit.objects.filter(community=community, business_date=day)
    deposits = deposits.select_related("by", "witness").prefetch_related("parts__desk")
    return DayBooks(
        day,
        [
            DeskDay(
                desk,
                takings.get(desk.pk, Takings()),
                [shift for shift in shifts if shift.desk_id == desk.pk],
            )
            for desk in desks
            if desk.pk in takings or any(shift.desk_id == desk.pk for shift in shifts)
        ],
        list(deposits.order_by("pk")),
        list(vouchers_on(community, day)),
        closes_of(community).filter(closed_day__business_date=day).first(),
    )
