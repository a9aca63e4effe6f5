"""Finding a prepayment to move money in or out of, and moving it between a household's units."""

from datetime import datetime

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refused
from guanjia.core.text import clean
from guanjia.estate.models import Unit
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind
from guanjia.money.prepayments.models import Movement, Prepayment
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE, may_transfer
from guanjia.records.actions import journal


def prepayment_of(*, community: Community, unit_id: int, party_id: int | None) -> Prepayment:
    """Return the prepayment of a person at a unit; an empty one is begun where there is none."""
    row = Prepayment(community=community, unit_id=unit_id, party_id=party_id)
    Prepayment.objects.bulk_create([row], ignore_conflicts=True)
    return Prepayment.objects.get(community=community, unit=unit_id, party=party_id)


@transaction.atomic
def transfer_prepayment(
    *, source: Prepayment, to: Unit, amount_fen: int, reason: str, by: User, at: datetime
) -> Entry:
    """Move money to another unit of the same household, where the same person has it then.

    Raises Refused where the units do not share a household or less is left; the CHECK on the balance stands
    behind them when two move at once.
    """
    community, home = source.community, source.unit
    verdict = may_transfer(
        asked_fen=amount_fen,
        balance_fen=source.balance_fen,
        same_household=to.pk != home.pk
        and home.household_id is not None
        and home.household_id == to.household_id,
    )
    if not verdict:
        raise Refused(verdict)
    reason = clean(reason, limit=200)
    target = prepayment_of(community=community, unit_id=to.pk, party_id=source.party_id)
    entry = post(
        community=community,
        kind=EntryKind.TRANSFER,
        business_date=business_date(at),
        lines=[
            Line(Account.PREPAID, amount_fen, home.pk),
            Line(Account.PREPAID, -amount_fen, to.pk),
        ],
        by=by,
    )
    with refusing(prepayments_balance_sane=DRAWN_MEANWHILE):
        Movement.objects.bulk_create(
            Movement(community=community, prepayment=prepayment, entry=entry, amount_fen=fen)
            for prepayment, fen in ((source, -amount_fen), (target, amount_fen))
        )
    moved = {"from": home.pk, "to": to.pk, "amount_fen": amount_fen}
    journal(
        community=community,
        by=by,
        at=at,
        action="prepayment.transfer",
        subject=source,
        after=moved,
        reason=reason,
    )
    return entry
