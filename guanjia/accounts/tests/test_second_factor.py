"""Money and administration need the second factor; whoever lacks one is led to it."""

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path, reverse
from django.utils import timezone

from guanjia.accounts import totp
from guanjia.accounts.models import SecondFactor
from guanjia.accounts.permissions import SECOND_FACTOR, Permission, Role, permissions_of
from guanjia.accounts.permits import permits
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import (
    browser,
    code_now,
    enrol,
    make_staff,
    sign_in,
    type_code,
    type_password,
)
from guanjia.config.urls import urlpatterns as real

pytestmark = pytest.mark.django_db


@permits(Permission.TEAM_READ)
def _roster(_request):
    return HttpResponse("here")


urlpatterns = [*real, path("<slug:community>/roster-for-test/", _roster, name="roster-for-test")]
HANDLING_MONEY = [role for role in Role if permissions_of(frozenset({role})) & SECOND_FACTOR]


@pytest.fixture(autouse=True)
def _with_the_roster():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_these_roles_need_it():
    money_and_accounts = {Role.CASHIER, Role.FINANCE, Role.ADMINISTRATOR, Role.DIRECTOR}
    assert set(HANDLING_MONEY) == {*money_and_accounts, Role.SUPERVISOR}


@pytest.mark.parametrize("role", HANDLING_MONEY)
def test_nothing_of_the_community_is_reached_before_it(role):
    place = make_community()
    user = make_staff(community=place, role=role)
    page = reverse("roster-for-test", args=[place.code])
    client = sign_in(browser(), user)
    led = client.get(page)
    assert led["Location"].startswith(reverse("accounts:authenticator"))
    [secret] = re.findall(r"\b[A-Z2-7]{32}\b", client.get(led["Location"]).content.decode())
    assert secret not in str(dict(client.session)), "a stolen session table tells no secret"
    assert client.post(led["Location"], {"code": "000000"}).status_code == 422
    code = totp.code_at(secret, totp.step_of(timezone.now()))
    enrolled = client.post(led["Location"], {"code": code})
    assert enrolled.content.count(b"<li><code>") == 10
    assert client.get(page).content == b"here"


def test_a_clerk_needs_none():
    place = make_community()
    client = sign_in(browser(), make_staff(community=place, role=Role.CLERK))
    assert client.get(reverse("roster-for-test", args=[place.code])).content == b"here"


def test_enrolling_elsewhere_asks_this_session_to_show_it():
    place = make_community()
    user = make_staff(community=place, role=Role.CASHIER)
    client = sign_in(browser(), user)
    enrol(user)
    page = reverse("roster-for-test", args=[place.code])
    led = client.get(page)
    assert led["Location"].startswith(reverse("accounts:second-factor"))
    assert client.post(led["Location"], {"code": code_now()})["Location"] == page
    assert client.get(page).content == b"here"


def test_a_session_without_it_cannot_change_the_means_of_signing_in():
    user = make_staff()
    client = sign_in(browser(), user)
    enrol(user)
    factor = SecondFactor.objects.get(user=user)
    client.post(reverse("accounts:factor-removal", args=[factor.pk]))
    assert SecondFactor.objects.filter(user=user).exists()


def test_one_cannot_remove_a_colleagues_factor():
    victim, attacker = make_staff(), make_staff()
    enrol(victim)
    factor = SecondFactor.objects.get(user=victim)
    client = sign_in(browser(), attacker)
    answer = client.post(reverse("accounts:factor-removal", args=[factor.pk]))
    assert answer.status_code == 404


def test_with_the_last_factor_the_recovery_codes_go():
    user = make_staff()
    enrol(user)
    client = sign_in(browser(), user)
    factor = SecondFactor.objects.get(user=user)
    client.post(reverse("accounts:factor-removal", args=[factor.pk]))
    assert not user.recovery_codes.exists()


def test_new_recovery_codes_void_the_old_ones():
    user = make_staff()
    old = enrol(user)[0]
    client = sign_in(browser(), user)
    assert client.get(reverse("accounts:recovery-codes")).status_code == 200
    client.post(reverse("accounts:recovery-codes"))
    other = browser()
    type_password(other, user)
    assert type_code(other, old).status_code == 422


def test_the_secret_is_sealed_in_the_database():
    user = make_staff()
    enrol(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_secondfactor WHERE user_id = %s", [user.pk])
        assert SecondFactor.objects.get(user=user).secret.encode() not in bytes(
            cursor.fetchone()[0]
        )
