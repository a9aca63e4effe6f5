"""A day is closed when its shifts have ended, the forgotten ones first; opened again by two people, and closed anew."""

from datetime import date, timedelta

import pytest

from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.core.refusal import Refused
from guanjia.money.closing.actions import (
    approve_reopening,
    ask_reopening,
    close_day,
    refuse_reopening,
)
from guanjia.money.closing.models import DayClose, Deposit
from guanjia.money.closing.reads import (
    DueDays,
    closed_days,
    days_due,
    drawer_in_books,
    reopened_days,
)
from guanjia.money.closing.tests.factories import begin_shift, end_shift, the_shift
from guanjia.money.ledger.chart import Account
from guanjia.money.ledger.models import ClosedDay, EntryLine, Reopening
from guanjia.money.payments.models import Desk
from guanjia.money.payments.tests.factories import make_office

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 11, 23)
EVENING = MORNING + timedelta(hours=8)


@pytest.fixture
def office(transactional_db):
    return make_office()


@pytest.fixture
def witness(office):
    return make_user(community=office.community, role=Role.CLERK)


def worked(office, at=MORNING):
    """Take one payment that day and hand the shift over."""
    unit = office.unit()
    office.bill(at=at)
    receipt = office.pay(office.owed(unit), at=at)
    end_shift(the_shift(office.desk), by=office.cashier, at=at + timedelta(hours=8))
    return receipt


def close(office, witness, day=DAY, at=EVENING, **more):
    words = {"taken": {}, "carrier": "何佳", **more}
    return close_day(
        community=office.community, day=day, witness=witness, by=office.cashier, at=at, **words
    )


def days(office):
    rows = ClosedDay.objects.filter(community=office.community).order_by("pk")
    return list(rows.values_list("business_date", flat=True))


def test_a_day_waits_for_its_shifts(office, witness):
    with pytest.raises(Refused, match="还有没交的班：前台一"):
        close(office, witness)
    worked(office)
    close(office, witness)
    assert days(office) == [DAY]
    with pytest.raises(Refused, match="刚由别人日结"):
        close(office, witness)


def test_the_cash_goes_to_the_bank_and_the_float_stays(office, witness):
    worked(office)
    made = close(office, witness, taken={office.desk.pk: {100_00: 2}}, slip="20261123001")
    assert (made.deposit.amount_fen, made.deposit.carrier) == (20_000, "何佳")
    lines = EntryLine.objects.filter(community=office.community)
    by_account = {
        account: sum(lines.filter(account=account).values_list("amount_fen", flat=True))
        for account in (Account.CASH, Account.BANK)
    }
    assert by_account == {Account.CASH: 3_669, Account.BANK: 20_000}
    assert drawer_in_books(office.desk).fen == 3_669
    tomorrow = MORNING + timedelta(days=1)
    assert begin_shift(office.desk, by=office.cashier, at=tomorrow).opening is None


def test_more_than_lies_in_the_drawer_is_not_taken_out(office, witness):
    worked(office)
    with pytest.raises(Refused, match=r"前台一只有 236.69 元"):
        close(office, witness, taken={office.desk.pk: {100_00: 3}})
    assert not Deposit.objects.exists()
    assert days(office) == []


def test_the_sheet_carries_the_heads_of_all_chains(office, witness):
    worked(office)
    made = close(office, witness, taken={office.desk.pk: {100_00: 2}})
    heads = {head["name"]: head for head in made.heads}
    assert heads["前台一"]["position"] == 2
    assert len(heads["出账"]["hash"]) == 64


def test_nothing_is_taken_on_a_closed_day(office, witness):
    unit = office.unit()
    worked(office)
    close(office, witness)
    with pytest.raises(Refused, match="已日结"):
        begin_shift(office.desk, by=office.cashier, at=EVENING)
    Desk.objects.update(cashiers=[office.cashier.pk], shift_day=DAY)  # past the guard
    with pytest.raises(Refused, match="已日结"):
        office.pay(office.owed(unit), at=EVENING)


def test_a_forgotten_day_comes_first_and_idle_days_go_along(office, witness):
    worked(office)
    later = MORNING + timedelta(days=3)
    worked(office, at=later)
    today = later.date()
    assert days_due(office.community, today) == DueDays(DAY, DAY)
    with pytest.raises(Refused, match="刚由别人日结"):
        close(office, witness, day=today, at=later)
    close(office, witness, at=later)
    assert days_due(office.community, today) == DueDays(DAY + timedelta(days=1), today)
    close(office, witness, day=today, at=later)
    assert days(office) == [DAY + timedelta(days=n) for n in range(4)]
    assert days_due(office.community, today) is None


def test_an_idle_today_is_not_due_before_it_is_over(office, witness):
    worked(office)
    close(office, witness)
    tomorrow = DAY + timedelta(days=1)
    assert days_due(office.community, tomorrow) is None
    later = tomorrow + timedelta(days=1)
    assert days_due(office.community, later) == DueDays(tomorrow, tomorrow)


def test_a_shift_of_a_later_day_does_not_hold_up_yesterday(office, witness):
    worked(office)
    tomorrow = MORNING + timedelta(days=1)
    begin_shift(office.desk, by=office.cashier, at=tomorrow)
    close(office, witness, at=tomorrow)
    assert days(office) == [DAY]


def test_nobody_is_ones_own_witness(office):
    worked(office)
    with pytest.raises(Refused, match="见证人不能是办理人自己"):
        close(office, office.cashier)


def test_another_communitys_books_close_by_themselves(office, witness):
    worked(office)
    other = make_office()
    close(office, witness)
    unit = other.unit()
    other.bill()
    assert other.pay(other.owed(unit)).number == 7444


class TestReopening:
    @pytest.fixture
    def closed_day(self, office, witness):
        worked(office)
        return close(office, witness).closed_day

    @pytest.fixture
    def director(self, office):
        return make_user(community=office.community, role=Role.DIRECTOR)

    def ask(self, office, closed_day):
        return ask_reopening(
            closed_day=closed_day, reason="收摊后又来一户", by=office.cashier, at=EVENING
        )

    def test_two_people_open_it_and_it_is_closed_again(self, office, witness, closed_day, director):
        request = self.ask(office, closed_day)
        with pytest.raises(Refused, match="不能自己批准"):
            approve_reopening(request=request, by=office.cashier, at=EVENING)
        approve_reopening(request=request, by=director, at=EVENING)
        assert not closed_days(office.community).exists()
        assert reopened_days(office.community) == [DAY]
        begin_shift(office.desk, by=office.cashier, at=EVENING)
        office.pay(office.owed(office.unit()) or self.bills(office), at=EVENING)
        end_shift(the_shift(office.desk), by=office.cashier, at=EVENING)
        again = close(office, witness)
        assert again.closed_day.business_date == DAY
        assert reopened_days(office.community) == []
        assert list(ClosedDay.objects.order_by("pk").values_list("nth", flat=True)) == [1, 2]
        assert DayClose.objects.count() == 2

    def bills(self, office):
        unit = office.unit()
        office.bill("2026-11", at=EVENING)
        return office.owed(unit)

    def test_it_is_decided_once(self, office, closed_day, director):
        request = self.ask(office, closed_day)
        with pytest.raises(Refused, match="已经有人申请"):
            self.ask(office, closed_day)
        refuse_reopening(request=request, by=director, at=EVENING)
        with pytest.raises(Refused, match="已经有人处理"):
            approve_reopening(request=request, by=director, at=EVENING)
        assert not Reopening.objects.exists()
        self.ask(office, closed_day)  # asked again, for another reason

    def test_only_the_latest_day_is_opened_again(self, office, witness, closed_day, director):
        later = MORNING + timedelta(days=1)
        worked(office, at=later)
        request = self.ask(office, closed_day)
        close(office, witness, day=later.date(), at=later + timedelta(hours=9))
        with pytest.raises(Refused, match="之后已有日结的营业日"):
            approve_reopening(request=request, by=director, at=later)
        request.refresh_from_db()
        assert request.state == "asked"
