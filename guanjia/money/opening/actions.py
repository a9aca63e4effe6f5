"""Posting what an office brings along when it goes live, and signing the trial balance of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.database.refusing import refusing
from guanjia.core.refusal import Refusal, Refused, must
from guanjia.money.bills.models import Bill, Opening
from guanjia.money.ledger.actions import DAY_OPEN, Line, day_open
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import OFFICE_SERIES, EntryKind
from guanjia.money.opening.balances import Balances, Book, overlapping
from guanjia.money.opening.models import Signature, latest_of, state
from guanjia.money.opening.rules import may_post, may_sign
from guanjia.money.opening.states import OpeningState, Part
from guanjia.money.payments.models import Desk
from guanjia.money.prepayments.models import Prepayment
from guanjia.records.actions import journal

BILLED_MEANWHILE = Refusal("其中的账期刚被出账", "请重新上传工作簿，按预览改正")
_ANOTHER = Refusal("刚有另一份期初数入账", "请刷新页面，核对那一份")
_BOOK_USED = Refusal("有收银台刚开过收据，下一号不能改", "请重新上传工作簿，按预览改正")

# Entry, opening, bills, movements, deposits and lines in one statement: they can't tell different stories.
_POST = """
WITH entry AS (
    INSERT INTO ledger_entry (community_id, kind, series, business_date, by_id)
    SELECT %(community)s, %(kind)s, %(series)s, %(business_date)s, %(by)s
    WHERE cardinality(%(line_account)s::int[]) > 0 RETURNING id
), opening AS (
    INSERT INTO bills_opening (community_id, previous_id, entry_id, file_name, digest, cut_over_on, bill_count, bills_fen,
        prepayment_count, prepaid_fen, deposit_count, deposits_fen, at, by_id)
    VALUES (%(community)s, %(previous)s, (SELECT id FROM entry), %(file_name)s, %(digest)s, %(cut_over_on)s,
        %(bill_count)s, %(bills_fen)s, %(prepayment_count)s, %(prepaid_fen)s, %(deposit_count)s, %(deposits_fen)s, %(at)s,
        %(by)s) RETURNING id
), issued AS (
    INSERT INTO bills_bill (community_id, unit_id, item_id, opening_id, debtor_id, period_first, period_last, due_on,
        quantity, months, part_days, part_base, amount_fen, paid_before_fen, paid_fen)
    SELECT %(community)s, a.unit, a.item, opening.id, a.debtor, a.first, a.last, a.due_on, 1, 0, 0, 1, a.fen, a.paid, 0
    FROM opening, unnest(%(unit)s::bigint[], %(item)s::bigint[], %(debtor)s::bigint[], %(first)s::date[],
        %(last)s::date[], %(due_on)s::date[], %(fen)s::bigint[], %(paid)s::bigint[])
        AS a(unit, item, debtor, first, last, due_on, fen, paid)
), moved AS (
    INSERT INTO prepayments_movement (community_id, prepayment_id, entry_id, amount_fen)
    SELECT %(community)s, m.prepayment, entry.id, m.fen
    FROM entry, unnest(%(prepayment)s::bigint[], %(moved_fen)s::bigint[]) AS m(prepayment, fen)
), held AS (
    INSERT INTO deposits_helddeposit (community_id, unit_id, kind_id, party_id, payer_name, reference, old_receipt,
        entry_id, received_on, amount_fen)
    SELECT %(community)s, h.unit, h.kind, h.party, h.payer, h.reference, h.receipt, entry.id, h.received_on, h.fen
    FROM entry, unnest(%(held_unit)s::bigint[], %(held_kind)s::bigint[], %(held_party)s::bigint[], %(held_payer)s::text[],
        %(held_reference)s::text[], %(held_receipt)s::text[], %(held_on)s::date[], %(held_fen)s::bigint[])
        AS h(unit, kind, party, payer, reference, receipt, received_on, fen)
    RETURNING id, entry_id, amount_fen
), begun AS (
    INSERT INTO deposits_depositmovement (community_id, held_id, entry_id, kind, amount_fen)
    SELECT %(community)s, held.id, held.entry_id, 'opening', held.amount_fen FROM held
), posted AS (
    INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id)
    SELECT %(community)s, entry.id, l.account, l.fen, l.unit
    FROM entry, unnest(%(line_account)s::int[], %(line_fen)s::bigint[], %(line_unit)s::bigint[]) AS l(account, fen, unit)
)
SELECT id FROM opening
"""
_MOVE_BOOKS = """
UPDATE payments_desk d SET first_number = b.next, prefix = b.prefix
FROM unnest(%(desk)s::bigint[], %(prefix)s::text[], %(next)s::int[]) AS b(desk, prefix, next)
WHERE d.community_id = %(community)s AND d.id = b.desk AND d.last_number = 0
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """The opening that stands, and whether this press posted it."""

    opening: Opening
    is_new: bool


@transaction.atomic
def post_opening(
    *, community: Community, balances: Balances, file_name: str, by: User | None, at: datetime
) -> Posted:
    """Post ``balances`` on the cut-over day, or today where that day is closed; the same again changes nothing.

    Bills of every item are held back meanwhile. Raises Refused. The number of statements does not depend on the rows.
    """
    lock_until_commit(f"opening {community.pk}")
    latest = latest_of(community.pk)
    standing = latest is not None and state(latest) is not OpeningState.WITHDRAWN
    if latest and standing and bytes(latest.digest) == balances.digest:
        return Posted(latest, is_new=False)
    for item_id in sorted({row.item_id for row in balances.arrears}):
        lock_until_commit(f"bills {community.pk} {item_id}")
    must(
        may_post(
            cut_over_on=community.cut_over_on,
            today=business_date(at),
            standing=standing,
            billed_before=_billed_before(community),
            total_fen=max(balances.bills_fen, balances.prepaid_fen, balances.deposits_fen),
        )
    )
    if overlapping(community, balances.arrears):
        raise Refused(BILLED_MEANWHILE)
    values = _values(community, balances) | {
        "previous": latest and latest.pk,
        "file_name": file_name[-200:],
        "at": at,
        "by": by and by.pk,
    }
    opening = Opening.objects.get(community=community, pk=_write(values, business_date(at)))
    _move_books(community, balances)
    after = {
        "file": opening.file_name,
        "cut_over_on": str(opening.cut_over_on),
        "bills": opening.bill_count,
        "bills_fen": opening.bills_fen,
        "prepayments": opening.prepayment_count,
        "prepaid_fen": opening.prepaid_fen,
        "deposits": opening.deposit_count,
        "deposits_fen": opening.deposits_fen,
        "books": [[book.desk_id, book.next_number] for book in balances.books],
    }
    journal(community=community, by=by, at=at, action="opening.post", subject=opening, after=after)
    return Posted(opening, is_new=True)


@transaction.atomic
def sign_opening(*, opening: Opening, part: Part, by: User, at: datetime) -> Signature:
    """Put ``by``'s name to ``part`` of the trial balance; the second name seals it. Raises Refused."""
    community = opening.community
    lock_until_commit(f"opening {community.pk}")
    must(
        may_sign(
            state=state(opening),
            part=part,
            signed_before=Signature.objects.filter(
                community=community, opening=opening, by=by
            ).exists(),
        )
    )
    row = Signature.objects.create(community=community, opening=opening, part=part, by=by, at=at)
    after = {"opening": opening.pk, "part": part.value}
    journal(community=community, by=by, at=at, action="opening.sign", subject=row, after=after)
    return row


def _billed_before(community: Community) -> int:
    rows = Bill.objects.filter(community=community, run__isnull=False, is_cancelled=False)
    return (
        rows.filter(period_first__lt=community.cut_over_on).count() if community.cut_over_on else 0
    )


def _values(community: Community, balances: Balances) -> dict[str, Any]:
    """Return what the statement is executed with, but for who and when."""
    arrears, prepaid, held = balances.arrears, balances.prepaid, balances.deposits
    lines, prepayments = list(_lines(balances)), _prepayments(community, balances)
    return {
        "community": community.pk,
        "kind": EntryKind.OPENING,
        "series": OFFICE_SERIES,
        "digest": balances.digest,
        "cut_over_on": community.cut_over_on,
        "bill_count": len(arrears),
        "bills_fen": balances.bills_fen,
        "prepayment_count": len(prepaid),
        "prepaid_fen": balances.prepaid_fen,
        "deposit_count": len(held),
        "deposits_fen": balances.deposits_fen,
        "unit": [row.unit_id for row in arrears],
        "item": [row.item_id for row in arrears],
        "debtor": [row.debtor_id for row in arrears],
        "first": [row.first for row in arrears],
        "last": [row.last for row in arrears],
        "due_on": [row.due_on for row in arrears],
        "fen": [row.amount_fen for row in arrears],
        "paid": [row.paid_before_fen for row in arrears],
        "prepayment": [prepayments[row.unit_id, row.party_id] for row in prepaid],
        "moved_fen": [row.amount_fen for row in prepaid],
        "held_unit": [row.unit_id for row in held],
        "held_kind": [row.kind_id for row in held],
        "held_party": [row.party_id for row in held],
        "held_payer": [row.payer_name for row in held],
        "held_reference": [row.reference for row in held],
        "held_receipt": [row.old_receipt for row in held],
        "held_on": [row.received_on for row in held],
        "held_fen": [row.amount_fen for row in held],
        "line_account": [int(line.account) for line in lines],
        "line_fen": [line.amount_fen for line in lines],
        "line_unit": [line.unit_id for line in lines],
    }


def _lines(balances: Balances) -> Iterator[Line]:
    """Yield the entry's lines: a receivable for each bill, a liability for each prepayment and deposit, and what they rest on.

    What was charged on behalf of others is owed on to them, as a run has it; all else rests on the opening equity.
    """
    sums = {Account.AGENCY_PAYABLE: 0, Account.OPENING_EQUITY: 0}
    for row in balances.arrears:
        yield Line(Account.RECEIVABLE, row.amount_fen, row.unit_id)
        sums[Account.AGENCY_PAYABLE if row.is_agency else Account.OPENING_EQUITY] += row.amount_fen
    yield from (Line(account, -fen) for account, fen in sums.items() if fen)
    for kept in balances.prepaid:
        yield Line(Account.PREPAID, -kept.amount_fen, kept.unit_id)
    for held in balances.deposits:
        yield Line(Account.DEPOSITS_HELD, -held.amount_fen, held.unit_id)
    yield from (
        Line(Account.OPENING_EQUITY, fen)
        for fen in (balances.prepaid_fen, balances.deposits_fen)
        if fen
    )


def _prepayments(community: Community, balances: Balances) -> dict[tuple[int, int | None], int]:
    """Return the prepayment of each person at each unit; empty ones are begun where there are none."""
    rows = [
        Prepayment(community=community, unit_id=row.unit_id, party_id=row.party_id)
        for row in balances.prepaid
    ]
    Prepayment.objects.bulk_create(rows, ignore_conflicts=True)
    units = {row.unit_id for row in rows}
    found = Prepayment.objects.filter(community=community, unit__in=units)
    return {(unit, party): pk for unit, party, pk in found.values_list("unit_id", "party_id", "pk")}


def _write(values: dict[str, Any], today: date) -> int:
    """Write on the cut-over day; where that is closed, on ``today``, as a later correction would be (L8)."""
    cut_over_on: date = values["cut_over_on"]
    if cut_over_on != today:
        try:
            return _write_on(values, cut_over_on)
        except Refused as refused:
            if refused.refusal != day_open(cut_over_on)[DAY_OPEN]:
                raise
    return _write_on(values, today)


@transaction.atomic
def _write_on(values: dict[str, Any], day: date) -> int:
    meanwhile = {
        "bills_opening_one_after_another": _ANOTHER,
        "bills_bill_once": BILLED_MEANWHILE,
        **day_open(day),
    }
    with refusing(**meanwhile), connection.cursor() as cursor:
        cursor.execute(_POST, values | {"business_date": day})
        (opening_id,) = cursor.fetchone()
    return int(opening_id)


def _move_books(community: Community, balances: Balances) -> None:
    """Let unused books begin at their next number; one that is in use already says so and stays."""
    desks = {desk.pk: desk for desk in Desk.objects.filter(community=community)}
    books = [book for book in balances.books if not _goes_on(desks[book.desk_id], book)]
    if not books:
        return
    values: dict[str, Any] = {
        "community": community.pk,
        "desk": [book.desk_id for book in books],
        "prefix": [book.prefix for book in books],
        "next": [book.next_number for book in books],
    }
    taken = Refusal("收据字头和别的收银台相同", "请另定一个字头，免得两本收据号码相同")
    with refusing(payments_desk_prefix=taken), connection.cursor() as cursor:
        cursor.execute(_MOVE_BOOKS, values)
        if cursor.rowcount != len(books):
            raise Refused(_BOOK_USED)


def _goes_on(desk: Desk, book: Book) -> bool:
    next_number = max(desk.last_number, desk.first_number - 1) + 1
    return (desk.prefix, next_number) == (book.prefix, book.next_number)
