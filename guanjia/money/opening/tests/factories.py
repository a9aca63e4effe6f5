"""Balances for tests."""

import hashlib
from datetime import date
from typing import Any

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.estate.models import Unit
from guanjia.money.bills.models import Opening
from guanjia.money.deposits.tests.factories import kind_of
from guanjia.money.opening.actions import Posted, post_opening
from guanjia.money.opening.balances import Arrear, Balances, Held, Prepaid
from guanjia.money.payments.tests.factories import Office, make_office
from guanjia.money.tariffs.models import ChargeItem

CUT_OVER = date(2026, 11, 1)


def going_live() -> Office:
    """Return an office that goes live on 1 November 2026."""
    office = make_office()
    office.community.cut_over_on = CUT_OVER
    office.community.save()
    return office


def arrear(unit: Unit, item: ChargeItem, month: int = 10, **fields: Any) -> Arrear:
    """Return a month's arrears of 2026: 200.00 yuan, 50.00 of 250.00 having been paid."""
    words = {
        "debtor_id": None,
        "first": date(2026, month, 1),
        "last": date(2026, month, 28),
        "due_on": date(2026, month, 15),
        "amount_fen": 20_000,
        "paid_before_fen": 5_000,
    }
    return Arrear(unit_id=unit.pk, item_id=item.pk, is_agency=item.is_agency, **{**words, **fields})


def held(unit: Unit, fen: int = 150_000, **fields: Any) -> Held:
    """Return what is left of a fit-out deposit of August 2026, on the old receipt 0031."""
    words = {
        "party_id": None,
        "payer_name": "装修公司",
        "reference": "厨卫改造",
        "old_receipt": "0031",
        "received_on": date(2026, 8, 3),
    }
    kind = kind_of(unit.community).pk
    return Held(unit_id=unit.pk, kind_id=kind, amount_fen=fen, **{**words, **fields})


def balances(*arrears: Arrear, prepaid: tuple[Prepaid, ...] = (), **words: Any) -> Balances:
    """Return balances whose digest follows what they hold."""
    told = repr((arrears, prepaid, words)).encode()
    digest = hashlib.sha256(told).digest()
    return Balances(digest=digest, arrears=arrears, prepaid=prepaid, **words)


def post(office: Office, brought: Balances, **words: Any) -> Posted:
    """Post what ``office`` brings along."""
    told = {"file_name": "期初.xlsx", "by": office.cashier, "at": MORNING, **words}
    return post_opening(community=office.community, balances=brought, **told)


def posted(office: Office, *units: Unit) -> Opening:
    """Post arrears, a prepayment of 80.00 yuan and a deposit of 1,500.00 of each unit."""
    rows = [arrear(unit, office.item) for unit in units]
    kept = tuple(Prepaid(unit.pk, None, 8_000) for unit in units)
    deposits = tuple(held(unit) for unit in units)
    return post(office, balances(*rows, prepaid=kept, deposits=deposits)).opening


def make_reviewer(office: Office) -> Any:
    """Return the director of the office's community."""
    return make_user(community=office.community, role=Role.DIRECTOR)
