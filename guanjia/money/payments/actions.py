"""Taking money at the desk: one payment, its ledger entry and its numbered receipt, all or nothing; and the desks."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.advisory import lock_until_commit
from guanjia.core.refusal import Refusal, Refused
from guanjia.core.text import clean
from guanjia.estate.models import Unit
from guanjia.money.bills.models import Bill
from guanjia.money.ledger.actions import Line, claim_request, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind, RequestKey
from guanjia.money.payments.models import Allocation, Desk, Payment, Receipt, ReceiptPrint
from guanjia.money.payments.rules import METHOD_ACCOUNTS, Method, may_take
from guanjia.records.actions import journal, send

SCOPE = "payment.take"


@dataclass(frozen=True, slots=True)
class Taking:
    """What the clerk asks for with one press of the button.

    ``expected_fen`` is the sum told to the customer (FEE-R1), ``tendered_fen`` the cash handed over.
    """

    unit_id: int
    bill_ids: tuple[int, ...]
    expected_fen: int
    method: Method
    tendered_fen: int | None
    reference: str
    payer_name: str
    payer_capacity: str


@transaction.atomic
def take_payment(
    *, community: Community, desk: Desk, taking: Taking, key: UUID, by: User, at: datetime
) -> Receipt:
    """Take the payment once and return its receipt; the same ``key`` again returns the same receipt (L7).

    Raises Refused with the reason and the remedy. Bills are locked in order of id, the receipt's number
    last (L6), so two desks on one household wait for each other and never deadlock.
    """
    claimed = claim_request(
        community=community,
        scope=SCOPE,
        key=key,
        request={**asdict(taking), "desk": desk.pk, "by": by.pk},
    )
    if claimed is None:
        return Receipt.objects.select_related("desk", "payment").get(
            community=community, payment__request_key__scope=SCOPE, payment__request_key__key=key
        )
    bills = _lock_bills(community, taking.bill_ids)
    payable = _payable_units(community, taking.unit_id, bills)
    verdict = may_take(
        open_fen=[bill.open_fen for bill in bills if bill.unit_id in payable],
        asked=len(taking.bill_ids),
        expected_fen=taking.expected_fen,
        method=taking.method,
        tendered_fen=taking.tendered_fen,
        reference=taking.reference,
    )
    if not verdict:
        raise Refused(verdict)
    total = sum(bill.open_fen for bill in bills)
    entry = post(
        community=community,
        kind=EntryKind.PAYMENT,
        business_date=business_date(at),
        lines=[
            Line(METHOD_ACCOUNTS[taking.method], total),
            *(Line(Account.RECEIVABLE, -bill.open_fen, bill.unit_id) for bill in bills),
        ],
        by=by,
        series=desk.series,
    )
    payment = _record(taking, total, desk=desk, entry=entry, claimed=claimed, by=by, at=at)
    Allocation.objects.bulk_create(
        Allocation(community=community, payment=payment, bill=bill, amount_fen=bill.open_fen)
        for bill in bills
    )
    _settle(community, bills)
    summary = {
        "amount_fen": total,
        "method": taking.method,
        "bills": len(bills),
        "unit": taking.unit_id,
    }
    journal(
        community=community, by=by, at=at, action="payment.take", subject=payment, after=summary
    )
    send(community=community, topic="payment.taken", payload={"payment": payment.pk, **summary})
    return Receipt.objects.create(
        community=community, desk=desk, number=_next_number(community, desk), payment=payment
    )


def _record(
    taking: Taking,
    total_fen: int,
    *,
    desk: Desk,
    entry: Entry,
    claimed: RequestKey,
    by: User,
    at: datetime,
) -> Payment:
    cash = taking.method == Method.CASH
    return Payment.objects.create(
        community_id=entry.community_id,
        desk=desk,
        unit_id=taking.unit_id,
        request_key=claimed,
        entry=entry,
        method=taking.method,
        amount_fen=total_fen,
        tendered_fen=taking.tendered_fen if cash else None,
        reference="" if cash else taking.reference.strip(),
        payer_name=taking.payer_name,
        payer_capacity=taking.payer_capacity,
        business_date=entry.business_date,
        at=at,
        by=by,
    )


def _lock_bills(community: Community, ids: tuple[int, ...]) -> list[Bill]:
    # No join: before the first ANALYZE its plan would read a whole community for one payment.
    rows = Bill.objects.select_for_update().filter(community=community, pk__in=ids)
    return list(rows.order_by("pk"))


def _payable_units(community: Community, unit_id: int, bills: list[Bill]) -> set[int]:
    """Return the unit itself and, of the bills' units, those that share its household."""
    others = {bill.unit_id for bill in bills} - {unit_id}
    if not others:
        return {unit_id}
    units = Unit.objects.filter(community=community)
    shared = units.filter(
        pk__in=others, household_id__in=units.filter(pk=unit_id).values("household")
    )
    return {unit_id, *shared.values_list("pk", flat=True)}


def _settle(community: Community, bills: list[Bill]) -> None:
    """Add what was read under the lock; the CHECK on the table refuses more than the bill (L5)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bills_bill b SET paid_fen = b.paid_fen + s.amount"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS s(id, amount)"
            " WHERE b.community_id = %s AND b.id = s.id",
            [[bill.pk for bill in bills], [bill.open_fen for bill in bills], community.pk],
        )


def _next_number(community: Community, desk: Desk) -> int:
    """Count the desk's receipts on under the row's lock: no gap, since a rollback takes the count back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_desk SET last_number = greatest(last_number, first_number - 1) + 1 WHERE community_id = %s AND id = %s"
            " RETURNING last_number",
            [community.pk, desk.pk],
        )
        row: tuple[Any, ...] = cursor.fetchone()
        return int(row[0])


@transaction.atomic
def record_print(*, receipt: Receipt, by: User, at: datetime) -> ReceiptPrint:
    """Count one printing of ``receipt`` and return it; the sheet says 第 N 次打印."""
    Desk.objects.select_for_update().get(community=receipt.community_id, pk=receipt.desk_id)
    earlier = ReceiptPrint.objects.filter(community=receipt.community_id, receipt=receipt)
    nth = (earlier.aggregate(last=Max("nth"))["last"] or 0) + 1
    return ReceiptPrint.objects.create(
        community_id=receipt.community_id, receipt=receipt, nth=nth, at=at, by=by
    )


@transaction.atomic
def open_desk(
    *,
    community: Community,
    name: str,
    prefix: str,
    first_number: int,
    by: User | None,
    at: datetime,
) -> Desk:
    """Open a cash desk with a series of receipts of its own. Raises Refused where name or prefix is taken.

    ``prefix`` may be empty, for one desk of the community.
    """
    name, prefix = clean(name, limit=30), prefix and clean(prefix, limit=6)
    lock_until_commit(f"payments.desks.{community.pk}")  # two who add the same hear why
    desks = Desk.objects.filter(community=community)
    if desks.filter(name=name).exists():
        raise Refused(Refusal(f"收银台“{name}”已经有了", "请换一个名称；停用了的可以重新启用"))
    if other := desks.filter(prefix=prefix).first():
        used = f"收据字头“{prefix}”" if prefix else "不带字头的收据"
        raise Refused(
            Refusal(f"{used}已由“{other.name}”使用", "请另定一个字头，免得两本收据号码相同")
        )
    desk = Desk.objects.create(
        community=community, name=name, prefix=prefix, first_number=first_number
    )
    after = {"name": name, "prefix": prefix, "first_number": first_number}
    journal(community=community, by=by, at=at, action="desk.open", subject=desk, after=after)
    return desk


def close_desk(*, desk: Desk, by: User, at: datetime) -> None:
    """Take no more money at ``desk``; its receipts stay, and its numbers wait for a reopening."""
    _put_in_use(desk, False, action="desk.close", by=by, at=at)


def reopen_desk(*, desk: Desk, by: User, at: datetime) -> None:
    """Take money at ``desk`` again, its receipts counted on."""
    _put_in_use(desk, True, action="desk.reopen", by=by, at=at)


@transaction.atomic
def _put_in_use(desk: Desk, in_use: bool, *, action: str, by: User, at: datetime) -> None:
    rows = Desk.objects.filter(community=desk.community_id, pk=desk.pk, is_active=not in_use)
    if rows.update(is_active=in_use):
        journal(community=desk.community, by=by, at=at, action=action, subject=desk)
