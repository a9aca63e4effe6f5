"""The exported books pass beancount's own check, and say what the program says."""

import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Balance, Open, Posting, Transaction
from django.core.management import CommandError, call_command
from django.db.models import Sum

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.tests.hostile import NAMES
from guanjia.money.bills.actions import cancel_bill, reduce_bill
from guanjia.money.bills.models import IS_OPEN, OPEN_FEN, Bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.ledger.models import Entry, EntryLine
from guanjia.money.payments.rules import Method
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)


METHODS = [method for method in Method if method is not Method.PREPAYMENT]


@pytest.fixture
def office():
    """An office where customers of every name have paid by every method, and one has not."""
    office = make_office()
    units = [office.unit(number=f"9-1-{n}") for n in range(len(NAMES) + 1)]
    office.bill()
    for n, name in enumerate(NAMES):
        method = METHODS[n % len(METHODS)]
        tender: dict[str, Any] = (
            {} if method == Method.CASH else {"tendered_fen": None, "reference": f"88{n:04}"}
        )
        bills = office.owed(units[n])
        office.pay(bills, payer_name=f'{name}"\\\n', tender={"method": method, **tender})
    return office


def export(path, *words):
    out = StringIO()
    call_command("ledger_export", "--format", "beancount", "--out", str(path), *words, stdout=out)
    return out.getvalue()


def number_of(posting: Posting) -> Decimal:
    assert posting.units and posting.units.number is not None
    return posting.units.number


def test_bean_check_finds_nothing_amiss(office, tmp_path):
    path = tmp_path / "books.beancount"
    report = json.loads(export(path, "--json"))
    assert report["entries"] == Entry.objects.count() == len(NAMES) + 1
    done = subprocess.run(
        [sys.executable, "-m", "beancount.scripts.check", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_balance_is_the_programs_own(office, tmp_path):
    path = tmp_path / "books.beancount"
    export(path, "--community", office.community.name)
    entries, errors, _ = loader.load_file(str(path))
    assert not errors
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            sums[posting.account] += number_of(posting)

    accounts = {entry.account: entry for entry in entries if isinstance(entry, Open)}
    for account, code in ((name, name.split(":")[2].split("-")[0]) for name in accounts):
        lines = EntryLine.objects.filter(community=office.community, account=code)
        if ":U" in account:
            lines = lines.filter(unit_id=account.rpartition("U")[2])
        assert sums[account] * 100 == lines.aggregate(fen=Sum("amount_fen"))["fen"]
    open_fen = (
        Bill.objects.filter(community=office.community)
        .values_list("unit_id")
        .annotate(fen=Sum(OPEN_FEN))
    )
    for unit_id, fen in open_fen:
        assert sums[f"Assets:P{office.community.pk}:1122-应收账款:U{unit_id}"] * 100 == fen
    asserted = {
        entry.account: entry.amount.number for entry in entries if isinstance(entry, Balance)
    }
    assert asserted == sums


def test_what_was_taken_off_bills_passes_as_well(office, tmp_path):
    (left,) = Bill.objects.filter(IS_OPEN, community=office.community)
    mistaken = office.unit(number="9-2-1")
    office.bill()
    by = {"by": office.cashier, "at": MORNING}
    reduce_bill(bill=left, kind=AdjustmentKind.WAIVER, amount_fen=669, reason='停"电"', **by)
    cancel_bill(bill=office.owed(mistaken)[0], reason="还没交房", **by)
    path = tmp_path / "books.beancount"
    export(path)
    _, errors, _ = loader.load_file(str(path))
    assert not errors
    text = path.read_text("utf-8")
    assert '"减免 减免 停\\"电\\""' in text
    assert '"减免 撤销 还没交房"' in text
    assert "600101-折扣与减免  6.69 ~ 0 CNY" in text
    assert f"1122-应收账款:U{left.unit_id}  230.00 ~ 0 CNY" in text


def test_names_and_numbers_come_back_as_they_were(office, tmp_path):
    path = tmp_path / "books.beancount"
    export(path)
    entries, _, _ = loader.load_file(str(path))
    payees = {entry.payee for entry in entries if isinstance(entry, Transaction) and entry.payee}
    assert payees == {f'{name}"\\\n' for name in NAMES}
    units = {
        entry.meta["unit"] for entry in entries if isinstance(entry, Open) and "unit" in entry.meta
    }
    assert "9-1-0" in units
    assert any(
        "收据 0007444" in (entry.narration or "")
        for entry in entries
        if isinstance(entry, Transaction)
    )


def test_one_fen_too_many_is_noticed(office, tmp_path):
    """The control: a file whose assertion is off by the smallest amount does not pass."""
    path = tmp_path / "books.beancount"
    export(path)
    text = path.read_text("utf-8")
    assert " 236.69 ~ 0 CNY" in text
    path.write_text(text.replace(" 236.69 ~ 0 CNY", " 236.68 ~ 0 CNY"), "utf-8")
    _, errors, _ = loader.load_file(str(path))
    assert errors


def test_what_can_not_be_done_is_a_mistake_of_usage(office, tmp_path):
    for path, words in ((tmp_path / "no" / "x", ()), (tmp_path / "x", ("--community", "无"))):
        with pytest.raises(CommandError) as mistake:
            export(path, *words)
        assert mistake.value.returncode == 2
        assert not path.exists()
