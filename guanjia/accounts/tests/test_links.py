"""One-time sign-in links: demonstration data, this machine, once."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts import sessions
from guanjia.accounts.actions import grant_role
from guanjia.accounts.links import make_link
from guanjia.accounts.models import Community, SignInLink
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import browser, is_signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> Community:
    return make_community(is_demo=True)


def token_for(user):
    return make_link(user, at=timezone.now()).partition("#")[2]


def press(token, *, address="127.0.0.1", **headers):
    client = browser(address)
    client.post(
        reverse("accounts:sign-in-link"),
        {"token": token},
        headers=headers,
        HTTP_HOST="127.0.0.1:8000",
    )
    return client


def test_the_command_prints_one_link_per_role_of_demo_communities(demo):
    make_user(community=demo, role=Role.CLERK)
    make_user(community=demo, role=Role.CASHIER)
    make_user(community=make_community(), role=Role.DIRECTOR)
    said = StringIO()
    call_command("sign_in_links", "--json", stdout=said)
    links = json.loads(said.getvalue())
    assert [link["role"] for link in links] == [Role.CLERK, Role.CASHIER]
    client = press(links[1]["link"].partition("#")[2])
    assert is_signed_in(client)
    assert client.session[sessions._SECOND_FACTOR] is True


def test_only_under_a_loopback_address(demo, settings):
    settings.PUBLIC_URL = "https://guanjia.example"
    with pytest.raises(CommandError):
        call_command("sign_in_links")


def test_it_serves_once(demo):
    token = token_for(make_user(community=demo, role=Role.CLERK))
    assert is_signed_in(press(token))
    assert not is_signed_in(press(token))


def test_looking_at_the_page_uses_nothing_up(demo):
    token = token_for(make_user(community=demo, role=Role.CLERK))
    page = browser("127.0.0.1").get(reverse("accounts:sign-in-link"))
    assert page.status_code == 200
    assert is_signed_in(press(token))


def test_it_lasts_a_day(demo):
    token = token_for(make_user(community=demo, role=Role.CLERK))
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert not is_signed_in(press(token))


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.1", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}),
    ],
)
def test_from_elsewhere_or_through_a_proxy_it_does_nothing(demo, address, headers):
    token = token_for(make_user(community=demo, role=Role.CLERK))
    assert not is_signed_in(press(token, address=address, **headers))
    assert is_signed_in(press(token)), "and it is not used up"


def test_somebody_with_real_work_is_not_signed_in_by_link(demo):
    user = make_user(community=demo, role=Role.CLERK)
    token = token_for(user)
    grant_role(user=user, community=make_community(), role=Role.CLERK, by=None, at=timezone.now())
    assert not is_signed_in(press(token))


def test_the_token_is_kept_hashed_only(demo):
    token = token_for(make_user(community=demo, role=Role.CLERK))
    assert token.encode() not in bytes(SignInLink.objects.get().token_hash)


def test_an_invented_token_does_nothing():
    assert not is_signed_in(press("x" * 43))
