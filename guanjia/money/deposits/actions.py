"""Drawing on a deposit held: giving it back, taking a deduction off it, and taking such a draw back."""

from collections.abc import Mapping

from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import must
from guanjia.money.deposits.models import DepositMovement, HeldDeposit
from guanjia.money.deposits.rules import DRAWN_MEANWHILE, MovementKind, may_draw_deposit
from guanjia.money.ledger.models import Entry


def draw_deposit(*, held: HeldDeposit, draws: Mapping[MovementKind, int], entry: Entry) -> None:
    """Move what ``entry`` draws from ``held`` (fen, by what becomes of it) inside the caller's transaction.

    The entry debits the deposits' account by their sum and is posted before: a chain is held before a balance.
    The balance's row is locked as it moves, and its CHECK stands behind two who draw at once. Raises Refused where
    less is free.
    """
    free = HeldDeposit.objects.get(community=held.community_id, pk=held.pk).free_fen
    must(may_draw_deposit(draws, free_fen=free))
    with refusing(deposits_balance_sane=DRAWN_MEANWHILE):
        DepositMovement.objects.bulk_create(
            DepositMovement(
                community_id=held.community_id,
                held=held,
                entry=entry,
                kind=movement,
                amount_fen=-fen,
            )
            for movement, fen in draws.items()
        )


def reverse_movements(*, of: Entry, by_mirror: Entry) -> None:
    """Move back what ``of`` moved in deposits, by the entry that mirrors it.

    The database refuses to take a deposit back of which part is gone, by ``deposits_balance_sane``.
    """
    rows = DepositMovement.objects.filter(community=of.community_id, entry=of).order_by("held")
    moved: dict[int, int] = {}
    for held_id, fen in rows.values_list("held", "amount_fen"):
        moved[held_id] = moved.get(held_id, 0) - fen
    DepositMovement.objects.bulk_create(
        DepositMovement(
            community_id=of.community_id,
            held_id=held_id,
            entry=by_mirror,
            kind=MovementKind.REVERSED,
            amount_fen=fen,
        )
        for held_id, fen in moved.items()
    )
