"""The day closed on screen, its books, and opening it again."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.accounts.tests.people import PASSWORD, make_staff
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.money.closing.models import DayClose, DrawerRules, ReopeningRequest
from guanjia.money.closing.tests.factories import end_shift, the_shift
from guanjia.money.ledger.models import ClosedDay, Reopening
from guanjia.money.payments.models import Desk

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 23)


@pytest.fixture
def witness(office):
    return make_staff(community=office.community, role=Role.CLERK, name="许婷")


@pytest.fixture
def ended(office, cashier):
    """710.07 in cash, the shift handed over."""
    cashier.post(office.url("payments"), office.paying())
    end_shift(the_shift(office.desk), by=office.cashier, at=MORNING)


def close(office, client, witness, **pieces):
    sent = {f"d{office.desk.pk}_{fen}": n for fen, n in pieces.items()}
    sent |= {"carrier": "何佳", "login": witness.staff_no, "secret": PASSWORD}
    return client.post(office.url("day-closing"), sent)


def read(client, address):
    return client.get(address).content.decode()


def test_an_open_shift_stands_in_the_way_and_is_named(office, cashier, witness):
    page = read(cashier, office.url("day-closing"))
    assert "还不能日结" in page
    assert office.url("shift", the_shift(office.desk).pk) in page
    assert close(office, cashier, witness).status_code == 422
    assert not ClosedDay.objects.exists()


@pytest.mark.usefixtures("ended")
def test_a_day_goes_to_the_bank_and_onto_paper(office, cashier, witness):
    page = read(cashier, office.url("day-closing"))
    assert 'value="2"' in page  # two of 100 suggested: at least 500 stay
    answer = close(office, cashier, witness, **{"10000": "2"})
    assert answer["Location"] == office.url("day", DAY)
    page = read(cashier, answer["Location"])
    for words in ("贰佰元整", "何佳", "许婷", "已日结"):
        assert words in page, words
    made = DayClose.objects.get()
    answer = cashier.get(office.url("day-sheet", made.pk))
    pages = PdfReader(io.BytesIO(answer.content)).pages
    sheet = "".join(p.extract_text() for p in pages).replace(" ", "")
    for words in ("日结单", "710.07", "0007444–0007444", "贰佰元整", made.heads[0]["hash"][:16]):
        assert words.replace(" ", "") in sheet, words
    assert "没有要日结的营业日" in read(cashier, office.url("day-closing"))


@pytest.mark.usefixtures("ended")
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"10000": "8"}, "前台一只有 710.07 元"),
        ({"10000": "-1"}, "前台一 100 元"),
        ({"10000": "一"}, "前台一 100 元"),
    ],
)
def test_what_cannot_be_taken_out_is_said_in_words(office, cashier, witness, sent, words):
    answer = close(office, cashier, witness, **sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ClosedDay.objects.exists()


@pytest.mark.usefixtures("ended")
def test_who_carries_it_is_asked_for_and_who_closes_is_no_witness(office, cashier):
    sent = {f"d{office.desk.pk}_10000": "1", "login": office.cashier.staff_no, "secret": "x"}
    assert "请填谁把款送去银行" in cashier.post(office.url("day-closing"), sent).content.decode()
    sent["carrier"] = "何佳"
    assert "签名人不能是自己" in cashier.post(office.url("day-closing"), sent).content.decode()
    assert not ClosedDay.objects.exists()


@pytest.mark.usefixtures("ended")
def test_every_figure_of_the_day_leads_to_its_receipts(office, cashier):
    page = read(cashier, office.url("day", DAY))
    link = f"{office.url('receipts')}?day=2026-11-23&amp;desk={office.desk.pk}&amp;method=cash"
    assert link in page
    assert "0007444" in read(cashier, link.replace("&amp;", "&"))
    pos = link.replace("&amp;", "&").replace("cash", "pos")
    assert "没有符合的收据" in read(cashier, pos)
    assert "这一天没有收款" in read(cashier, office.url("day", date(2026, 11, 22)))


@pytest.mark.usefixtures("ended")
def test_a_day_is_opened_again_by_another_and_closed_anew(office, cashier, witness):
    close(office, cashier, witness)
    made = DayClose.objects.get()
    ask = office.url("day-reopening", made.pk)
    assert "请写明为什么要重开" in cashier.post(ask, {"reason": ""}).content.decode()
    cashier.post(ask, {"reason": "又来一户"})
    waiting = ReopeningRequest.objects.get()
    for client in (cashier, staff(office, Role.SUPERVISOR)):
        assert client.post(office.url("reopening-approval", waiting.pk)).status_code == 403
    director = staff(office, Role.DIRECTOR)
    assert "申请重开" in read(director, office.url("workbench"))
    director.post(office.url("reopening-approval", waiting.pk))
    assert Reopening.objects.count() == 1
    assert "已重开，办完请再日结" in read(cashier, office.url("workbench"))
    assert (
        cashier.post(office.url("shift-mine"), {"n10000": "7", "n1000": "1", "n1": "7"}).status_code
        == 302
    )
    end_shift(the_shift(office.desk), by=office.cashier, at=MORNING)
    assert close(office, cashier, witness)["Location"] == office.url("day", DAY)
    assert "已重开" not in read(cashier, office.url("workbench"))
    assert list(ClosedDay.objects.order_by("pk").values_list("nth", flat=True)) == [1, 2]


@pytest.mark.usefixtures("ended")
def test_nobody_approves_what_they_asked_for(office, witness):
    finance = make_user(community=office.community, role=Role.FINANCE)
    client = signed_in(finance)
    close(office, client, witness)
    client.post(office.url("day-reopening", DayClose.objects.get().pk), {"reason": "金额写错"})
    answer = client.post(
        office.url("reopening-approval", ReopeningRequest.objects.get().pk), follow=True
    )
    assert "不能自己批准" in answer.content.decode()
    assert not Reopening.objects.exists()


def test_finance_sets_what_drawers_are_held_to(office, cashier):
    sent = {"tolerance_fen": "5", "float_fen": "800"}
    assert cashier.post(office.url("drawer-rules"), sent).status_code == 403
    finance = staff(office, Role.FINANCE)
    assert finance.post(office.url("drawer-rules"), {"tolerance_fen": "-1"}).status_code == 422
    assert finance.post(office.url("drawer-rules"), sent).status_code == 302
    rules = DrawerRules.objects.get(community=office.community)
    assert (rules.tolerance_fen, rules.float_fen) == (500, 80_000)


@pytest.mark.usefixtures("ended")
def test_another_communitys_days_are_not_there(office, cashier, witness):
    close(office, cashier, witness)
    made = DayClose.objects.get()
    client = signed_in(make_office().cashier)
    assert client.get(office.url("days")).status_code == 404
    other = make_office()
    client = signed_in(other.cashier)
    assert client.get(other.url("day-sheet", made.pk)).status_code == 404
    assert client.post(other.url("day-reopening", made.pk), {"reason": "x"}).status_code == 404


@pytest.mark.usefixtures("ended")
def test_the_books_cost_the_same_however_many_desks(office, cashier):
    addresses = (office.url("day", DAY), office.url("day-closing"), office.url("days"))
    few = []
    for address in addresses:
        with statements() as made:
            cashier.get(address)
        few.append(len(made))
    for name in ("前台二", "前台三"):
        desk = Desk.objects.create(community=office.community, name=name, prefix=name[-1])
        office.man(office.cashier, desk)
        end_shift(the_shift(desk), by=office.cashier, at=MORNING)
    for address, before in zip(addresses, few, strict=True):
        with statements() as made:
            cashier.get(address)
        assert len(made) <= before + 2, (address, made)  # people and ends of the shifts, once
