"""The omnibox finds a unit by whatever is typed, inside one community, in at most four statements."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanjia.accounts.access import standing_in
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.estate import actions
from guanjia.estate.search import Match, find
from guanjia.estate.states import Capacity
from guanjia.estate.tests.factories import make_party, make_tenure, make_unit

pytestmark = pytest.mark.django_db
PHONE = "13905925520"


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def standing(community):
    return standing_in(make_user(community=community, role=Role.CLERK), community.code)


def settle(community, number="3-2-1201", name="张素珍", **known):
    """Let a party own the unit of that number."""
    unit = make_unit(community=community, number=number)
    make_tenure(unit=unit, party=make_party(community=community, name=name, **known))
    return unit


def keys(standing, text, **limit):
    return [hit.key for hit in find(standing, text, **limit)]


@pytest.mark.parametrize(
    "spelling", ["321201", "3-2-1201", "3.2.1201", "3栋2单元1201室", "３幢２－１２０１", " 3-2-12 "]
)
def test_a_unit_is_found_in_any_spelling(community, standing, spelling):
    settle(community)
    (hit,) = find(standing, spelling)
    assert (hit.key, hit.names, hit.match) == ("3-2-1201", ("张素珍",), Match.UNIT)


def test_of_two_readings_the_likelier_comes_first_and_longer_numbers_last(community, standing):
    for number in ("32-1-201", "3-2-12010", "3-2-1201"):
        settle(community, number)
    assert keys(standing, "321201") == ["3-2-1201", "32-1-201"]
    assert keys(standing, "3-2-1201") == ["3-2-1201", "3-2-12010"]


def test_a_prefix_lists_in_order_up_to_the_limit(community, standing):
    for room in range(101, 121):
        make_unit(community=community, number=f"3-2-{room}")
    assert keys(standing, "3-2", limit=3) == ["3-2-101", "3-2-102", "3-2-103"]


@pytest.mark.parametrize("text", ["曾敏", "曾", "敏", "zm", "ZM", "cm", "zengmin", "Zeng Min"])
def test_a_name_is_found_by_characters_and_by_every_reading_of_its_surname(
    community, standing, text
):
    settle(community, name="曾敏", phone=PHONE)
    settle(community, number="3-2-1202", name="李国强")
    (hit,) = find(standing, text)
    assert (hit.key, hit.match, hit.detail) == ("3-2-1201", Match.NAME, "曾敏 139****5520")


@pytest.mark.parametrize("text", ["5520", PHONE, "139 0592 5520", "+86 139-0592-5520"])
def test_a_phone_is_found_by_its_tail_or_whole_and_shown_masked(community, standing, text):
    settle(community, phone=PHONE)
    settle(community, number="3-2-1202", phone="13905925521")
    (hit,) = find(standing, text)
    assert (hit.key, hit.match) == ("3-2-1201", Match.PHONE)
    assert PHONE not in repr(hit)


@pytest.mark.parametrize("text", ["示A·6H201", "示a6h"])
def test_a_plate_is_found_by_its_beginning(community, standing, text):
    unit = settle(community)
    actions.add_vehicle(unit=unit, plate="示A6H201", by=standing.user, at=MORNING)
    (hit,) = find(standing, text)
    assert (hit.key, hit.match, hit.detail) == ("3-2-1201", Match.PLATE, "示A6H201")


def test_who_moved_out_is_found_after_those_who_live_here(community, standing):
    gone = settle(community, number="1-1-101", name="张三")
    gone.tenures.filter(community=community).update(ends_on=date(2024, 1, 1))
    settle(community, name="张三")
    assert [(hit.key, hit.match) for hit in find(standing, "张三")] == [
        ("3-2-1201", Match.NAME),
        ("1-1-101", Match.FORMER),
    ]


def test_a_household_is_one_line(community, standing):
    unit = settle(community, name="张素珍")
    son = make_party(community=community, name="张小宝")
    make_tenure(unit=unit, party=son, capacity=Capacity.HOUSEHOLD_MEMBER)
    assert keys(standing, "张") == ["3-2-1201"]


def test_nothing_of_another_community_is_found(community, standing):
    elsewhere = make_community()
    unit = settle(elsewhere, phone=PHONE)
    actions.add_vehicle(unit=unit, plate="示A6H201", by=standing.user, at=MORNING)
    for text in ("321201", "张素珍", "zsz", "5520", PHONE, "示A6H201"):
        assert find(standing, text) == []


def test_who_may_not_read_households_finds_nothing(community, standing):
    settle(community)
    guard = make_user(community=community, role=Role.GUARD)
    assert keys(standing, "张素珍") == ["3-2-1201"]
    assert find(standing_in(guard, community.code), "张素珍") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "%",
        "_",
        "%-%",
        "3%",
        "3_2_1201",
        "\\",
        "'; DROP TABLE estate_unit; --",
        "\x00张",
        "张\ud800",
        "𠮷" * 50,
        "9" * 300,
        "张" * 5000,
        "{1,2}",
        "\u202e张",
        "🏠",
        "-" * 60,
        "0",
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_hostile_text_finds_no_more_than_it_says(community, standing, text):
    settle(community, number="9-9-999", name="王五")
    found = find(standing, text)
    assert all(hit.key != "9-9-999" for hit in found) or "9-9-999".startswith(text[0])


@pytest.mark.parametrize("name", ["O'Brien; --", "𠮷田健", "阿卜杜拉·买买提", "7天酒店%_"])
def test_unusual_names_are_found_by_themselves(community, standing, name):
    settle(community, name=name)
    assert keys(standing, name) == ["3-2-1201"]


@pytest.mark.parametrize("text", ["321201", "张素珍", "zsz", "5520", PHONE, "示A6H201", "3-2"])
def test_every_search_takes_at_most_four_statements_all_naming_the_community(
    community, standing, text
):
    for room in range(1201, 1221):
        settle(community, number=f"3-2-{room}", phone=PHONE)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert len(find(standing, text)) <= 12
    assert len(captured) <= 4
    assert all("community_id" in query["sql"] for query in captured.captured_queries)
