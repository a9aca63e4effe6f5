"""Finding a prepayment to move money in or out of, and moving it between units of a household or of one payer."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.money.ledger.actions import Line, claim_request, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind
from guanjia.money.prepayments.models import Movement, Prepayment, Transfer
from guanjia.money.prepayments.rules import DRAWN_MEANWHILE, may_transfer
from guanjia.records.actions import journal

SCOPE = "prepayment.transfer"


def prepayment_of(*, community: Community, unit_id: int, party_id: int | None) -> Prepayment:
    """Return the prepayment of a person at a unit; an empty one is begun where there is none."""
    row = Prepayment(community=community, unit_id=unit_id, party_id=party_id)
    Prepayment.objects.bulk_create([row], ignore_conflicts=True)
    return Prepayment.objects.get(community=community, unit=unit_id, party=party_id)


@transaction.atomic
def transfer_prepayment(
    *,
    source: Prepayment,
    to: Unit,
    amount_fen: int,
    reason: str,
    key: UUID,
    by: User,
    at: datetime,
) -> Transfer:
    """Move money once to another unit, where the same person has it then; the same ``key`` gives the same answer (L7).

    Raises Refused where the units neither share a household nor a payer, or less is left and free; the CHECK on the
    balance stands behind them when two move at once. Raises TextError without a reason.
    """
    community, today = source.community, business_date(at)
    asked = {"source": source.pk, "to": to.pk, "amount_fen": amount_fen, "by": by.pk}
    claimed = claim_request(community=community, scope=SCOPE, key=key, request=asked)
    if claimed is None:
        rows = Transfer.objects.filter(community=community)
        return rows.get(request_key__scope=SCOPE, request_key__key=key)
    source = Prepayment.objects.select_related("unit").get(community=community, pk=source.pk)
    must(
        may_transfer(
            asked_fen=amount_fen,
            balance_fen=source.balance_fen,
            held_fen=source.held_fen,
            same_unit=to.pk == source.unit_id,
            related=_are_related(source, to, today),
        )
    )
    reason = clean(reason, limit=200)
    target = prepayment_of(community=community, unit_id=to.pk, party_id=source.party_id)
    entry = post(
        community=community,
        kind=EntryKind.TRANSFER,
        business_date=today,
        lines=[
            Line(Account.PREPAID, amount_fen, source.unit_id),
            Line(Account.PREPAID, -amount_fen, to.pk),
        ],
        by=by,
    )
    with refusing(prepayments_balance_sane=DRAWN_MEANWHILE):
        Movement.objects.bulk_create(
            Movement(community=community, prepayment=prepayment, entry=entry, amount_fen=fen)
            for prepayment, fen in ((source, -amount_fen), (target, amount_fen))
        )
    transfer = Transfer.objects.create(
        community=community,
        source=source,
        target=target,
        entry=entry,
        request_key=claimed,
        amount_fen=amount_fen,
        reason=reason,
        at=at,
        by=by,
    )
    journal(
        community=community,
        by=by,
        at=at,
        action="prepayment.transfer",
        subject=transfer,
        after={"from": source.unit_id, "to": to.pk, "amount_fen": amount_fen},
        reason=reason,
    )
    return transfer


def _are_related(source: Prepayment, to: Unit, today: date) -> bool:
    """Whether both units are of one household, or who left the money answers for the other's bills today."""
    home = source.unit.household_id
    if home is not None and home == to.household_id:
        return True
    debtors = Tenure.objects.filter(
        on_day(today), community=source.community_id, unit=to, is_debtor=True
    ).annotate(now=Coalesce("party__merged_into_id", "party_id"))
    whose = Prepayment.objects.filter(community=source.community_id, pk=source.pk)
    now = whose.values_list(Coalesce("party__merged_into_id", "party_id"), flat=True)[0]
    return now is not None and debtors.filter(now=now).exists()
