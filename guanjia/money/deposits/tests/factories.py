"""Deposits taken at an office's desk, in a few words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from guanjia.accounts.models import Community
from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.estate.models import Unit
from guanjia.money.deposits.actions import draw_deposit
from guanjia.money.deposits.models import DepositKind, HeldDeposit
from guanjia.money.deposits.rules import MovementKind
from guanjia.money.ledger.actions import Line, post
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import Entry, EntryKind
from guanjia.money.payments.models import Receipt
from guanjia.money.payments.rules import Deposit, Method, Tender
from guanjia.money.payments.taking import Taking
from guanjia.money.payments.tests.factories import Office


def kind_of(community: Community, name: str = "装修押金") -> DepositKind:
    """Return one of the kinds that a community begins with."""
    return DepositKind.objects.get(community=community, name=name)


def deposit(
    office: Office, fen: int = 200_000, name: str = "装修押金", reference: str = ""
) -> Deposit:
    """Return what a clerk types for one deposit."""
    return Deposit(kind_of(office.community, name).pk, fen, reference)


def deposit_alone(unit: Unit, *deposits: Deposit, **changes: Any) -> Taking:
    """Return what is asked for when cash comes for ``deposits`` and nothing else."""
    fen = sum(each.amount_fen for each in deposits)
    asked: dict[str, Any] = {
        "unit_id": unit.pk,
        "deposits": deposits,
        "tenders": (Tender(Method.CASH, fen, fen),),
        "payer_name": "张素珍",
        "payer_capacity": "业主",
    }
    return Taking(**asked | changes)


def take_deposit(
    office: Office, unit: Unit, fen: int = 200_000, *, at: datetime = MORNING, **changes: Any
) -> Receipt:
    """Take one deposit in cash."""
    return office.take(deposit_alone(unit, deposit(office, fen), **changes), at=at)


def held_by(receipt: Receipt) -> HeldDeposit:
    """Return the one deposit that the receipt took."""
    return HeldDeposit.objects.get(community=receipt.community_id, entry=receipt.payment.entry_id)


@transaction.atomic
def draw(
    office: Office,
    held: HeldDeposit,
    draws: Mapping[MovementKind, int],
    *against: Line,
    at: datetime = MORNING,
) -> Entry:
    """Draw on ``held``; without other lines all of it goes out in cash."""
    fen = sum(draws.values())
    entry = post(
        community=office.community,
        kind=EntryKind.REFUND,
        business_date=business_date(at),
        lines=[
            Line(Account.DEPOSITS_HELD, fen, held.unit_id),
            *(against or [Line(Account.CASH, -fen)]),
        ],
        series=office.desk.series,
        by=office.cashier,
    )
    draw_deposit(held=held, draws=draws, entry=entry)
    return entry
