"""A discount is asked for by one and approved by another, on evidence, for a unit that it fits; it ends on a day."""

from datetime import date
from uuid import uuid4

import pytest

from guanjia.accounts.tests.factories import MORNING
from guanjia.core.calendar import business_date
from guanjia.core.refusal import Refused
from guanjia.core.text import TextError
from guanjia.estate.models import Unit
from guanjia.estate.states import UnitStatus
from guanjia.money.audit.checks import audit
from guanjia.money.discounts.actions import end, refuse, request_grant, withdraw
from guanjia.money.discounts.models import DiscountGrant
from guanjia.money.discounts.reads import no_longer_vacant
from guanjia.money.discounts.rules import DiscountKind
from guanjia.money.discounts.states import DiscountState
from guanjia.money.discounts.tests.factories import a_rule, agree, ask, asking, draft, granted
from guanjia.money.payments.tests.factories import NEW_YEAR, make_office
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
JULY = date(2026, 7, 1)


@pytest.fixture
def office(transactional_db):
    return make_office()


def occupy(unit):
    Unit.objects.filter(pk=unit.pk).update(status=UnitStatus.OCCUPIED)


def test_each_step_is_in_the_journal(office):
    rule = a_rule(office)
    grant = granted(rule, office.unit(), NEW_YEAR)
    words = {"by": office.cashier, "at": MORNING}
    end(asked=grant, last=JULY, reason="业主回来住了", **words)
    refuse(asked=ask(rule, office.unit(), NEW_YEAR), reason="水表在走", **words)
    withdraw(asked=ask(rule, office.unit(), NEW_YEAR), reason="填错户", **words)
    told = JournalEntry.objects.filter(action__startswith="discount").order_by("pk")
    assert [row.action.partition(".")[2] for row in told] == [
        "request",
        "approve",
        "request",
        "approve",
        "end",
        "request",
        "refuse",
        "request",
        "withdraw",
    ]
    assert not [verdict for verdict in audit(None) if verdict.count]


def test_who_asked_does_not_approve(office):
    rule = draft(office, by=office.cashier)
    grant = ask(a_rule(office, name="另一条"), office.unit(), NEW_YEAR, by=office.cashier)
    with pytest.raises(Refused, match="不能自己批准"):
        agree(rule, by=office.cashier)
    with pytest.raises(Refused, match="不能自己批准"):
        refuse(asked=grant, reason="不行", by=office.cashier, at=MORNING)


def test_what_was_decided_is_not_decided_again(office):
    rule = a_rule(office)
    with pytest.raises(Refused, match="已经批准"):
        agree(rule)
    with pytest.raises(Refused, match="已经批准"):
        withdraw(asked=rule, reason="不要了", by=office.cashier, at=MORNING)


def test_pressing_twice_asks_once(office):
    rule, unit, key = a_rule(office), office.unit(), uuid4()
    first = ask(rule, unit, NEW_YEAR, key=key, by=office.cashier)
    assert ask(rule, unit, NEW_YEAR, key=key, by=office.cashier) == first
    assert DiscountGrant.objects.count() == 1


def test_a_vacancy_needs_a_vacant_unit_when_asked_and_when_approved(office):
    rule, unit = a_rule(office), office.unit()
    words = {"unit": unit, "rule": rule, "by": office.cashier, "at": MORNING}
    with pytest.raises(Refused, match="不是“空置”"):
        request_grant(asking=asking(NEW_YEAR), key=uuid4(), **words)
    waiting = ask(rule, unit, NEW_YEAR)
    occupy(unit)
    with pytest.raises(Refused, match="不是“空置”"):
        agree(waiting)
    other = a_rule(office, kind=DiscountKind.OTHER, name="员工优惠")
    request_grant(asking=asking(NEW_YEAR), key=uuid4(), **words | {"rule": other})


def test_the_same_days_are_not_granted_twice_and_the_next_are(office):
    rule, unit = a_rule(office), office.unit()
    waiting = ask(rule, unit, NEW_YEAR, JULY)
    with pytest.raises(Refused, match="已经有这条规则的减免"):
        ask(rule, unit, JULY)
    ask(rule, unit, date(2026, 7, 2))
    withdraw(asked=waiting, reason="日期填错", by=office.cashier, at=MORNING)
    ask(rule, unit, NEW_YEAR, JULY)


def test_what_ended_early_leaves_its_later_days_free(office):
    rule, unit = a_rule(office), office.unit()
    grant = granted(rule, unit, NEW_YEAR)
    end(asked=grant, last=JULY, reason="入住", by=office.cashier, at=MORNING)
    ask(rule, unit, date(2026, 7, 2))


def test_a_rule_is_granted_in_its_own_days_once_it_is_approved(office):
    unit, waiting = office.unit(), draft(office, name="待批")
    with pytest.raises(Refused, match="现在不能用"):
        ask(waiting, unit, NEW_YEAR)
    short = a_rule(office, begins_on=JULY, ends_on=date(2026, 12, 31))
    with pytest.raises(Refused, match="自 2026-07-01 起"):
        ask(short, unit, NEW_YEAR, JULY)
    with pytest.raises(Refused, match="到 2026-12-31 为止"):
        ask(short, unit, JULY)
    ask(short, unit, JULY, date(2026, 12, 31))


def test_a_request_that_outlived_its_rule_is_not_approved(office):
    rule, unit = a_rule(office), office.unit()
    waiting = ask(rule, unit, NEW_YEAR)
    end(asked=rule, last=JULY, reason="废止", by=office.cashier, at=MORNING)
    with pytest.raises(Refused, match="现在不能用"):
        agree(waiting)


def test_a_name_is_used_again_only_once_its_rule_ended(office):
    rule = a_rule(office)
    with pytest.raises(Refused, match="已经有了"):
        draft(office)
    end(asked=rule, last=JULY, reason="改七折", by=office.cashier, at=MORNING)
    assert draft(office, begins_on=date(2026, 7, 2)).state == DiscountState.REQUESTED


def test_without_an_applicant_or_evidence_nothing_is_asked_for(office):
    rule = a_rule(office)
    with pytest.raises(TextError):
        ask(rule, office.unit(), NEW_YEAR, applicant=" ")
    with pytest.raises(TextError):
        ask(rule, office.unit(), NEW_YEAR, evidence=" ")


def test_a_vacancy_that_ended_unseen_is_listed_until_somebody_ends_it(office):
    rule, unit = a_rule(office), office.unit()
    grant = granted(rule, unit, NEW_YEAR)
    today = business_date(MORNING)
    assert list(no_longer_vacant(office.community, today)) == []
    occupy(unit)
    assert list(no_longer_vacant(office.community, today)) == [grant]
    end(asked=grant, last=JULY, reason="入住", by=office.cashier, at=MORNING)
    assert list(no_longer_vacant(office.community, today)) == []
