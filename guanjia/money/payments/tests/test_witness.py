"""What was acknowledged is known outside the database, and no number that is known there is issued twice."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.refusal import Refused
from guanjia.money.audit.checks import audit
from guanjia.money.ledger.models import Link
from guanjia.money.ledger.witness import Witness, together, witness
from guanjia.money.payments import witnessing
from guanjia.money.payments.models import Desk, LostReceipt, Payment, Receipt
from guanjia.money.payments.tests.factories import make_office
from guanjia.money.payments.witnessing import acknowledge_losses, lost_receipts
from guanjia.records.models import JournalEntry
from tests.faults.racing import outcome, owner, race, start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office():
    return make_office()


def households(office, count):
    units = [office.unit() for _ in range(count)]
    office.bill()
    return [office.owed(unit) for unit in units]


def known(office, desk=None):
    return witness().known(office.community.pk, (desk or office.desk).series)


def broken():
    with transaction.atomic():
        return {verdict.check.name for verdict in audit(None) if verdict.count}


TABLES = (
    "ledger_requestkey",
    "ledger_entry",
    "ledger_entryline",
    "ledger_link",
    "ledger_head",
    "payments_desk",
    "payments_payment",
    "payments_allocation",
    "payments_part",
    "payments_receipt",
    "bills_bill",
    "records_journalentry",
    "records_outboxmessage",
)


def restored_to(snapshot):
    """Put the books back to ``snapshot``, as a restored backup or a damaged log does."""
    with owner() as own:
        _guards(own, "DISABLE")
        with own.transaction():
            for table, rows in snapshot.items():
                own.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
                with own.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write(row)
        _guards(own, "ENABLE")


def _guards(own, what):
    for table in TABLES:
        own.execute(f"ALTER TABLE {table} {what} TRIGGER USER")


@pytest.fixture
def backup():
    """Take a copy of the books as they are, without the columns that are worked out."""

    def take():
        with owner() as own:
            return {table: list(_rows(own, table)) for table in TABLES}

    return take


def _rows(own, table):
    with own.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        yield from (bytes(row) for row in copy)


def test_a_receipt_is_written_down_before_it_is_acknowledged(office):
    (bills,) = households(office, 1)
    receipt = office.pay(bills)
    link = Link.objects.get(entry=receipt.payment.entry_id)
    (told,) = known(office).values()
    assert (told.number, told.position, told.series) == (7444, 1, office.desk.series)
    assert bytes.fromhex(told.hash) == bytes(link.hash)
    assert receipt.is_witnessed


def test_nothing_personal_is_written_down(office):
    (bills,) = households(office, 1)
    office.pay(bills, payer_name="欧阳婉清")
    (file,) = settings.WITNESS.iterdir()
    assert "欧阳" not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0


def test_a_payment_that_is_rolled_back_is_not_written_down(office, monkeypatch):
    (bills,) = households(office, 1)
    with pytest.raises(ConnectionError), transaction.atomic():
        office.pay(bills)
        raise ConnectionError
    assert known(office) == {}


def test_many_at_once_lose_no_line(office):
    race(*[partial(office.pay, bills) for bills in households(office, 8)])
    assert sorted(known(office)) == list(range(7444, 7452))
    assert broken() == set()


def test_history_made_in_one_go_is_written_down_in_one_go(office):
    with together(), transaction.atomic():
        for bills in households(office, 3):
            office.pay(bills)
        assert known(office) == {}
    assert sorted(known(office)) == [7444, 7445, 7446]


class TestALostTail:
    """Yesterday's backup is restored: the books agree with themselves and lack two receipts."""

    @pytest.fixture
    def today(self, office, backup):
        first, second, third, fourth = households(office, 4)
        office.pay(first)
        yesterday = backup()
        office.pay(second)
        office.pay(third)
        restored_to(yesterday)
        return second, fourth

    @pytest.mark.usefixtures("today")
    def test_the_books_alone_see_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "WITNESS", tmp_path)
        assert broken() == set()

    def test_the_control_without_a_witness_a_number_is_issued_twice(
        self, office, today, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(settings, "WITNESS", tmp_path)
        assert office.pay(today[1]).number == 7445

    def test_the_witness_stops_every_desk_and_names_the_numbers(self, office, today):
        other = Desk.objects.create(community=office.community, name="二号", prefix="B")
        for desk in (None, other):
            with pytest.raises(Refused, match="账里没有的收据"):
                office.pay(today[1], desk=desk)
        (lost,) = lost_receipts(office.community)
        assert lost.numbers == (7445, 7446)
        assert broken() == {"receipts_witnessed"}
        assert Receipt.objects.count() == 1

    def test_after_acknowledgement_no_number_is_issued_again_and_none_is_missing(
        self, office, today
    ):
        count = acknowledge_losses(
            community=office.community, reason="硬盘坏了", by=office.cashier, at=MORNING
        )
        assert count == 2
        assert [row.number for row in LostReceipt.objects.order_by("number")] == [7445, 7446]
        assert all(row.hash and row.issued_at for row in LostReceipt.objects.all())
        assert JournalEntry.objects.get(action="receipt.lose").reason == "硬盘坏了"
        assert office.pay(today[1]).number == 7447
        assert broken() == set()

    @pytest.mark.usefixtures("today")
    def test_without_its_rows_the_gap_is_found(self, office):
        acknowledge_losses(
            community=office.community, reason="硬盘坏了", by=office.cashier, at=MORNING
        )
        with owner() as own:
            own.execute("ALTER TABLE payments_lostreceipt DISABLE TRIGGER USER")
            own.execute("DELETE FROM payments_lostreceipt WHERE number = 7446")
            own.execute("ALTER TABLE payments_lostreceipt ENABLE TRIGGER USER")
        assert broken() == {"receipts_gapless", "receipts_witnessed"}

    @pytest.mark.usefixtures("today")
    def test_a_reason_is_asked_for_and_twice_is_once(self, office):
        acknowledge = partial(
            acknowledge_losses, community=office.community, by=office.cashier, at=MORNING
        )
        with pytest.raises(Refused, match="原因"):
            acknowledge(reason=" ")
        both = race(*[partial(acknowledge, reason="硬盘坏了")] * 2)
        assert sorted(map(str, map(type, both))) == sorted(map(str, [int, Refused]))
        assert LostReceipt.objects.count() == 2

    def test_the_same_press_again_is_a_new_payment_on_the_restored_books(self, office, today):
        acknowledge_losses(
            community=office.community, reason="硬盘坏了", by=office.cashier, at=MORNING
        )
        assert office.pay(today[0], key=uuid4()).number == 7447


def test_a_changed_entry_that_was_linked_anew_differs_from_the_witness(office):
    (bills,) = households(office, 1)
    office.pay(bills)
    with owner() as own:
        own.execute("ALTER TABLE ledger_link DISABLE TRIGGER USER")
        own.execute("UPDATE ledger_link SET hash = sha256('x') WHERE series LIKE 'desk %'")
        own.execute("UPDATE ledger_head SET hash = sha256('x') WHERE series LIKE 'desk %'")
        own.execute("ALTER TABLE ledger_link ENABLE TRIGGER USER")
    assert "receipts_witnessed" in broken()


class TestAWitnessThatCannotBeWritten:
    def test_the_receipt_stands_and_says_so_and_the_next_is_refused_until_it_is_mended(
        self, office, monkeypatch
    ):
        first, second, third = households(office, 3)
        with monkeypatch.context() as patch:
            real = os.write
            patch.setattr(
                "guanjia.money.ledger.witness.os.write", lambda h, data: real(h, data[:5])
            )
            receipt = office.pay(first)
            assert not receipt.is_witnessed
            with pytest.raises(Refused, match="不能再收款"):
                office.pay(second)
        assert Receipt.objects.count() == 1
        assert office.pay(third).number == 7445
        assert sorted(known(office)) == [
            7444,
            7445,
        ]  # the torn lines stand alone, and both are said

    def test_a_folder_that_is_gone_refuses_before_any_money_is_taken(
        self, office, monkeypatch, tmp_path
    ):
        (bills,) = households(office, 1)
        (tmp_path / "file").touch()
        monkeypatch.setattr(settings, "WITNESS", tmp_path / "file" / "witness")
        with pytest.raises(Refused, match="不能再收款"):
            office.pay(bills)
        assert not Payment.objects.exists()

    def test_one_killed_between_commit_and_witness_is_written_down_by_its_retry(
        self, office, monkeypatch
    ):
        (bills,) = households(office, 1)
        key = uuid4()
        with monkeypatch.context() as patch:
            patch.setattr(witnessing._Saying, "__call__", lambda _self: None)
            office.pay(bills, key=key)
        assert known(office) == {}
        assert office.pay(bills, key=key).number == 7444
        assert list(known(office)) == [7444]

    def test_or_by_the_desks_next_receipt(self, office, monkeypatch):
        first, second = households(office, 2)
        with monkeypatch.context() as patch:
            patch.setattr(witnessing._Saying, "__call__", lambda _self: None)
            office.pay(first)
        office.pay(second)
        assert sorted(known(office)) == [7444, 7445]


def test_what_was_issued_before_there_was_a_witness_is_written_down_with_the_next(
    office, monkeypatch, tmp_path
):
    for bills in households(office, 2):
        office.pay(bills)
    monkeypatch.setattr(settings, "WITNESS", tmp_path / "new")
    (last,) = households(office, 1)[-1:]
    office.pay(last)
    assert sorted(known(office)) == [7444, 7445, 7446]
    assert broken() == set()


def test_another_desks_receipt_on_its_way_is_no_loss(office):
    second_desk = Desk.objects.create(community=office.community, name="二号", prefix="B")
    here, there, later = households(office, 3)
    office.pay(there, desk=second_desk)
    with transaction.atomic():
        office.pay(here)
        assert outcome(start(partial(office.pay, later, desk=second_desk))).number == 2
    assert broken() == set()


class TestTheCopy:
    def test_it_is_kept_and_alone_is_enough(self, office, monkeypatch, tmp_path, backup):
        monkeypatch.setattr(settings, "WITNESS_COPY", tmp_path / "other disk")
        first, second, third = households(office, 3)
        office.pay(first)
        yesterday = backup()
        office.pay(second)
        restored_to(yesterday)
        for file in settings.WITNESS.iterdir():
            file.unlink()
        with pytest.raises(Refused, match="账里没有的收据"):
            office.pay(third)

    def test_one_that_is_away_holds_nobody_up_and_is_brought_up_to_date(
        self, office, monkeypatch, tmp_path
    ):
        (tmp_path / "away").touch()
        monkeypatch.setattr(settings, "WITNESS_COPY", tmp_path / "away")
        first, second = households(office, 2)
        assert office.pay(first).is_witnessed
        assert not witness().is_copied()
        (tmp_path / "away").unlink()
        office.pay(second)
        assert witness().is_copied()
        alone = Witness(tmp_path / "away")
        assert sorted(alone.known(office.community.pk, office.desk.series)) == [7444, 7445]


def test_a_damaged_line_says_nothing_and_the_others_still_do(office):
    for bills in households(office, 3):
        office.pay(bills)
    (file,) = settings.WITNESS.iterdir()
    lines = file.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"7445", b"9999")
    file.write_bytes(b"".join(lines))
    assert sorted(known(office)) == [7444, 7446]


def test_the_end_of_a_long_file_is_enough_to_know_the_last_number(office):
    (bills,) = households(office, 1)
    office.pay(bills)
    (told,) = known(office).values()
    path = next(Path(settings.WITNESS).iterdir())
    with path.open("ab") as file:
        for number in range(7445, 7445 + 300):
            file.write(replace(told, number=number).line)
    assert witness().last(office.community.pk)[office.desk.series].number == 7744
