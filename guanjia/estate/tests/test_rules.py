"""What each person on a unit may do, and what a file lacks: pure rules."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import pytest

from guanjia.estate.rules import (
    Terms,
    building_key,
    completeness,
    may_begin,
    needed,
    permits,
    plate_key,
)
from guanjia.estate.states import (
    TRANSITIONS,
    Capacity,
    DocumentKind,
    Matter,
    UnitKind,
    UnitStatus,
)

pytestmark = pytest.mark.rules
TODAY = date(2026, 11, 23)


@dataclass
class Held:
    capacity: str
    begins_on: date = date(2025, 1, 1)
    ends_on: date | None = None
    is_debtor: bool = False
    scope: list[str] = field(default_factory=list)


def card(held, *documents):
    return [str(permit) for permit in permits(held, documents, TODAY)]


@pytest.mark.parametrize("capacity", [Capacity.OWNER, Capacity.CO_OWNER, Capacity.DEVELOPER])
def test_title_holders_may_do_everything(capacity):
    assert card(Held(capacity)) == ["全部事项"]


def test_family_pays_and_reports_and_moves_goods_after_a_call():
    assert card(Held("household_member")) == ["缴费", "报事", "放行·须电话业主", "门禁卡·须核身份"]


def test_a_tenant_needs_the_owners_word_for_goods_and_papers_for_a_card():
    assert card(Held("tenant")) == [
        "缴费",
        "报事",
        "放行·须业主确认",
        "门禁卡·须租约及身份证复印件",
    ]
    assert card(Held("tenant"), DocumentKind.LEASE, DocumentKind.ID_COPY)[-1] == "门禁卡"


def test_an_agent_may_do_what_the_power_of_attorney_names_while_it_lasts():
    agent = Held("agent", ends_on=TODAY, scope=[Matter.FIT_OUT, Matter.RELEASE])
    assert card(agent) == ["放行·查委托书并电话业主", "装修", "门禁卡 ✕"]
    agent.ends_on = date(2026, 11, 22)
    assert card(agent) == ["已到期 ✕"]
    agent.begins_on, agent.ends_on = date(2026, 11, 24), None
    assert card(agent) == ["尚未生效 ✕"]


def test_a_file_is_scored_by_what_its_kind_of_unit_needs():
    need = needed(UnitKind.DWELLING, UnitStatus.OCCUPIED)
    full = completeness(UnitKind.DWELLING, UnitStatus.OCCUPIED, set(need))
    assert (full.percent, full.missing) == (100, ())
    lacking = completeness(UnitKind.DWELLING, UnitStatus.LET, set(need) - {DocumentKind.COVENANTS})
    assert lacking.missing == ("临时管理规约", "租赁合同")
    assert lacking.percent == 85
    assert completeness(UnitKind.PARKING_SPACE, UnitStatus.OCCUPIED, set()).percent == 0
    assert completeness(UnitKind.DWELLING, UnitStatus.UNSOLD, set()).missing == ("面积",)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms(Capacity.TENANT, TODAY, date(2026, 1, 1)), "早于"),
        (Terms(Capacity.AGENT, TODAY), "委托"),
        (Terms(Capacity.AGENT, TODAY, scope=(Matter.PAYMENT,)), "期限"),
        (Terms(Capacity.TENANT, TODAY, is_debtor=True), "租户不能"),
        (Terms(Capacity.CO_OWNER, TODAY, is_debtor=True), "已有缴费责任人"),
        (Terms(Capacity.CO_OWNER, TODAY, share=Fraction(2, 3)), "份额"),
    ],
)
def test_a_tenure_that_may_not_begin_says_why(terms, reason):
    owner = Held("owner", is_debtor=True)
    refusal = may_begin(terms, [owner], [Fraction(1, 2)])
    assert reason in str(refusal)


def test_shares_may_add_up_to_the_whole():
    terms = Terms(Capacity.CO_OWNER, TODAY, share=Fraction(1, 2))
    assert (
        may_begin(terms, [Held("owner", is_debtor=True)], [Fraction(1, 3), Fraction(1, 6)]) is None
    )


def test_every_status_has_its_ways_out():
    assert set(TRANSITIONS) == set(UnitStatus)
    assert all(UnitStatus.UNSOLD not in ways for ways in TRANSITIONS.values())


def test_spellings_meet_in_one_key():
    assert plate_key("示Ａ·6h201 ") == "示A6H201"
    assert {building_key(name) for name in ("3栋", "3幢", "03号楼", "3")} == {"3"}
