"""Signing in: password, second factor, one-time secret; what fails reads alike."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.actions import create_user, deactivate_user, reset_password
from guanjia.accounts.models import AccountEvent, SecondFactor
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import (
    PASSWORD,
    browser,
    code_now,
    enrol,
    is_signed_in,
    make_staff,
    sign_in,
    type_code,
    type_password,
)

pytestmark = pytest.mark.django_db
KINDS = AccountEvent.Kind


def test_by_staff_number_in_any_case_and_by_phone():
    user = make_staff()
    user.set_phone("+86 138 0000 1234")
    user.save()
    for login in (user.staff_no, user.staff_no.lower(), "１３８００００１２３４"):
        client = browser()
        client.post(reverse("accounts:sign-in"), {"login": login, "password": PASSWORD})
        assert is_signed_in(client), login


def test_a_phone_that_two_people_share_signs_nobody_in():
    for user in (make_staff(), make_staff()):
        user.set_phone("13800001234")
        user.save()
    client = browser()
    client.post(reverse("accounts:sign-in"), {"login": "13800001234", "password": PASSWORD})
    assert not is_signed_in(client)


def test_wrong_unknown_gone_and_late_read_alike():
    gone = make_staff(is_active=False)
    late = make_staff(temporary_until=timezone.now() - timedelta(minutes=1))
    stranger = make_staff()
    stranger.staff_no = "NOBODY"
    answers = {
        type_password(browser(), make_staff(), "wrong").content.count("密码不对".encode()),
        type_password(browser(), stranger).content.count("密码不对".encode()),
        type_password(browser(), gone).content.count("密码不对".encode()),
        type_password(browser(), late).content.count("密码不对".encode()),
    }
    assert answers == {1}


def test_a_new_session_begins_with_the_sign_in():
    user, client = make_staff(), browser()
    client.get(reverse("accounts:sign-in"))
    enrol(user)
    type_password(client, user)
    before = client.session.session_key
    type_code(client, code_now())
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_the_second_factor_stands_between_password_and_session():
    user, client = make_staff(), browser()
    enrol(user)
    assert type_password(client, user)["Location"] == reverse("accounts:second-factor")
    assert not is_signed_in(client)
    assert type_code(client, "000000").status_code == 422
    assert not is_signed_in(client)
    code = code_now()
    type_code(client, code)
    assert is_signed_in(client)
    other = browser()
    type_password(other, user)
    assert type_code(other, code).status_code == 422, "a code serves once"


def test_steps_do_not_wait_for_ever():
    user, client = make_staff(), browser()
    enrol(user)
    with time_machine.travel("2026-11-23T09:00:00+08:00", tick=False) as clock:
        type_password(client, user)
        clock.shift(timedelta(minutes=11))
        assert type_code(client, code_now())["Location"] == reverse("accounts:sign-in")


def test_a_recovery_code_serves_once():
    user = make_staff()
    code, *_ = enrol(user)
    for expected in (True, False):
        client = browser()
        type_password(client, user)
        type_code(client, f" {code.upper()} ")
        assert is_signed_in(client) is expected


def test_a_one_time_secret_only_serves_to_choose_a_password():
    place = make_community()
    issued = create_user(
        community=place, staff_no="a 7", name="新人", roles=[Role.CLERK], by=None, at=timezone.now()
    )
    client = browser()
    assert type_password(client, issued.user, issued.secret)["Location"] == reverse(
        "accounts:new-password"
    )
    assert not is_signed_in(client)
    page = reverse("accounts:new-password")
    assert client.post(page, {"password": "A7", "again": "A7"}).status_code == 422
    client.post(page, {"password": PASSWORD, "again": PASSWORD})
    assert is_signed_in(client)
    assert "session" not in type_password(browser(), issued.user, issued.secret).cookies
    sign_in(browser(), issued.user)


def test_resetting_a_password_keeps_the_second_factor_and_ends_sessions():
    place = make_community()
    admin = make_staff(community=place, role=Role.ADMINISTRATOR)
    user = make_staff(community=place, role=Role.CASHIER)
    enrol(user)
    client = sign_in(browser(), user)
    secret = reset_password(user=user, community=place, by=admin, at=timezone.now())
    assert isinstance(secret, str)
    assert not is_signed_in(client)
    fresh = browser()
    assert type_password(fresh, user, secret)["Location"] == reverse("accounts:second-factor")
    SecondFactor.objects.update(used_step=0)
    assert type_code(fresh, code_now())["Location"] == reverse("accounts:new-password")


def test_where_the_sign_in_leads_is_on_this_site():
    user = make_staff()
    for address, led_to in (
        ("/x/", "/x/"),
        ("//evil.example/", "/"),
        ("no-path", "/"),
        ("https://evil.example", "/"),
    ):
        answer = browser().post(
            f"{reverse('accounts:sign-in')}?next={address}",
            {"login": user.staff_no, "password": PASSWORD},
        )
        assert answer["Location"] == led_to


def test_tries_sign_ins_and_sign_outs_are_on_record():
    user, client = make_staff(), browser("192.0.2.9")
    type_password(client, user, "wrong")
    sign_in(client, user)
    client.post(reverse("accounts:sign-out"))
    assert not is_signed_in(client)
    kinds = list(
        AccountEvent.objects.filter(user=user).order_by("pk").values_list("kind", "address")
    )
    assert kinds == [
        (KINDS.PASSWORD_TRIED, "192.0.2.9"),
        (KINDS.PASSWORD_TRIED, "192.0.2.9"),
        (KINDS.PASSWORD_PASSED, "192.0.2.9"),
        (KINDS.SIGNED_IN, "192.0.2.9"),
        (KINDS.SIGNED_OUT, "192.0.2.9"),
    ]


def test_leaving_ends_the_session_at_the_next_request():
    place = make_community()
    admin = make_staff(community=place, role=Role.ADMINISTRATOR)
    user = make_staff(community=place, role=Role.CLERK)
    client = sign_in(browser(), user)
    deactivate_user(user=user, community=place, by=admin, at=timezone.now())
    assert not is_signed_in(client)
    type_password(client, user)
    assert not is_signed_in(client)
