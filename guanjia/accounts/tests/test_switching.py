"""The fast switch: six digits in a browser that has seen the whole sign-in, and nowhere else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.actions import grant_role, set_password, set_pin
from guanjia.accounts.models import AccountEvent
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import (
    PASSWORD,
    browser,
    enrol,
    forget_browser,
    is_signed_in,
    make_staff,
    sign_in,
)
from guanjia.core.refusal import Refused

pytestmark = pytest.mark.django_db
PIN = "314159"
SWITCH = "accounts:switch"


def cashier(place=None):
    user = make_staff(community=place or make_community(), role=Role.CASHIER)
    enrol(user)
    set_pin(user=user, pin=PIN, at=timezone.now())
    return user


def switch(client, user, pin=PIN):
    return client.post(reverse(SWITCH), {"person": user.pk, "pin": pin})


def who(client):
    return client.get(reverse("accounts:me")).wsgi_request.user


def test_two_cashiers_share_a_desk():
    one, two = cashier(), cashier()
    desk = sign_in(sign_in(browser(), one), two)
    assert who(desk) == two
    page = desk.get(reverse(SWITCH)).content.decode()
    assert one.name in page
    assert switch(desk, one).status_code == 302
    assert who(desk) == one
    assert switch(desk, two).status_code == 302
    assert who(desk) == two


def test_the_desk_may_be_signed_out():
    user = cashier()
    desk = sign_in(browser(), user)
    desk.post(reverse("accounts:sign-out"))
    assert user.name in desk.get(reverse(SWITCH)).content.decode()
    switch(desk, user)
    assert who(desk) == user


def test_another_browser_knows_nobody():
    user = cashier()
    sign_in(browser(), user)
    stranger = browser()
    assert user.name not in stranger.get(reverse(SWITCH)).content.decode()
    assert switch(stranger, user).status_code == 422
    assert not is_signed_in(stranger)


def test_a_sign_in_without_second_factor_is_no_ground():
    user = make_staff()
    set_pin(user=user, pin=PIN, at=timezone.now())
    desk = sign_in(browser(), user)
    assert switch(desk, user).status_code == 422


def test_three_wrong_pins_ask_for_the_whole_sign_in_on_this_desk_only():
    user = cashier()
    desk, other = sign_in(browser(), user), sign_in(browser(), user, later=1)
    forget_browser(desk)
    assert [switch(desk, user, "271828").status_code for _ in range(3)] == [422] * 3
    assert switch(desk, user).status_code == 422, "the right one comes too late"
    assert not is_signed_in(desk)
    assert switch(other, user).status_code == 302, "the control: another desk"
    sign_in(desk, user, later=-1)
    assert switch(desk, user).status_code == 302


def test_a_right_pin_forgives_a_wrong_one_only_by_itself():
    user = cashier()
    desk = sign_in(browser(), user)
    for pin in ("271828", PIN, "271828", PIN):
        switch(desk, user, pin)
    assert is_signed_in(desk)
    assert switch(desk, user, "271828").status_code == 422
    assert switch(desk, user).status_code == 422, "three wrong ones, whatever stood between"


def test_it_leans_on_the_whole_sign_in_for_twelve_hours_and_no_longer():
    user = cashier()
    with time_machine.travel("2026-11-23T08:00:00+08:00", tick=False) as clock:
        desk = sign_in(browser(), user)
        clock.shift(timedelta(hours=11, minutes=50))
        assert switch(desk, user).status_code == 302
        clock.shift(timedelta(minutes=11))
        assert not is_signed_in(desk), "the switched session ends with the sign-in it leans on"
        assert switch(desk, user).status_code == 422


def test_a_change_of_role_asks_for_the_whole_sign_in():
    place = make_community()
    user, admin = cashier(place), make_staff(community=place, role=Role.ADMINISTRATOR)
    desk = sign_in(browser(), user)
    grant_role(user=user, community=place, role=Role.CLERK, by=admin, at=timezone.now())
    assert switch(desk, user).status_code == 422


def test_another_password_asks_for_the_whole_sign_in():
    user = cashier()
    desk = sign_in(browser(), user)
    assert switch(desk, user).status_code == 302, "the control"
    set_password(user=user, password="another-" + PASSWORD, at=timezone.now())
    assert switch(desk, user).status_code == 422


def test_a_dialog_gets_its_part_and_a_client_side_redirect():
    user = cashier()
    desk = sign_in(browser(), user)
    part = desk.get(reverse(SWITCH), headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    answer = desk.post(
        f"{reverse(SWITCH)}?next=/x/",
        {"person": user.pk, "pin": PIN},
        headers={"HX-Request": "true"},
    )
    assert answer["HX-Redirect"] == "/x/"


def test_it_is_all_on_record():
    user = cashier()
    desk = sign_in(browser(), user)
    switch(desk, user, "271828")
    switch(desk, user)
    kinds = AccountEvent.objects.filter(user=user, kind__startswith="pin").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "pin.set",
        "pin.try",
        "pin.try",
        "pin.pass",
    ]


@pytest.mark.parametrize(
    "pin", ["123456", "654321", "111111", "123123", "12345", "1234567", "一二三四五六"]
)
def test_pins_that_a_bystander_would_try_are_refused(pin):
    with pytest.raises(Refused):
        set_pin(user=make_staff(), pin=pin, at=timezone.now())


def test_setting_a_pin_needs_the_second_factor():
    user = make_staff()
    client = sign_in(browser(), user)
    page = reverse("accounts:pin")
    assert client.get(page)["Location"] == reverse("accounts:authenticator")
    enrol(user)
    client = sign_in(browser(), user)
    assert client.get(page).status_code == 200
    assert client.post(page, {"pin": PIN, "again": "1"}).status_code == 422
    assert client.post(page, {"pin": "123456", "again": "123456"}).status_code == 422
    assert client.post(page, {"pin": PIN, "again": PIN})["Location"] == reverse("accounts:me")
