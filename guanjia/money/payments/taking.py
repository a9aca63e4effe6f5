"""Taking money at the desk: one payment, its ledger entry and its numbered receipt, all or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from guanjia.accounts.models import Community, User
from guanjia.core.calendar import business_date
from guanjia.core.database.written import written_once
from guanjia.core.refusal import Refused, must
from guanjia.core.text import clean
from guanjia.estate.models import Tenure, Unit, on_day
from guanjia.money.bills.models import Bill
from guanjia.money.deposits.models import DepositKind, HeldDeposit
from guanjia.money.ledger.actions import claim_request
from guanjia.money.payments.models import Desk, Part, Payment, Receipt
from guanjia.money.payments.rules import (
    BY_REFERENCE,
    SEVERAL_DEBTORS,
    Books,
    Deposit,
    Method,
    Tender,
    Wish,
    may_take,
    shares,
)
from guanjia.money.payments.witnessing import seen_by_witness, testify, testify_again
from guanjia.money.payments.writing import Move, write_payment
from guanjia.money.prepayments.actions import prepayment_of
from guanjia.money.prepayments.reads import Balance, balances_of

SCOPE = "payment.take"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What the clerk asks for with one press of the button; amounts in fen.

    ``expected_fen`` is the sum told to the customer (FEE-R1), ``settle_fen`` what of it is paid now, the oldest
    bills first (all of it for None), ``prepay_fen`` what is left for bills to come. ``payer_id`` is the payer's
    party, where the register knows them. See ``rules.Wish``.
    """

    unit_id: int
    bill_ids: tuple[int, ...] = ()
    expected_fen: int = 0
    tenders: tuple[Tender, ...]
    payer_name: str
    payer_capacity: str
    payer_id: int | None = None
    settle_fen: int | None = None
    prepay_fen: int = 0
    deposits: tuple[Deposit, ...] = ()
    received_on: date | None = None
    again: bool = False

    @property
    def wish(self) -> Wish:
        """What the rules look at."""
        return Wish(
            bills=len(self.bill_ids),
            expected_fen=self.expected_fen,
            settle_fen=self.expected_fen if self.settle_fen is None else self.settle_fen,
            prepay_fen=self.prepay_fen,
            deposits=self.deposits,
            tenders=self.tenders,
            received_on=self.received_on,
            again=self.again,
        )


@transaction.atomic
def take_payment(
    *, community: Community, desk: Desk, taking: Taking, key: UUID, by: User, at: datetime
) -> Receipt:
    """Take the payment once and return its receipt; the same ``key`` again returns the same receipt (L7).

    Raises Refused with the reason and the remedy. Bills are locked in order of id, the receipt's number
    last (L6), so two desks on one household wait for each other and never deadlock. When this returns, the
    receipt is written down by the witness outside the database (L10), or ``is_witnessed`` says that it is not.
    """
    claimed = claim_request(
        community=community,
        scope=SCOPE,
        key=key,
        request={**asdict(taking), "desk": desk.pk, "by": by.pk},
    )
    if claimed is None:
        again = Receipt.objects.select_related("desk", "payment").get(
            community=community, payment__request_key__scope=SCOPE, payment__request_key__key=key
        )
        testify_again(again)
        return again
    wish, today = taking.wish, business_date(at)
    bills = _lock_bills(community, taking.bill_ids)
    payable = _payable_units(community, taking.unit_id, bills)
    balances = _balances(community, taking, bills)
    must(
        may_take(
            wish,
            Books(
                open_fen=[bill.open_fen for bill in bills if bill.unit_id in payable],
                prepaid_fen=sum(balance.fen for balance in balances),
                used=_used(community, taking.tenders),
                today=today,
                kinds=_kinds_in_use(community, taking.deposits),
            ),
        )
    )
    paid = shares(bills, wish.settle_fen)
    moves = list(_moves(community, taking, balances, today))
    payment = Payment(
        community=community,
        desk=desk,
        unit_id=taking.unit_id,
        request_key=claimed,
        amount_fen=sum(tender.amount_fen for tender in taking.tenders),
        prepaid_fen=taking.prepay_fen,
        deposit_fen=wish.deposit_fen,
        payer_name=taking.payer_name,
        payer_capacity=taking.payer_capacity,
        business_date=today,
        received_on=None if taking.received_on == today else taking.received_on,
        at=at,
        by=by,
    )
    seen = seen_by_witness(community, desk)
    receipt = write_payment(
        payment,
        parts=[_part(tender) for tender in taking.tenders],
        settled=list(zip(bills, paid, strict=False)),
        moves=moves,
        deposits=[_held(deposit, taking.payer_id) for deposit in taking.deposits],
    )
    testify(receipt, seen)
    return receipt


def _held(deposit: Deposit, payer_id: int | None) -> HeldDeposit:
    return HeldDeposit(
        kind_id=deposit.kind_id,
        party_id=payer_id,
        reference=deposit.reference and clean(deposit.reference, limit=60),
        amount_fen=deposit.amount_fen,
    )


def _part(tender: Tender) -> Part:
    cash, referred = tender.method is Method.CASH, tender.method in BY_REFERENCE
    return Part(
        method=tender.method,
        amount_fen=tender.amount_fen,
        tendered_fen=tender.tendered_fen if cash else None,
        reference=tender.reference.strip() if referred else "",
    )


def _moves(
    community: Community, taking: Taking, balances: Sequence[Balance], today: date
) -> Iterator[Move]:
    """Yield what is drawn from the debtor's prepayments, the unit's own first, and what is added."""
    drawn = sum(t.amount_fen for t in taking.tenders if t.method is Method.PREPAYMENT)
    for balance in balances:
        if fen := min(balance.fen, drawn):
            drawn -= fen
            yield Move(balance.prepayment_id, balance.unit_id, -fen)
    if taking.prepay_fen:
        debtors = Tenure.objects.filter(
            on_day(today), community=community, unit=taking.unit_id, is_debtor=True
        )
        owner = Coalesce("party__merged_into_id", "party_id")
        party_id = debtors.values_list(owner, flat=True).first()
        kept = prepayment_of(community=community, unit_id=taking.unit_id, party_id=party_id)
        yield Move(kept.pk, taking.unit_id, taking.prepay_fen)


def _balances(community: Community, taking: Taking, bills: Sequence[Bill]) -> list[Balance]:
    """Return what the bills' debtor has left at the household's units, where a prepayment is to pay."""
    if all(tender.method is not Method.PREPAYMENT for tender in taking.tenders):
        return []
    rows = Bill.objects.filter(community=community, pk__in=[bill.pk for bill in bills])
    owners = set(rows.values_list(Coalesce("debtor__merged_into_id", "debtor_id"), flat=True))
    if len(owners) != 1:
        raise Refused(SEVERAL_DEBTORS)
    units = Unit.objects.filter(community=community)
    own = units.filter(pk=taking.unit_id)
    sisters = units.filter(household_id__in=own.values("household")).exclude(pk=taking.unit_id)
    ids = [taking.unit_id, *sisters.values_list("pk", flat=True)]
    return balances_of(community, ids, owners.pop())


def _kinds_in_use(community: Community, deposits: Sequence[Deposit]) -> list[int]:
    """Return which of the deposits' kinds are in use."""
    if not deposits:
        return []
    asked = [deposit.kind_id for deposit in deposits]
    rows = DepositKind.objects.filter(community=community, pk__in=asked, is_active=True)
    return list(rows.values_list("pk", flat=True))


def _used(community: Community, tenders: Sequence[Tender]) -> list[str]:
    """Return which of the references have paid before and were not taken back."""
    named = [(t.method, t.reference.strip()) for t in tenders if t.reference.strip()]
    if not named:
        return []
    rows = Part.objects.filter(
        community=community,
        method__in=[method for method, _ in named],
        reference__in=[reference for _, reference in named],
        payment__reversals=None,
    )
    return [
        ref for method, ref in rows.values_list("method", "reference") if (method, ref) in named
    ]


def _lock_bills(community: Community, ids: tuple[int, ...]) -> list[Bill]:
    """Lock the bills in order of id; return them in the order they are paid, the oldest first."""
    locked = _locked(community.pk, list(ids)) if ids else []
    return sorted(locked, key=lambda bill: (bill.due_on, bill.pk))


@written_once
def _locked(community: int, ids: list[int]) -> QuerySet[Bill]:
    # No join: before the first ANALYZE its plan would read a whole community for one payment.
    rows = Bill.objects.select_for_update().filter(community=community, pk__in=ids)
    return rows.order_by("pk")


def _payable_units(community: Community, unit_id: int, bills: Sequence[Bill]) -> set[int]:
    """Return the unit itself and, of the bills' units, those that share its household."""
    others = {bill.unit_id for bill in bills} - {unit_id}
    if not others:
        return {unit_id}
    units = Unit.objects.filter(community=community)
    shared = units.filter(
        pk__in=others, household_id__in=units.filter(pk=unit_id).values("household")
    )
    return {unit_id, *shared.values_list("pk", flat=True)}
