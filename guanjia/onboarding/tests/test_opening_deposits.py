"""Deposits that an office brings along: held on their old receipts, or told with their remedy and kept out."""

from datetime import date
from typing import Any

import pytest

from guanjia.money.audit.checks import audit
from guanjia.money.deposits.models import DepositMovement, HeldDeposit
from guanjia.onboarding.opening.layout import template
from guanjia.onboarding.tests.openings import HELD, OWED, live_office, opening_workbook, owner_of
from guanjia.onboarding.tests.test_opening_files import bring, errors
from guanjia.onboarding.workbook import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return live_office()


def test_each_is_held_on_its_old_receipt(place):
    office, unit = place
    outcome = bring(office, opening_workbook(OWED, held=[HELD]))
    assert outcome.opening
    assert (outcome.opening.deposit_count, outcome.opening.deposits_fen) == (1, 150_000)
    held = HeldDeposit.objects.get(community=office.community)
    assert (held.unit, held.kind.name, held.balance_fen) == (unit, "装修押金", 150_000)
    assert (held.party_id, held.payer_name) == (owner_of(unit), "张素珍")
    assert (held.old_receipt, held.reference) == ("0031", "厨卫改造")
    assert held.received_on == date(2026, 8, 3)
    assert held.entry == outcome.opening.entry
    assert DepositMovement.objects.get(held=held).kind == "opening"
    assert [v.check.name for v in audit(office.community) if v.count] == []


def test_deposits_alone_are_an_opening_and_twice_is_once(place):
    office, _ = place
    first = bring(office, opening_workbook(held=[HELD]))
    again = bring(office, opening_workbook(held=[HELD], 别的=[["x"]]))
    assert (again.opening, again.is_new) == (first.opening, False)
    assert HeldDeposit.objects.count() == 1


def test_a_payer_that_nobody_knows_is_held_by_name_with_a_warning(place):
    office, _ = place
    outcome = bring(office, opening_workbook(held=[{**HELD, "name": "装修公司"}]))
    held = HeldDeposit.objects.get()
    assert (held.party, held.payer_name) == (None, "装修公司")
    assert [f.message for f in outcome.examined.findings] == ["登记里认不出这个人，按所填姓名记"]


def test_without_a_name_it_is_the_debtors_of_that_day(place):
    office, unit = place
    bring(office, opening_workbook(held=[{**HELD, "name": ""}]))
    held = HeldDeposit.objects.get()
    assert (held.party_id, held.payer_name) == (owner_of(unit), "张素珍")


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such unit": ({"number": "9-1-999"}, "A2", "登记里没有 9-1-999 这套房屋"),
    "no such kind": ({"kind": "花盆押金"}, "B2", "没有这个押金种类"),
    "no kind": ({"kind": ""}, "B2", "没有填“押金种类”"),
    "nobody": ({"name": "", "received": "1990-01-01"}, "C2", "没有填缴款人"),
    "of the office's own days": ({"received": "2026-11-01"}, "D2", "在启用日 2026-11-01 或以后"),
    "no day": ({"received": "去年"}, "D2", "不是日期"),
    "nothing": ({"amount": 0}, "F2", "金额是零"),
    "less than nothing": ({"amount": -5}, "F2", "不是金额"),
    "a slip of the point": ({"amount": "1000000000"}, "F2", "大得不合常理"),
    "too many words": ({"purpose": "长" * 61}, "G2", "文字存不下"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_cell_is_named_and_keeps_all_of_it_out(place, fault):
    changes, cell, message = BAD[fault]
    office, _ = place
    outcome = bring(office, opening_workbook(OWED, held=[{**HELD, **changes}]))
    found = errors(outcome)
    assert [where for where, _ in found] == [f"押金!{cell}"]
    assert message in found[0][1]
    assert outcome.opening is None
    assert not HeldDeposit.objects.exists()


def test_the_same_receipt_twice_is_told(place):
    office, _ = place
    outcome = bring(office, opening_workbook(held=[HELD, {**HELD, "amount": 20}]))
    assert [message for _, message in errors(outcome)] == ["同一张收据的这种押金已在第 2 行"]
    other = {**HELD, "kind": "出入证押金", "amount": 20}
    assert bring(office, opening_workbook(held=[HELD, other])).is_new


def test_the_template_has_its_page(place):
    (page,) = [sheet for sheet in read(template()) if sheet.title == "押金"]
    assert page.rows
