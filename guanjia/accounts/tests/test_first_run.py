"""The first-run wizard: for whoever holds the console's code, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import get_resolver, reverse
from django.utils import timezone

from guanjia.accounts.actions import set_up
from guanjia.accounts.first_run import setup_code
from guanjia.accounts.forms import RESERVED_CODES
from guanjia.accounts.models import Community, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_user
from guanjia.accounts.tests.people import PASSWORD, browser, is_signed_in
from guanjia.core.refusal import Refused

pytestmark = pytest.mark.django_db
WORDS: dict[str, Any] = {
    "company": "示例物业服务有限公司",
    "community": "锦绣花园",
    "code": "Jinxiu",
    "cut_over_on": "2026-12-01",
    "staff_no": "a001",
    "name": "周主任",
    "password": PASSWORD,
}


def test_home_leads_to_it_while_there_is_nobody():
    assert browser().get("/")["Location"] == reverse("accounts:setup")


def test_it_makes_the_first_administrator_and_closes_for_ever():
    client, page = browser(), reverse("accounts:setup")
    assert client.get(page).status_code == 200
    client.post(page, {**WORDS, "setup_code": setup_code().upper()})
    assert is_signed_in(client)
    place = Community.objects.get(code="jinxiu")
    assert place.cut_over_on == date(2026, 12, 1)
    grant = Grant.objects.get(community=place)
    assert (grant.user.staff_no, grant.role) == ("A001", Role.ADMINISTRATOR)
    assert browser().get(page).status_code == 404
    assert browser().post(page, {**WORDS, "setup_code": setup_code()}).status_code == 404
    with pytest.raises(CommandError):
        call_command("setup_code")


@pytest.mark.parametrize("code", ["", "wrong", "0000-0000-0000-0000"])
def test_without_the_consoles_code_nothing_is_made(code):
    answer = browser().post(reverse("accounts:setup"), {**WORDS, "setup_code": code})
    assert answer.status_code == 422
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"password": "12345678901"}, {"code": "sign-in"}, {"code": "锦绣"}, {"company": ""}]
)
def test_what_is_wrong_is_said(wrong):
    words = {**WORDS, "setup_code": setup_code(), **wrong}
    assert browser().post(reverse("accounts:setup"), words).status_code == 422
    assert not User.objects.exists()


def test_the_command_prints_the_code():
    said = StringIO()
    call_command("setup_code", stdout=said)
    assert setup_code() in said.getvalue()


def test_it_is_refused_once_anybody_is_there():
    make_user()
    with pytest.raises(Refused):
        set_up(**{**WORDS, "cut_over_on": date(2026, 12, 1)}, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_make_one():
    def race(n):
        words = {
            **WORDS,
            "company": f"{n}",
            "community": f"{n}",
            "code": f"c{n}",
            "staff_no": f"{n}",
        }
        try:
            set_up(**{**words, "cut_over_on": date(2026, 12, 1)}, at=timezone.now())
        except Refused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(race, range(3)))
    assert User.objects.count() == Community.objects.count() == 1


def test_no_community_can_stand_in_the_way_of_the_programs_own_addresses():
    first_words = {str(p.pattern).split("/")[0] for p in _flat(get_resolver().url_patterns)}
    own = {word for word in first_words if word and not word.startswith("<")}
    assert own <= RESERVED_CODES


def _flat(patterns):
    for pattern in patterns:
        if not str(pattern.pattern):
            yield from (
                _flat(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]
            )
        else:
            yield pattern
