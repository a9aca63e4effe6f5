"""Charging once at the desk (临时收费): a bill without a run, and its entry."""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.refusal import must
from guanjia.core.text import clean
from guanjia.estate.models import Tenure, on_day
from guanjia.money.bills.models import Bill, ExtraCharge
from guanjia.money.bills.rules import extra_fen, may_charge
from guanjia.money.ledger.actions import Line, claim_request, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import EntryKind
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.actions import journal

SCOPE = "charge.add"


@dataclass(frozen=True, slots=True)
class Charging:
    """What the clerk asks for: so many at so much (yuan), of whom. ``debtor_id`` None is the unit's debtor."""

    unit_id: int
    item_id: int
    quantity: Decimal
    unit_price: Decimal
    description: str = ""
    debtor_id: int | None = None


@transaction.atomic
def add_charge(
    *, community: Community, charging: Charging, key: UUID, by: User, at: datetime
) -> Bill:
    """Charge once and return the bill; the same ``key`` again returns the same bill (L7).

    It falls due the same day. Raises Refused where the item is not for this, the amount is nothing, or the
    debtor does not belong to the unit (any more).
    """
    claimed = claim_request(
        community=community, scope=SCOPE, key=key, request={**asdict(charging), "by": by.pk}
    )
    if claimed is None:
        return Bill.objects.get(
            community=community, extra__request_key__scope=SCOPE, extra__request_key__key=key
        )
    item = ChargeItem.objects.get(community=community, pk=charging.item_id)
    day = business_date(at)
    here = Tenure.objects.filter(on_day(day), community=community, unit=charging.unit_id)
    wanted = {"is_debtor": True} if charging.debtor_id is None else {"party": charging.debtor_id}
    debtor_id = here.filter(**wanted).values_list("party_id", flat=True).first()
    amount = extra_fen(charging.quantity, charging.unit_price)
    must(
        may_charge(
            is_extra=item.is_extra,
            amount_fen=amount,
            has_left=charging.debtor_id is not None and debtor_id is None,
        )
    )
    entry = post(
        community=community,
        kind=EntryKind.BILLS,
        business_date=day,
        lines=[
            Line(Account.RECEIVABLE, amount, charging.unit_id),
            Line(item.income_account, -amount),
        ],
        by=by,
    )
    extra = ExtraCharge.objects.create(
        community=community,
        request_key=claimed,
        entry=entry,
        description=charging.description and clean(charging.description, limit=60),
        at=at,
        by=by,
    )
    bill = Bill.objects.create(
        community=community,
        unit_id=charging.unit_id,
        item=item,
        extra=extra,
        debtor_id=debtor_id,
        period_first=day,
        period_last=day,
        due_on=day,
        quantity=charging.quantity,
        unit_price=charging.unit_price,
        months=0,
        amount_fen=amount,
    )
    journal(
        community=community,
        by=by,
        at=at,
        action=SCOPE,
        subject=extra,
        after={"item": item.name, "unit": charging.unit_id, "amount_fen": amount},
        reason=extra.description,
    )
    return bill
