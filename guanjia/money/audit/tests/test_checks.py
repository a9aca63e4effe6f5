"""The audit finds what the guards would have refused: one planted fault after the other, by its own law alone."""

# ruff: noqa: S608 - the faults are put together from names of our own

import json
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from guanjia.accounts.tests.factories import MORNING, make_community
from guanjia.estate.tests.factories import make_unit
from guanjia.money.audit.checks import CHECKS, SHOWN, audit
from guanjia.money.audit.tests.rooms import ROOM_FAULTS, ROOM_TABLES, busy_rooms
from guanjia.money.bills.actions import cancel_bill, reduce_bill
from guanjia.money.bills.rules import AdjustmentKind
from guanjia.money.ledger.models import RequestKey
from guanjia.money.payments.tests.factories import make_office

GUARDED = (
    "ledger_entry",
    "ledger_entryline",
    "ledger_closedday",
    "ledger_requestkey",
    "ledger_link",
    "tariffs_tariffversion",
    "tariffs_unittariff",
    "bills_billrun",
    "bills_extracharge",
    "bills_bill",
    "bills_adjustment",
    "payments_payment",
    "payments_part",
    "payments_reversal",
    "payments_allocation",
    "payments_receipt",
    "records_journalentry",
    *ROOM_TABLES,
)


def busy_office():
    """Two units of two months; both have paid the older one, and something was taken off the newer ones.

    One left more than was owed, and one receipt was voided. A third unit's bills were mistakes, one of them
    issued once more since.
    """
    office = make_office()
    first, second, third = office.unit(), office.unit("120.00"), office.unit("80.00")
    for month in ("2026-11", "2026-12"):
        office.bill(month)
    for bill in office.owed(third):
        cancel_bill(bill=bill, reason="还没交房", by=office.cashier, at=MORNING)
    office.bill("2026-12")
    office.charge(second, quantity="2", unit_price="20")
    newer = office.owed(first)[1]
    reduce_bill(
        bill=newer,
        kind=AdjustmentKind.WAIVER,
        amount_fen=1_000,
        reason="电梯停运三天",
        by=office.cashier,
        at=MORNING,
    )
    office.pay(office.owed(first)[:1])
    older = office.owed(second)[:1]
    total = older[0].open_fen + 10_000
    office.pay(older, prepay_fen=10_000, tender={"amount_fen": total, "tendered_fen": total})
    office.take_back(office.pay(office.owed(first)))
    busy_rooms(office, first, second)
    return office, first, second


@pytest.fixture
def books(db):
    """Yield ids to write faults with; the guards are off and the owner writes, all taken back at the end."""
    office, first, second = busy_office()
    elsewhere = make_unit(community=make_community())
    ids = {
        "c": office.community.pk,
        "by": office.cashier.pk,
        "desk": office.desk.pk,
        "first": first.pk,
        "second": second.pk,
        "elsewhere": elsewhere.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return ids


RUN = "(SELECT min(entry_id) FROM bills_billrun WHERE community_id = %(c)s)"
PAID = "(SELECT min(id) FROM payments_payment WHERE community_id = %(c)s)"
OPEN = "(SELECT max(id) FROM bills_bill WHERE community_id = %(c)s AND unit_id = %(first)s)"
LINE = "INSERT INTO ledger_entryline (community_id, entry_id, account, amount_fen, unit_id) VALUES "
HEAD = "INSERT INTO ledger_entry (community_id, kind, business_date, by_id, reverses_id) VALUES "
# Whoever writes past the guards links the chain anew as well: it is the other laws that must find it.
RELINK = """
DELETE FROM ledger_link; DELETE FROM ledger_head;
DO $$ DECLARE entry public.ledger_entry; BEGIN
    FOR entry IN SELECT * FROM ledger_entry ORDER BY id LOOP PERFORM ledger_link_entry(entry); END LOOP;
END $$
"""
NEW = "(SELECT max(id) FROM ledger_entry WHERE community_id = %(c)s)"
WAIVED = "kind = 'waiver'"
ITS = f"entry_id = (SELECT entry_id FROM bills_adjustment WHERE {WAIVED})"
FAULTS = ROOM_FAULTS | {
    "an entry with one line too many": (
        "entries_balance",
        f"{LINE} (%(c)s, {RUN}, 2241, 5, NULL)",
    ),
    "a reversal that is no mirror": (
        "reversals_mirror",
        (
            "UPDATE ledger_entryline SET account = 1002 WHERE account = 1001"
            " AND entry_id = (SELECT min(entry_id) FROM payments_reversal WHERE community_id = %(c)s)"
        ),
    ),
    "a line of nothing": (
        "amounts_bounded",
        "ALTER TABLE ledger_entryline DROP CONSTRAINT ledger_line_amount",
        f"{LINE} (%(c)s, {RUN}, 2241, 0, NULL)",
    ),
    "lines beyond all bounds": (
        "amounts_bounded",
        "ALTER TABLE ledger_entryline DROP CONSTRAINT ledger_line_amount",
        f"{LINE} (%(c)s, {RUN}, 2241, 2e15, NULL), (%(c)s, {RUN}, 2241, -2e15, NULL)",
    ),
    "an entry that no document explains": (
        "entries_explained",
        f"{HEAD} (%(c)s, 'payment', '2026-11-23', %(by)s, NULL)",
        f"{LINE} (%(c)s, {NEW}, 1001, 5, NULL), (%(c)s, {NEW}, 2241, -5, NULL)",
    ),
    "a run that counts a bill too many": (
        "runs_posted",
        f"UPDATE bills_billrun SET bill_count = bill_count + 1 WHERE entry_id = {RUN}",
    ),
    "a run of another month": (
        "runs_posted",
        f"UPDATE bills_billrun SET month = '2026-05-01' WHERE entry_id = {RUN}",
    ),
    "cash that was a transfer": (
        "payments_posted",
        (
            "UPDATE payments_part SET method = 'transfer', tendered_fen = NULL, reference = '8801'"
            f" WHERE payment_id = {PAID}"
        ),
    ),
    "a payment on another day than its entry": (
        "payments_posted",
        f"UPDATE payments_payment SET business_date = business_date - 1 WHERE id = {PAID}",
    ),
    "parts that are not the whole": (
        "payments_posted",
        f"UPDATE payments_part SET amount_fen = amount_fen - 1 WHERE payment_id = {PAID}",
    ),
    "a receipt voided on another day": (
        "reversals_whole",
        "UPDATE payments_reversal SET kind = 'red' WHERE community_id = %(c)s",
    ),
    "what was paid on one bill booked on another": (
        "bills_paid",
        "UPDATE bills_bill SET paid_fen = paid_fen - 1 WHERE paid_fen > 0 AND unit_id = %(first)s",
        f"UPDATE bills_bill SET paid_fen = paid_fen + 1 WHERE id = {OPEN}",
    ),
    "a waiver told of another bill than the one it was taken off": (
        "bills_reduced",
        (
            "UPDATE bills_adjustment SET bill_id = (SELECT min(id) FROM bills_bill"
            f" WHERE community_id = %(c)s AND unit_id = %(first)s) WHERE {WAIVED}"
        ),
    ),
    "a cancelled bill that counts again": (
        "bills_reduced",
        (
            "UPDATE bills_bill SET is_cancelled = false"
            " WHERE is_cancelled AND period_first = '2026-11-01'"
        ),
    ),
    "an extra charge that is not its price times its number": (
        "extras_posted",
        "UPDATE bills_bill SET quantity = 3 WHERE extra_id IS NOT NULL",
    ),
    "an extra charge pressed for by no key of its kind": (
        "keys_used",
        "UPDATE ledger_requestkey SET scope = 'other' WHERE scope = 'charge.add'",
    ),
    "a waiver booked as income that never was": (
        "adjustments_posted",
        f"UPDATE ledger_entryline SET account = 6001 WHERE {ITS} AND account = 600101",
    ),
    "a waiver that the journal forgot": (
        "acts_journalled",
        "DELETE FROM records_journalentry WHERE action = 'bill.waive'",
    ),
    "a receivable on the wrong unit": (
        "receivables_match",
        f"{LINE} (%(c)s, {RUN}, 1122, 5, %(first)s), (%(c)s, {RUN}, 1122, -5, %(second)s)",
    ),
    "a payment with two receipts, another with none": (
        "payments_receipted",
        "ALTER TABLE payments_receipt DROP CONSTRAINT payments_receipt_once",
        f"UPDATE payments_receipt SET payment_id = {PAID} WHERE community_id = %(c)s",
    ),
    "a number that no receipt bears": (
        "receipts_gapless",
        "UPDATE payments_desk SET last_number = last_number + 1 WHERE id = %(desk)s",
    ),
    "a number given twice": (
        "receipts_gapless",
        "ALTER TABLE payments_receipt DROP CONSTRAINT payments_receipt_number",
        "UPDATE payments_receipt SET number = 7444",
    ),
    "a key written before the work": (
        "keys_used",
        (
            "INSERT INTO ledger_requestkey (community_id, scope, key, request_hash)"
            " VALUES (%(c)s, 'payment.take', gen_random_uuid(), '')"
        ),
    ),
    "an entry in somebody else's name": (
        "entries_chained",
        f"UPDATE ledger_entry SET by_id = NULL WHERE id = {RUN}",
    ),
    "a link taken out": (
        "entries_chained",
        f"DELETE FROM ledger_link WHERE entry_id = {RUN}",
    ),
    "a head that forgot its last link": (
        "entries_chained",
        "UPDATE ledger_head SET position = position - 1 WHERE series LIKE 'desk %%'",
    ),
    "an entry on a day that was closed before": (
        "days_closed",
        (
            "INSERT INTO ledger_closedday (community_id, business_date, closed_at, by_id)"
            " VALUES (%(c)s, '2026-11-23', '2026-01-01', %(by)s)"
        ),
    ),
    "a payment that nobody was told of": (
        "messages_queued",
        f"DELETE FROM records_outboxmessage WHERE (payload->>'payment')::bigint = {PAID}",
    ),
    "a payment that the journal forgot": (
        "acts_journalled",
        f"DELETE FROM records_journalentry WHERE action = 'payment.take' AND subject_id = {PAID}",
    ),
    "a bill whose area was changed later": (
        "bills_computed",
        f"UPDATE bills_bill SET quantity = quantity + 1 WHERE id = {OPEN}",
    ),
    "a price changed under its bills": (
        "bills_computed",
        "UPDATE tariffs_tariffversion SET unit_price = unit_price + 0.01 WHERE community_id = %(c)s",
    ),
    "a unit that pays an item by another item's tariff": (
        "tariffs_fit",
        "INSERT INTO tariffs_chargeitem (community_id, name, is_agency, position) VALUES (%(c)s, '垃圾费', false, 1)",
        "UPDATE tariffs_unittariff SET item_id = (SELECT max(id) FROM tariffs_chargeitem) WHERE unit_id = %(first)s",
    ),
    "a bill by a version that was not in force yet": (
        "tariffs_fit",
        "UPDATE tariffs_tariffversion SET effective_from = '2026-12-01' WHERE community_id = %(c)s",
    ),
    "a day billed twice": (
        "periods_apart",
        "UPDATE bills_bill SET period_last = '2026-12-01' WHERE period_first = '2026-11-01' AND unit_id = %(first)s",
    ),
    "a line on another community's unit": (
        "communities_apart",
        "ALTER TABLE ledger_entryline DROP CONSTRAINT {unit_key}",
        f"UPDATE ledger_entryline SET unit_id = %(elsewhere)s WHERE account = 6001 AND entry_id = {RUN}",
    ),
    "a unit's tariff whose unit is gone": (
        "communities_apart",
        "ALTER TABLE tariffs_unittariff DROP CONSTRAINT {tariff_unit_key}",
        "UPDATE tariffs_unittariff SET unit_id = 0 WHERE unit_id = %(first)s",
    ),
}


def key_of(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid"
            " AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND a.attname = %s",
            [table, column],
        )
        return str(cursor.fetchone()[0])


def app_role() -> str:
    return str(connection.settings_dict["OPTIONS"]["assume_role"])


def broken() -> set[str]:
    return {verdict.check.name for verdict in audit(None) if verdict.count}


def test_the_control_the_books_are_clean_before_any_fault(books):
    assert broken() == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_own_law_alone(books, fault):
    law, *statements = FAULTS[fault]
    keys = {
        "unit_key": key_of("ledger_entryline", "unit_id"),
        "tariff_unit_key": key_of("tariffs_unittariff", "unit_id"),
    }
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**keys), books)
            assert cursor.rowcount
        if law != "entries_chained":
            cursor.execute(RELINK)
        cursor.execute(f"SET ROLE {connection.ops.quote_name(app_role())}")
    assert broken() == {law}


def test_every_law_has_its_fault():
    assert {law for law, *_ in FAULTS.values()} == {check.name for check in CHECKS}


@pytest.fixture
def committed(transactional_db):
    return busy_office()[0]


def command(*words):
    out = StringIO()
    try:
        call_command("ledger_audit", *words, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_reads_only_and_says_that_all_is_well(committed):
    code, text = command("--community", committed.community.name)
    assert code == 0
    assert text.count("✓") == len(CHECKS) + 1  # and the witness
    assert "账务无误" in text


def test_the_command_names_the_rows_and_ends_with_1(committed):
    for _ in range(SHOWN + 1):
        make_key(committed.community)
    code, text = command()
    assert code == 1
    assert "✗ L7" in text
    assert "request_key_id=" in text
    assert "另有 1 处" in text
    code, text = command("--json")
    report = json.loads(text)
    (fault,) = [check for check in report["checks"] if check["count"]]
    assert (code, report["clean"], fault["name"], fault["count"]) == (1, False, "keys_used", 21)
    assert len(fault["first"]) == SHOWN


def test_another_communitys_fault_is_not_this_ones(committed):
    make_key(make_community())
    assert command("--community", committed.community.code)[0] == 0
    assert command()[0] == 1


def test_an_unknown_community_is_a_mistake_of_usage(db):
    with pytest.raises(CommandError, match="没有名为") as mistake:
        call_command("ledger_audit", "--community", "无此项目")
    assert mistake.value.returncode == 2


def make_key(community):
    RequestKey.objects.create(
        community=community, scope="payment.take", key=uuid4(), request_hash=b""
    )
