"""A session's life: idle, absolute, revoked; what it tells of who holds it; its cookies and headers."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts.actions import grant_role, revoke_role, set_password
from guanjia.accounts.jobs import clear_sessions
from guanjia.accounts.models import Grant, Session, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import PASSWORD, browser, is_signed_in, make_staff, sign_in

pytestmark = pytest.mark.django_db
NINE = "2026-11-23T09:00:00+08:00"


def test_half_an_hour_idle_ends_it():
    with time_machine.travel(NINE, tick=False) as clock:
        client = sign_in(browser(), make_staff())
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(client), "each use counts anew"
        clock.shift(timedelta(minutes=31))
        assert not is_signed_in(client)


def test_twelve_hours_end_it_however_busy():
    with time_machine.travel(NINE, tick=False) as clock:
        client = sign_in(browser(), make_staff())
        for _ in range(12 * 3):
            clock.shift(timedelta(minutes=20))
            assert is_signed_in(client)
        clock.shift(timedelta(minutes=1))
        assert not is_signed_in(client)


def test_it_is_written_once_a_minute_at_most(django_assert_num_queries):
    with time_machine.travel(NINE, tick=False) as clock:
        client = sign_in(browser(), make_staff())
        expiry = client.cookies["session"]["expires"]
        clock.shift(timedelta(seconds=50))
        is_signed_in(client)
        assert client.cookies["session"]["expires"] == expiry
        clock.shift(timedelta(seconds=20))
        is_signed_in(client)
        assert client.cookies["session"]["expires"] != expiry


@pytest.mark.parametrize("change", ["grant", "revoke", "password"])
def test_a_change_ends_every_session_at_once(change):
    place = make_community()
    admin = make_staff(community=place, role=Role.ADMINISTRATOR)
    user = make_staff(community=place, role=Role.CLERK)
    client, colleague = sign_in(browser(), user), sign_in(browser(), make_staff())
    now = timezone.now()
    if change == "grant":
        grant_role(user=user, community=place, role=Role.CASHIER, by=admin, at=now)
    elif change == "revoke":
        revoke_role(grant=Grant.objects.get(user=user), community=place, by=admin, at=now)
    else:
        set_password(user=user, password="another-" + PASSWORD, at=now)
    assert not is_signed_in(client)
    assert is_signed_in(colleague), "the control: somebody else's goes on"


def test_leaving_the_post_ends_it():
    user = make_staff()
    client = sign_in(browser(), user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_signed_in(client)


def standing(client, place):
    """Return the status of a page that clerks may not see: 403 for members, 404 for strangers."""
    return client.get(reverse("accounts:staff", args=[place.code])).status_code


def test_person_and_standing_are_read_together_with_the_session(django_assert_num_queries):
    here, elsewhere = make_community(), make_community()
    client = sign_in(browser(), make_staff(community=here, role=Role.CLERK))
    with django_assert_num_queries(1):
        assert standing(client, here) == 403
    assert standing(client, elsewhere) == 404
    assert client.get("/no-such-place/staff/").status_code == 404


def test_a_role_taken_back_counts_from_the_next_request():
    place = make_community()
    user = make_staff(community=place, role=Role.CLERK)
    client = sign_in(browser(), user)
    Grant.objects.filter(user=user).update(revoked_at=timezone.now())  # even without a new epoch
    assert standing(client, place) == 404
    assert is_signed_in(client)


def test_a_row_that_names_somebody_else_signs_nobody_in():
    client = sign_in(browser(), make_staff())
    rows = Session.objects.filter(session_key=client.session.session_key)
    owner = rows.get().user
    rows.update(user=make_staff())
    assert not is_signed_in(client)
    rows.update(user=owner)
    assert is_signed_in(client), "the control"


def test_one_that_does_not_say_when_it_began_is_over():
    client = sign_in(browser(), make_staff())
    session = client.session
    del session["started"]
    session.save()
    assert not is_signed_in(client)
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_a_watchdog_with_a_cookie_reads_no_table(django_assert_num_queries):
    client = sign_in(browser(), make_staff())
    with django_assert_num_queries(0):
        assert client.get("/livez").status_code == 200


def test_what_has_run_out_is_swept_at_night():
    with time_machine.travel(NINE, tick=False) as clock:
        sign_in(browser(), make_staff())
        clock.shift(timedelta(minutes=31))
        alive = sign_in(browser(), make_staff())
        clear_sessions(0)
        assert [row.session_key for row in Session.objects.all()] == [alive.session.session_key]


def test_changing_ones_own_password_keeps_this_session_and_ends_the_others():
    user = make_staff()
    here, elsewhere = sign_in(browser(), user), sign_in(browser(), user)
    new = "另一个更长的密码2026"
    here.post(reverse("accounts:password"), {"password": new, "again": new})
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_ten_minutes_on_the_password_is_asked_for_before_it_is_changed():
    with time_machine.travel(NINE, tick=False) as clock:
        client = sign_in(browser(), make_staff())
        assert client.get(reverse("accounts:password")).status_code == 200
        clock.shift(timedelta(minutes=11))
        answer = client.get(reverse("accounts:password"))
        assert answer["Location"].startswith(reverse("accounts:confirmation"))
        assert client.post(answer["Location"], {"password": "wrong"}).status_code == 422
        assert client.post(answer["Location"], {"password": PASSWORD})["Location"] == reverse(
            "accounts:password"
        )
        assert client.get(reverse("accounts:password")).status_code == 200


def test_cookies_and_headers_of_a_signed_in_page():
    client = sign_in(browser(), make_staff())
    for name in ("session", "device", "csrftoken"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name
    page = client.get(reverse("accounts:me"))
    assert "no-store" in page["Cache-Control"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert page["X-Request-ID"]
    assert b"<script>" not in page.content
    assert b' style="' not in page.content
