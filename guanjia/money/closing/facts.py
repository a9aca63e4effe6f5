"""Everything that a shift's page and its sheet tell."""

from dataclasses import dataclass

from guanjia.money.closing.models import Count, Handover, Shift
from guanjia.money.closing.reads import (
    CashMove,
    Takings,
    cash_moves,
    refunds_in,
    reversals_in,
    takings_in,
)
from guanjia.money.closing.states import ShiftState
from guanjia.money.payments.models import Reversal
from guanjia.money.refunds.models import Voucher


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """What happened in a shift; nothing of it is to be told while its drawer is being counted."""

    shift: Shift
    takings: Takings
    moves: list[CashMove]
    reversals: list[Reversal]
    refunds: list[Voucher]
    counts: list[Count]

    @property
    def handover(self) -> Handover | None:
        """How it ended."""
        ends: list[Handover] = self.shift.ends  # type: ignore[attr-defined]  # prefetched
        return ends[0] if ends else None

    @property
    def count(self) -> Count | None:
        """The latest count."""
        return self.counts[-1] if self.counts else None

    @property
    def is_blind(self) -> bool:
        """Whether nobody may see what should be in the drawer."""
        return self.shift.state == ShiftState.COUNTING


def facts_of(shift: Shift) -> ShiftFacts:
    """Read a shift, its people and its end loaded, in five statements."""
    ends: list[Handover] = shift.ends  # type: ignore[attr-defined]  # prefetched
    until = (ends[0].closed_position,) if ends else ()
    counts = Count.objects.filter(community=shift.community_id, shift=shift).select_related("by")
    return ShiftFacts(
        shift,
        takings_in(shift, *until),
        [move for move in cash_moves(shift, *until) if move.fen],
        list(reversals_in(shift, *until)),
        list(refunds_in(shift, *until)),
        list(counts.order_by("nth")),
    )
