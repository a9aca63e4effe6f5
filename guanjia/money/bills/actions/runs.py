"""The monthly run: bills of every cycle that starts in the month, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import Month, business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import must
from guanjia.money.bills.charging import CHARGES, fetch_one, parameters, shapes_of
from guanjia.money.bills.discounting import OFFS, off_parameters, offs_of
from guanjia.money.bills.models import BillRun
from guanjia.money.bills.rules import may_issue
from guanjia.money.ledger.actions import day_open
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import BILLS_SERIES, EntryKind
from guanjia.money.tariffs.models import ChargeItem
from guanjia.records.actions import journal

# Entry, run, bills and ledger lines in one statement: the lines and the bills can't tell different stories. The empty
# places are what discounts fill.
_ISSUING = """
WITH {charges}, totals AS (
    SELECT count(*) AS bill_count, sum(amount_fen)::bigint AS total_fen FROM charges WHERE amount_fen > 0
), entry AS (
    INSERT INTO ledger_entry (community_id, kind, series, business_date, by_id)
    SELECT %(community)s, %(kind)s, %(series)s, %(business_date)s, %(by)s FROM totals WHERE bill_count > 0 RETURNING id
), run AS (
    INSERT INTO bills_billrun (community_id, item_id, month, entry_id, bill_count, total_fen, at, by_id)
    SELECT %(community)s, %(item)s, %(month)s, entry.id, bill_count, total_fen, %(at)s, %(by)s FROM totals, entry
    RETURNING id, bill_count, total_fen
), issued AS (
    INSERT INTO bills_bill (community_id, unit_id, item_id, tariff_version_id, run_id, debtor_id, period_first,
        period_last, due_on, quantity, unit_price, floor, tier, household_id, months, part_days, part_base, amount_fen,
        paid_fen, reduced_fen)
    SELECT %(community)s, c.unit_id, %(item)s, c.version_id, run.id, c.debtor_id, c.first,
        c.last, c.due_on, c.quantity, c.step_price, c.floor, c.tier, c.household_id, c.months, c.part_days, c.part_base,
        c.amount_fen, 0, {reduced_fen}
    FROM run, charges c {reduced} WHERE c.amount_fen > 0
    {returning}
), posted AS (
    INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)
    SELECT %(community)s, entry.id, %(receivable)s, c.amount_fen, c.unit_id FROM charges c, entry WHERE c.amount_fen > 0
    UNION ALL
    SELECT %(community)s, entry.id, %(income)s, -total_fen, NULL FROM totals, entry
    {reductions}
){adjusted}
SELECT id, bill_count, total_fen, {sum} FROM run
"""
_ISSUE = _ISSUING.format(
    charges=CHARGES,
    reduced_fen="0",
    reduced="",
    returning="",
    reductions="",
    adjusted="",
    sum="0",
)
# Each bill keeps its full price; what a discount takes off is a row, and lines of the ledger, of its own.
_ISSUE_DISCOUNTED = _ISSUING.format(
    charges=f"{CHARGES}, {OFFS}",
    reduced_fen="coalesce(o.off_fen, 0)",
    reduced="LEFT JOIN reduced o ON o.unit_id = c.unit_id AND o.first = c.first",
    returning="RETURNING id, unit_id, period_first",
    reductions="""UNION ALL
    SELECT %(community)s, entry.id, %(receivable)s, -off_fen, unit_id FROM reduced, entry
    UNION ALL
    SELECT %(community)s, entry.id, %(borne_by)s, sum(off_fen)::bigint, NULL FROM reduced, entry GROUP BY entry.id""",
    adjusted=""", adjusted AS (
    INSERT INTO bills_adjustment (community_id, bill_id, kind, amount_fen, reason, evidence_id, grant_id, covered_first,
        covered_last, approved_by_id, entry_id, at, by_id)
    SELECT %(community)s, b.id, o.kind, o.off_fen, o.reason, o.evidence_id, o.grant_id, o.covered_first,
        o.covered_last, o.approved_by_id, entry.id, %(at)s, %(by)s
    FROM offs o JOIN issued b ON b.unit_id = o.unit_id AND b.period_first = o.first, entry
)""",
    sum="coalesce((SELECT sum(off_fen) FROM reduced), 0)::bigint",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a run did for one item: number of bills, their sum and what discounts took off it, in fen."""

    item: ChargeItem
    bill_count: int
    total_fen: int
    reduced_fen: int = 0


def issue_bills(
    *,
    community: Community,
    month: Month,
    items: list[ChargeItem] | None = None,
    by: User | None,
    at: datetime,
    ahead: bool = False,
) -> Iterator[Batch]:
    """Issue the month's bills item by item, each in one transaction; yields as it goes.

    Running it again issues only what is missing: a broken run is taken up where it stopped, and a unit
    whose area was filled in later gets its bill. Raises Refused for a month beyond the coming one, unless
    ``ahead`` says so expressly.
    """
    must(may_issue(month, today=business_date(at), ahead=ahead))
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.bills_freshen_statistics()")
    for item in items or ChargeItem.objects.filter(community=community).order_by("position", "pk"):
        yield _issue_item(community=community, item=item, month=month, by=by, at=at)


@transaction.atomic
def _issue_item(
    *, community: Community, item: ChargeItem, month: Month, by: User | None, at: datetime
) -> Batch:
    lock_until_commit(f"bills {community.pk} {item.pk}")
    shapes = shapes_of(community=community, item=item, month=month)
    if not shapes:
        return Batch(item, 0, 0)
    day = business_date(at)
    offs = offs_of(community=community, item=item, shapes=shapes, lock=True)
    values = {
        **parameters(community=community, item=item, shapes=shapes),
        **off_parameters(offs),
        "kind": EntryKind.BILLS,
        "series": BILLS_SERIES,
        "business_date": day,
        "at": at,
        "by": by and by.pk,
        "month": month.first,
        "receivable": Account.RECEIVABLE,
        "income": item.income_account,
        "borne_by": Account.AGENCY_PAYABLE if item.is_agency else Account.INCOME_REDUCTION,
    }
    with refusing(**day_open(day)):
        made = fetch_one(_ISSUE_DISCOUNTED if offs else _ISSUE, values)
    if not made:
        return Batch(item, 0, 0)
    run_id, bill_count, total_fen, reduced_fen = made
    told = {"item": item.name, "month": str(month), "count": bill_count, "total_fen": total_fen}
    journal(
        community=community,
        by=by,
        at=at,
        action="bills.issue",
        subject=BillRun(pk=run_id),
        after={**told, "reduced_fen": reduced_fen} if reduced_fen else told,
    )
    return Batch(item, bill_count, total_fen, reduced_fen)
