"""Closing the business day: the cash to the bank, the chains' heads on paper, the books shut."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refused, must
from guanjia.money.closing.actions.deposits import take_to_bank
from guanjia.money.closing.actions.drawers import hold_closing
from guanjia.money.closing.banknotes import Notes
from guanjia.money.closing.models import DayClose
from guanjia.money.closing.reads import days_due, heads_of, open_shifts
from guanjia.money.closing.rules import MEANWHILE_CLOSED, may_close_day
from guanjia.money.ledger.actions import day_lock, day_open
from guanjia.money.ledger.models import ClosedDay
from guanjia.records.actions import journal


@transaction.atomic
def close_day(
    *,
    community: Community,
    day: date,
    taken: Mapping[int, Notes],
    carrier: str = "",
    slip: str = "",
    witness: User,
    by: User,
    at: datetime,
) -> DayClose:
    """Close ``day``, and with it the days before on which no shift was; ``taken`` goes to the bank, by desk.

    A payment that has its entry keeps the day's lock until it has committed, and the closing waits for it; one
    that comes later waits for the closing and is refused (the ledger's trigger, L8). Raises Refused where a shift
    of the day has not ended, an earlier day is to be closed first, or less is in a drawer than is taken out.
    """
    hold_closing(community)
    today, due = business_date(at), days_due(community, business_date(at))
    if due is None or due.day != day:
        raise Refused(MEANWHILE_CLOSED)
    unended = [
        f"{shift.desk.name}（{shift.opened_by.name}）"
        for shift in open_shifts(community)
        if shift.business_date <= day
    ]
    must(may_close_day(day=day, today=today, open_shifts=unended, same_person=witness == by))
    days = [due.first + timedelta(days=n) for n in range((day - due.first).days + 1)]
    _hold_days(community, due.first, day)
    deposit = None
    if taken:
        with refusing(**day_open(today)):
            deposit = take_to_bank(
                community=community,
                taken=taken,
                carrier=carrier,
                slip=slip,
                witness=witness,
                day=today,
                by=by,
                at=at,
            )
    closed = ClosedDay.objects.bulk_create(
        ClosedDay(community=community, business_date=each, by=by) for each in days
    )
    close = DayClose.objects.create(
        community=community,
        closed_day=closed[-1],
        first_day=due.first,
        deposit=deposit,
        heads=heads_of(community),
        at=at,
        by=by,
        witness=witness,
    )
    told = {"day": day, "first_day": due.first, "deposit_fen": deposit.amount_fen if deposit else 0}
    journal(community=community, by=by, at=at, action="day.close", subject=close, after=told)
    return close


def _hold_days(community: Community, first: date, last: date) -> None:
    """Wait for whatever is being posted on these days and let nothing more in; in order, before any desk's row."""
    name = day_lock(community, first).removesuffix(str(first))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s || d::date, 0))"
            " FROM generate_series(%s::date, %s::date, '1 day') AS d ORDER BY d",
            [name, first, last],
        )
