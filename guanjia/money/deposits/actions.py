"""Drawing on a deposit held: giving it back, taking a deduction off it, and taking such a draw back."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from guanjia.accounts.models import User
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refused
from guanjia.money.deposits.models import DepositMovement, HeldDeposit
from guanjia.money.deposits.rules import DRAWN_MEANWHILE, MovementKind, may_draw_deposit
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind


@transaction.atomic
def draw_deposit(
    *,
    held: HeldDeposit,
    draws: Mapping[MovementKind, int],
    against: Iterable[Line],
    kind: EntryKind,
    business_date: date,
    series: str,
    by: User,
) -> Entry:
    """Post what is drawn from ``held`` (fen, by what becomes of it) and move its balance; return the entry.

    ``against`` are the other lines: the cash that goes out, the income or the receivable a deduction becomes.
    Whoever pays out at a desk holds its drawer before. The balance's row is locked as it moves, and its CHECK
    stands behind two who draw at once. Raises Refused where less is held.
    """
    community = held.community
    verdict = may_draw_deposit(
        draws,
        balance_fen=HeldDeposit.objects.values_list("balance_fen", flat=True).get(
            community=community, pk=held.pk
        ),
    )
    if not verdict:
        raise Refused(verdict)
    drawn = Line(Account.DEPOSITS_HELD, sum(draws.values()), held.unit_id)
    entry = post(
        community=community,
        kind=kind,
        business_date=business_date,
        lines=[drawn, *against],
        by=by,
        series=series,
    )
    with refusing(deposits_balance_sane=DRAWN_MEANWHILE):
        DepositMovement.objects.bulk_create(
            DepositMovement(
                community=community, held=held, entry=entry, kind=movement, amount_fen=-fen
            )
            for movement, fen in draws.items()
        )
    return entry


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
