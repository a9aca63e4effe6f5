"""Opening balances from a workbook: whole or not at all, each bad cell with its remedy, twice the same as once."""

import io
import json
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from guanjia.accounts.tests.factories import make_community
from guanjia.core.refusal import Refused
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure
from guanjia.money.audit.checks import audit
from guanjia.money.bills.models import Bill, Opening
from guanjia.money.ledger.models import Entry
from guanjia.money.prepayments.models import Prepayment
from guanjia.onboarding.opening.actions import import_opening
from guanjia.onboarding.opening.layout import template
from guanjia.onboarding.returned import returned_workbook
from guanjia.onboarding.tests.openings import (
    BOOK,
    KEPT,
    OWED,
    live_office,
    opening_workbook,
    owner_of,
)
from guanjia.onboarding.tests.test_hostile_files import BOMBS, MUTATIONS, mutated
from guanjia.onboarding.tests.workbooks import AT, workbook
from guanjia.onboarding.workbook import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return live_office()


def bring(office, content, **words):
    told = {"file_name": "期初.xlsx", "by": None, "at": AT, **words}
    return import_opening(community=office.community, content=content, **told)


def errors(outcome):
    return [(f.cell, f.message) for f in outcome.examined.findings if f.severity == "error"]


def test_a_workbook_is_posted_whole(place):
    office, unit = place
    outcome = bring(office, opening_workbook(OWED, kept=[KEPT], books=[BOOK]))
    assert outcome.is_new
    bill = Bill.objects.get(community=office.community)
    assert (bill.amount_fen, bill.paid_before_fen, bill.debtor_id) == (
        20_000,
        5_000,
        owner_of(unit),
    )
    kept = Prepayment.objects.get(community=office.community)
    assert (kept.balance_fen, kept.party_id) == (8_000, owner_of(unit))
    office.desk.refresh_from_db()
    assert (office.desk.prefix, office.desk.first_number) == ("B", 9_000)
    assert [v.check.name for v in audit(office.community) if v.count] == []


def test_twice_is_once_whatever_the_file_looks_like_and_though_life_went_on(place):
    office, unit = place
    other = {**OWED, "first": "2026-09-01", "last": "2026-09-30", "due_on": "2026-09-15"}
    first = bring(office, opening_workbook(OWED, other, books=[BOOK]))
    office.pay(office.owed(unit)[:1])
    again = bring(office, opening_workbook(other, OWED, books=[BOOK], 别的=[["x"]]))
    assert (again.opening, again.is_new, errors(again)) == (first.opening, False, [])
    assert Opening.objects.filter(community=office.community).count() == 1
    entries = Entry.objects.filter(community=office.community, kind="opening")
    assert entries.count() == 1


def test_another_workbook_is_refused_while_one_stands(place):
    office, _ = place
    bring(office, opening_workbook(OWED))
    earlier = {**OWED, "first": "2026-08-01", "last": "2026-08-31", "due_on": "2026-08-15"}
    with pytest.raises(Refused, match="已有另一份期初数"):
        bring(office, opening_workbook(earlier))


BAD_ARREARS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such unit": ({"number": "9-1-999"}, "A2", "登记里没有 9-1-999 这套房屋"),
    "no unit at all": ({"number": ""}, "A2", "没有填“房号”"),
    "a number that is none": ({"number": "？？"}, "A2", "房号看不懂"),
    "no such item": ({"item": "电梯费"}, "B2", "没有这个收费项目"),
    "a period of the office's own": ({"first": "2026-11-01", "last": "2026-11-30"}, "C2", "启用日 2026-11-01"),
    "no date": ({"first": "去年"}, "C2", "不是日期"),
    "a period backwards": ({"last": "2026-09-30"}, "D2", "账期止早于账期起"),
    "years in one row": ({"first": "2024-01-01"}, "D2", "账期超过一年"),
    "a due date far away": ({"due_on": "2020-10-15"}, "E2", "应缴日离账期超过一年"),
    "parts of a fen": ({"charged": "250.005"}, "F2", "不是金额"),
    "a sum below nothing": ({"charged": -250}, "F2", "不是金额"),
    "a formula that failed": ({"charged": "#REF!"}, "F2", "不是金额"),
    "nothing": ({"charged": 0, "paid": ""}, "F2", "金额是零"),
    "a slip of the point": ({"charged": "1000000000"}, "F2", "大得不合常理"),
    "more paid than charged": ({"paid": 300}, "G2", "已收大于应收"),
    "a stranger": ({"debtor": "王五"}, "H2", "这户的登记里没有这个人"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_ARREARS)
def test_a_bad_cell_is_named_with_its_remedy_and_keeps_all_of_it_out(place, fault):
    office, _ = place
    changes, cell, message = BAD_ARREARS[fault]
    good = {**OWED, "first": "2026-08-01", "last": "2026-08-31", "due_on": "2026-08-15"}
    outcome = bring(office, opening_workbook({**OWED, **changes}, good, kept=[KEPT]))
    (found,) = [f for f in outcome.examined.findings if f.severity == "error"]
    assert found.cell == f"欠费!{cell}"
    assert message in found.message
    assert found.remedy
    assert outcome.refusal is not None
    assert not Bill.objects.filter(community=office.community).exists()
    assert not Entry.objects.filter(community=office.community).exists()


def test_rows_that_share_a_day_are_told_from_the_second_on(place):
    office, _ = place
    long = {**OWED, "first": "2026-01-01", "last": "2026-10-31"}
    inside = {**OWED, "first": "2026-03-01", "last": "2026-03-31", "due_on": "2026-03-15"}
    outcome = bring(office, opening_workbook(OWED, inside, long))
    assert errors(outcome) == [
        ("欠费!C3", "与“欠费”第 4 行的账期重叠"),
        ("欠费!C2", "与“欠费”第 4 行的账期重叠"),
    ]


def test_what_a_run_has_billed_is_named(place):
    office, _ = place
    office.bill("2026-11")
    outcome = bring(office, opening_workbook({**OWED, "last": "2026-11-15"}))
    assert errors(outcome) == [("欠费!C2", "与已有的账单重叠：2026-11")]


def test_a_former_owner_is_named_and_the_debtor_of_the_day_is_found(place):
    office, unit = place
    former = make_party(community=office.community, name="𠮷田")
    make_tenure(
        unit=unit,
        party=former,
        capacity=Capacity.OWNER,
        begins_on=date(2018, 1, 1),
        ends_on=date(2019, 12, 31),
        is_debtor=False,
    )
    outcome = bring(office, opening_workbook({**OWED, "debtor": "𠮷田"}))
    assert errors(outcome) == []
    assert Bill.objects.get(community=office.community).debtor == former


def test_a_debtor_unknown_on_the_day_is_the_one_of_the_cut_over_day_and_said_so(place):
    office, unit = place
    old = {"first": "2019-10-01", "last": "2019-10-31", "due_on": "2019-10-15"}
    outcome = bring(office, opening_workbook({**OWED, **old}))
    (warning,) = outcome.examined.findings
    assert "按启用日的责任人“张素珍”记" in warning.message
    assert Bill.objects.get(community=office.community).debtor_id == owner_of(unit)


def test_prepayments_and_books_are_looked_at_as_closely(place):
    office, _ = place
    office.pay([office.charge(office.unit())])
    same = {**KEPT, "name": ""}
    kept = [KEPT, KEPT, same, {**KEPT, "amount": "一百"}]
    books = [BOOK, {**BOOK, "desk": "前台九"}, {**BOOK, "next": "B12"}]
    outcome = bring(office, opening_workbook(kept=kept, books=books))
    assert errors(outcome) == [
        ("预存!C5", "不是金额"),
        ("收据号!C4", "不是收据号"),
        ("预存!A3", "这户这个人已在第 2 行"),
        ("预存!B4", "与第 2 行是同一户同一人"),
        ("收据号!C2", "这个收银台已经开到 7444 号"),
        ("收据号!B2", "开过收据的收银台不能改字头"),
        ("收据号!A3", "没有这个收银台"),
    ]


def test_what_is_paid_in_full_and_pages_of_other_things_are_told_and_left_out(place):
    office, _ = place
    outcome = bring(office, opening_workbook({**OWED, "paid": 250}, kept=[KEPT], 押金=[["房号"]]))
    told = [(f.cell, f.message) for f in outcome.examined.findings]
    assert told == [
        ("欠费!G2", "已收齐，没有欠款，这一行不记"),
        ("押金!1", "这一页不会导入"),
    ]
    assert outcome.opening.bill_count == 0


def test_a_missing_column_is_told(place):
    office, _ = place
    content = workbook({"欠费": [["房号", "收费项目", "账期起", "账期止", "应缴日"], ["9-1-101"]]})
    assert errors(bring(office, content)) == [("欠费!1", "缺少“应收”一列")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(workbook({"x": [["a"]]}), "没有认出期初表"), (template(), "没有一行期初数")],
)
def test_a_workbook_of_something_else_is_refused(place, content, reason):
    with pytest.raises(Refused, match=reason):
        bring(place[0], content)


def test_without_a_cut_over_day_there_is_nothing_to_bring():
    with pytest.raises(Refused, match="还没有定启用日"):
        import_opening(
            community=make_community(), content=template(), file_name="x", by=None, at=AT
        )


def test_a_bomb_is_refused(place):
    with pytest.raises(Refused, match="大得不合常理"):
        bring(place[0], BOMBS["a cell in the last corner"]())


def test_broken_files_come_in_whole_or_not_at_all(place):
    office, _ = place
    for seed in range(0, 40, 4):
        with pytest.raises(Refused):
            bring(office, mutated(seed))
    assert not Entry.objects.filter(community=office.community).exists()


def test_mutated_openings_are_posted_whole_or_not_at_all(place):
    office, _ = place
    whole = opening_workbook(
        OWED, {**OWED, "first": "2026-09-01", "last": "2026-09-30"}, kept=[KEPT]
    )
    outcomes = {"posted": 0, "kept out": 0, "refused": 0}
    for seed in range(MUTATIONS):
        with transaction.atomic():
            try:
                outcome = bring(office, mutated(seed, whole))
            except Refused:
                outcomes["refused"] += 1
                opening = None
            else:
                opening = outcome.opening
                outcomes["posted" if opening else "kept out"] += 1
            found = (Bill.objects.count(), Prepayment.objects.count(), Entry.objects.count())
            assert found == (
                (opening.bill_count, opening.prepayment_count, 1) if opening else (0, 0, 0)
            ), seed
            transaction.set_rollback(True)
    assert sum(outcomes.values()) == MUTATIONS
    assert outcomes["posted"], outcomes
    assert outcomes["refused"], outcomes


def test_the_workbook_comes_back_with_what_to_mend(place):
    outcome = bring(place[0], opening_workbook({**OWED, "charged": "二百五"}))
    sheet = read(returned_workbook(outcome.examined, in_full=True))[0]
    assert sheet.rows[0][-1] == "错误"
    assert sheet.rows[1][-1].startswith("F 列不是金额")


def command(*words):
    out = io.StringIO()
    try:
        call_command("import_opening", *words, stdout=out, stderr=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_looks_posts_and_repeats(place, tmp_path):
    office, _ = place
    file = tmp_path / "期初.xlsx"
    file.write_bytes(opening_workbook(OWED, kept=[KEPT]))
    words = (str(file), "--community", office.community.name)
    code, said = command(*words, "--dry-run")
    assert (code, Opening.objects.count()) == (0, 0)
    assert "欠费 物业服务费：1 笔，200.00 元" in said
    assert "只作核对" in said
    told = json.loads(command(*words, "--json")[1])
    assert (told["status"], told["bills_fen"], told["prepaid_fen"]) == ("posted", 20_000, 8_000)
    assert "什么也没有改变" in command(*words)[1]
    file.write_bytes(opening_workbook({**OWED, "number": "9-1-999"}))
    code, said = command(*words)
    assert code == 1
    assert "欠费!A2" in said
    with pytest.raises(CommandError, match="没有项目"):
        call_command("import_opening", str(file), community="哪里")


def test_reading_asks_the_database_as_often_for_one_row_as_for_many(
    place, django_assert_max_num_queries
):
    office, _ = place
    months = [
        {**OWED, "first": f"2026-0{n}-01", "last": f"2026-0{n}-28", "due_on": f"2026-0{n}-15"}
        for n in range(1, 10)
    ]
    for rows in ([OWED], months):
        with django_assert_max_num_queries(7):
            bring(office, opening_workbook(*rows, kept=[KEPT]), dry_run=True)
