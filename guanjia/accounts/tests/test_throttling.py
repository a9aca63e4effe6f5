"""Guessing is held back, and nobody can use that to keep a colleague out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from guanjia.accounts import events
from guanjia.accounts.events import TooManyTriesError, admit
from guanjia.accounts.models import AccountEvent
from guanjia.accounts.tests.people import (
    browser,
    enrol,
    forget_browser,
    is_signed_in,
    make_staff,
    sign_in,
    type_code,
    type_password,
)
from guanjia.accounts.visitors import Visitor

pytestmark = pytest.mark.django_db
ATTACKER, OFFICE = "203.0.113.66", "192.0.2.1"


def guess(user, *, address=ATTACKER, times=events.FAILURES_PER_ACCOUNT_AND_ADDRESS):
    """Type wrong passwords; returns the last answer's status."""
    return [type_password(browser(address), user, "wrong").status_code for _ in range(times)][-1]


def test_five_wrong_passwords_from_one_address_are_enough():
    user = make_staff()
    assert guess(user) == 422
    assert guess(user, times=1) == 429
    assert type_password(browser(ATTACKER), user).status_code == 429, (
        "the right one is not looked at"
    )


def test_an_attacker_elsewhere_cannot_stop_the_rightful_person():
    user = make_staff()
    assert guess(user, times=12) == 429
    sign_in(browser(OFFICE), user)  # at the office's address, in a browser nobody knows


def test_an_attacker_in_the_same_office_cannot_stop_a_browser_that_knows_the_person():
    user = make_staff()
    known = sign_in(browser(OFFICE), user)
    forget_browser(known)
    assert guess(user, address=OFFICE, times=12) == 429
    assert type_password(browser(OFFICE), user).status_code == 429, (
        "the control: an unknown browser"
    )
    sign_in(known, user)


def test_a_browser_that_knows_somebody_else_is_no_way_around():
    user, other = make_staff(), make_staff()
    mine = sign_in(browser(ATTACKER), other)
    forget_browser(mine)
    statuses = [type_password(mine, user, "wrong").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_known_browser_is_held_back_too_by_itself():
    user = make_staff()
    known = sign_in(browser(), user)
    forget_browser(known)
    statuses = [
        type_password(known, user, "wrong").status_code
        for _ in range(events.FAILURES_PER_DEVICE + 1)
    ]
    assert statuses == [422] * events.FAILURES_PER_DEVICE + [429]
    sign_in(browser("198.51.100.7"), user)


def test_logins_that_nobody_has_are_held_back_alike():
    stranger = make_staff()
    stranger.staff_no = "NOBODY"
    assert guess(stranger) == 422
    assert guess(stranger, times=1) == 429


def test_one_address_cannot_try_everybody(monkeypatch):
    monkeypatch.setattr(events, "FAILURES_PER_ADDRESS", 6)
    for _ in range(6):
        assert guess(make_staff(), times=1) == 422
    assert guess(make_staff(), times=1) == 429
    assert guess(make_staff(), address=OFFICE, times=1) == 422, "the control: another address"


def test_signing_in_often_is_no_guessing():
    user = make_staff()
    for _ in range(events.FAILURES_PER_ACCOUNT_AND_ADDRESS + 2):
        sign_in(browser(OFFICE), user)


def test_the_limit_passes_with_time():
    user = make_staff()
    with time_machine.travel("2026-11-23T09:00:00+08:00", tick=False) as clock:
        assert guess(user, times=6) == 429
        clock.shift(events.WINDOW + timedelta(seconds=1))
        sign_in(browser(ATTACKER), user)


def test_codes_are_limited_per_account_wherever_they_are_typed():
    user = make_staff()
    enrol(user)
    statuses = []
    for n in range(events.CODE_FAILURES_PER_ACCOUNT + 1):
        client = browser(f"203.0.113.{n}")
        type_password(client, user)
        statuses.append(type_code(client, "000000").status_code)
    assert statuses == [422] * events.CODE_FAILURES_PER_ACCOUNT + [429]


def test_a_known_browser_may_still_show_its_code():
    user = make_staff()
    enrol(user)
    known = sign_in(browser(), user)
    forget_browser(known)
    for n in range(events.CODE_FAILURES_PER_ACCOUNT + 1):
        client = browser(f"203.0.113.{n}")
        type_password(client, user)
        type_code(client, "000000")
    assert is_signed_in(sign_in(known, user, later=1))


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_instant_all_count():
    user, at = make_staff(), timezone.now()
    start, tries = Barrier(4), 12

    def race(_):
        start.wait()
        admitted = 0
        for _ in range(tries // 4):
            try:
                admit(AccountEvent.Kind.PASSWORD_TRIED, user=user, visitor=Visitor(ATTACKER), at=at)
                admitted += 1
            except TooManyTriesError:
                pass
        connection.close()
        return admitted

    with ThreadPoolExecutor(4) as pool:
        admitted = sum(pool.map(race, range(4)))
    assert admitted == events.FAILURES_PER_ACCOUNT_AND_ADDRESS


def test_only_a_trusted_proxy_may_say_who_is_behind_it(settings):
    user = make_staff()
    for n in range(events.FAILURES_PER_ACCOUNT_AND_ADDRESS):
        client = browser(ATTACKER)
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{n}"
        type_password(client, user, "wrong")
    assert type_password(browser(ATTACKER), user).status_code == 429
    client = browser("127.0.0.1")
    client.defaults["HTTP_X_FORWARDED_FOR"] = f"198.51.100.1, {ATTACKER}"
    assert type_password(client, user).status_code == 429, "the proxy's own, last, entry counts"
    client.defaults["HTTP_X_FORWARDED_FOR"] = f"{ATTACKER}, 198.51.100.1"
    sign_in(client, user)
