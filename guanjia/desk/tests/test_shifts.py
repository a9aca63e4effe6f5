"""A shift on screen: what may be seen when, who signs, and what it costs."""

import io
import re

import pytest
from pypdf import PdfReader

from guanjia.accounts.actions import set_pin
from guanjia.accounts.models import AccountEvent
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.accounts.tests.people import PASSWORD, browser, enrol, make_staff, sign_in
from guanjia.desk.tests.office import make_office, signed_in, staff, statements
from guanjia.money.closing.models import Count, Handover, Shift
from guanjia.money.closing.states import ShiftState
from guanjia.money.closing.tests.factories import end_shift, the_shift
from guanjia.money.payments.models import Desk, Receipt, Reversal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shift(office):
    return the_shift(office.desk)


@pytest.fixture
def clerk(office):
    return make_staff(community=office.community, role=Role.CLERK, name="许婷")


@pytest.fixture
def supervisor(office):
    return make_staff(community=office.community, role=Role.SUPERVISOR, name="罗敏")


def page_of(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def count(office, cashier, shift, **pieces):
    cashier.post(office.url("shift-counting", shift.pk))
    return cashier.post(office.url("shift-count", shift.pk), pieces)


def signature(user, secret=PASSWORD):
    return {"login": user.staff_no, "secret": secret}


def hand_over(office, cashier, shift, **sent):
    return cashier.post(office.url("shift-handover", shift.pk), sent)


def test_a_desk_is_opened_by_its_float_and_then_takes_money(office, cashier, shift):
    end_shift(shift, by=office.cashier, at=MORNING)
    address = office.url("shift-mine")
    assert "去交班" in page_of(cashier, office.page())
    assert "还没有开班" in cashier.post(office.url("payments"), office.paying()).content.decode()
    assert cashier.post(address, {}).status_code == 302
    assert the_shift(office.desk).nth == 2
    assert "去交班" not in page_of(cashier, office.page())
    assert cashier.post(office.url("payments"), office.paying()).status_code == 302


def test_a_float_above_the_limit_waits_for_a_countersignature(office, cashier, shift, supervisor):
    end_shift(shift, by=office.cashier, at=MORNING)
    sent = {"n10000": "3", "reason": "财务发备用金", "from_bank": "on"}
    answer = cashier.post(office.url("shift-mine"), sent)
    assert answer.status_code == 422
    assert "超过 10.00 元" in answer.content.decode()
    assert 'value="3"' in answer.content.decode()
    wrong = cashier.post(office.url("shift-mine"), sent | signature(supervisor, "猜的密码一二三四"))
    assert "不符" in wrong.content.decode()
    assert cashier.post(office.url("shift-mine"), sent | signature(supervisor)).status_code == 302
    assert the_shift(office.desk).countersigned_by == supervisor


def test_nothing_tells_what_should_be_there_before_the_count(office, cashier, shift):
    cashier.post(office.url("payments"), office.paying())
    cashier.post(office.url("shift-counting", shift.pk))
    for address in (
        office.url("shift-count", shift.pk),
        office.url("shift", shift.pk),
        office.url("shift-handover", shift.pk),
    ):
        assert "710.07" not in cashier.get(address, follow=True).content.decode(), address
    card = page_of(cashier, office.url("workbench")).partition('aria-label="本班"')[2]
    assert "正在盘点" in card
    assert "710.07" not in card
    answer = cashier.post(office.url("shift-count", shift.pk), {"n10000": "7", "n1000": "1"})
    assert answer.status_code == 302
    assert "1,420.14" not in cashier.get(answer["Location"]).content.decode()
    assert "710.07" in cashier.get(answer["Location"]).content.decode()


def test_a_count_that_cannot_be_read_is_said_in_words(office, cashier, shift):
    for pieces in ({"n10000": "-1"}, {"n10000": "两张"}, {"n100": "1.5"}):
        answer = count(office, cashier, shift, **pieces)
        assert answer.status_code == 422, pieces
    assert not Count.objects.exists()


def test_a_draft_is_kept_without_secrets_and_found_by_another_browser(office, cashier, shift):
    cashier.post(office.url("shift-counting", shift.pk))
    typed = {"n10000": "7", "secret": PASSWORD, "login": "S1", "junk": "x"}
    assert cashier.post(office.url("shift-draft", shift.pk), typed).status_code == 204
    shift.refresh_from_db()
    assert shift.draft == {"counting": {"n10000": "7"}}
    assert 'value="7"' in page_of(signed_in(office.cashier), office.url("shift-count", shift.pk))


class TestTheSignature:
    @pytest.fixture
    def counted(self, office, cashier, shift):
        count(office, cashier, shift)
        return shift

    def test_a_colleague_signs_with_a_password_of_their_own(self, office, cashier, counted, clerk):
        answer = hand_over(office, cashier, counted, **signature(clerk), memo="水卡在抽屉")
        assert answer["Location"] == office.url("shift", counted.pk)
        end = Handover.objects.get()
        assert (end.by, end.received_by, end.memo) == (office.cashier, clerk, "水卡在抽屉")
        assert "水卡在抽屉" in page_of(cashier, office.url("workbench"))
        assert signed_in(office.cashier).get(answer["Location"]).status_code == 200

    def test_nobody_else_signs(self, office, cashier, counted, clerk):
        guard = make_staff(community=office.community, role=Role.GUARD)
        elsewhere = make_staff(community=make_office().community, role=Role.SUPERVISOR)
        for sent, words in (
            ({}, "请签名的同事输入自己的工号"),
            (signature(clerk, "猜的密码一二三四"), "不符"),
            ({"login": office.cashier.staff_no, "secret": "x"}, "签名人不能是自己"),
            (signature(guard), "不能签这个字"),
            (signature(elsewhere), "不能签这个字"),
        ):
            answer = hand_over(office, cashier, counted, **sent)
            assert answer.status_code == 422
            assert words in answer.content.decode(), sent
        assert not Handover.objects.exists()

    def test_wrong_passwords_are_on_record_and_limited(self, office, cashier, counted, clerk):
        wrong = signature(clerk, "猜的密码一二三四")
        for _ in range(5):
            hand_over(office, cashier, counted, **wrong)
        tries = AccountEvent.objects.filter(kind=AccountEvent.Kind.PASSWORD_TRIED, user=clerk)
        assert tries.count() == 5
        answer = hand_over(office, cashier, counted, **signature(clerk))
        assert "次数太多" in answer.content.decode()

    def test_six_digits_serve_where_the_browser_knows_them(self, office, shift, clerk):
        for each in (office.cashier, clerk):
            type(each).objects.filter(pk=each.pk).update(password=clerk.password)
            each.refresh_from_db()
            enrol(each)
        set_pin(user=clerk, pin="820517", at=MORNING)
        client = sign_in(browser(), clerk)
        sign_in(client, office.cashier)
        client.get(office.url("workbench"))
        count(office, client, shift)
        stranger = signed_in(office.cashier)
        assert hand_over(office, stranger, shift, **signature(clerk, "820517")).status_code == 422
        assert hand_over(office, client, shift, **signature(clerk, "820517")).status_code == 302
        assert Handover.objects.get().received_by == clerk

    def test_a_large_difference_needs_somebody_who_may_approve_it(
        self, office, cashier, shift, clerk, supervisor
    ):
        count(office, cashier, shift, n10000="1")
        sent = {"reason": "多出一张"}
        answer = hand_over(office, cashier, shift, **sent, **signature(clerk))
        assert "请部门主管、财务或主任" in answer.content.decode()
        assert 'value="多出一张"' in answer.content.decode()
        assert PASSWORD not in answer.content.decode()
        assert hand_over(office, cashier, shift, **sent, **signature(supervisor)).status_code == 302


def test_slips_and_copies_are_held_against_the_books(office, cashier, shift, clerk):
    pos = {"method": "pos", "tendered": "", "reference": "880012"}
    cashier.post(office.url("payments"), office.paying(**pos))
    count(office, cashier, shift)
    page = page_of(cashier, office.url("shift-handover", shift.pk))
    assert "710.07" in page
    sent = {"slip_pos": "700", **signature(clerk)}
    unread = hand_over(office, cashier, shift, **sent | {"slip_pos": ""})
    assert "请照结算小票填合计" in unread.content.decode()
    answer = hand_over(office, cashier, shift, **sent)
    assert "小票合计与系统不同" in answer.content.decode()
    assert hand_over(office, cashier, shift, **sent | {"slip_pos": "710.07"}).status_code == 302
    assert "相符" in page_of(cashier, office.url("shift", shift.pk))


def test_a_customers_copy_that_is_not_there_is_never_told_as_there(office, cashier, shift, clerk):
    cashier.post(office.url("payments"), office.paying(tendered="800"))
    (receipt,) = Receipt.objects.filter(community=office.community)
    void = {"why": "收错了户", "copy": "missing", "missing": "客户说已丢失", "desk": office.desk.pk}
    cashier.post(office.url("receipt-void", receipt.desk_id, receipt.number), void)
    place = office.url("shift", shift.pk)
    assert "交班时核对" in page_of(cashier, place)
    count(office, cashier, shift)
    reversal = Reversal.objects.get(community=office.community)
    hand_over(office, cashier, shift, copies=[reversal.pk], **signature(clerk))
    page = page_of(cashier, place)
    assert "存根在" in page and "两联在" not in page
    sheet = PdfReader(io.BytesIO(cashier.get(office.url("shift-sheet", shift.pk)).content))
    text = "".join(each.extract_text() for each in sheet.pages).replace("\n", "")
    assert "存根在" in text and "客户联没有收回：客户说已丢失" in text


def test_a_colleague_joins_and_goes_back_to_where_she_was(office, shift):
    colleague = make_user(community=office.community, role=Role.CASHIER)
    client = signed_in(colleague)
    client.get(office.url("workbench"))
    assert "现在这一班里没有您" in page_of(client, office.page())
    place = office.url("shift-cashiers", shift.pk)
    assert client.post(place, {"next": office.page()})["Location"] == office.page()
    for elsewhere in ("https://evil.example/", "no-path"):
        answer = client.post(place, {"next": elsewhere})
        assert answer["Location"] == office.url("shift", shift.pk)
    assert client.post(office.url("payments"), office.paying()).status_code == 302


def test_a_supervisor_ends_the_shift_of_somebody_who_left(office, shift, clerk):
    other = staff(office, Role.CASHIER)
    count(office, other, shift)
    shift.refresh_from_db()
    assert shift.state == ShiftState.OPEN
    overseeing = staff(office, Role.SUPERVISOR)
    count(office, overseeing, shift)
    hand_over(office, overseeing, shift, **signature(clerk))
    shift.refresh_from_db()
    assert shift.state == ShiftState.CLOSED


def test_the_sheet_is_printed_once_it_has_ended(office, cashier, shift, clerk):
    address = office.url("shift-sheet", shift.pk)
    assert cashier.get(address).status_code == 302
    count(office, cashier, shift)
    hand_over(office, cashier, shift, **signature(clerk))
    for paper in ("a4", "a5", "junk"):
        answer = cashier.get(address, {"paper": paper})
        assert answer["Content-Type"] == "application/pdf"
    assert staff(office, Role.AUDITOR).get(address).status_code == 200


def test_another_communitys_shift_is_not_there(office, cashier):
    theirs = the_shift(make_office().desk)
    for route in ("shift", "shift-count", "shift-handover", "shift-sheet", "shift-banking"):
        assert cashier.get(office.url(route, theirs.pk)).status_code == 404
    assert cashier.post(office.url("shift-counting", theirs.pk)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == ShiftState.OPEN


def test_pages_cost_the_same_however_much_was_taken(office, cashier, shift):
    bills = office.bills()
    cashier.post(office.url("payments"), office.paying(bills[:1]))
    addresses = [office.url("workbench"), office.url("shift", shift.pk), office.url("shifts")]
    for address in addresses:
        cashier.get(address)
        with statements() as few:
            cashier.get(address)
        addresses[addresses.index(address)] = (address, len(few))
    for bill in bills[1:]:
        cashier.post(office.url("payments"), office.paying([bill]))
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    for address, few in addresses:
        with statements() as many:
            cashier.get(address)
        assert len(many) == few, (address, many)
    assert len(Shift.objects.all()) == 1
    assert re.search(r"3 笔", page_of(cashier, office.url("workbench")))
