"""The workbench: a cashier's own takings, the latest receipts, who is behind; nothing that leads nowhere."""

import re

import pytest
from django.urls import reverse

from guanjia.accounts.permissions import ROLE_LABELS, Role
from guanjia.accounts.tests.factories import make_user
from guanjia.desk.tests.office import make_office, signed_in, staff
from guanjia.money.payments.models import Desk

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = [role for role in Role if role not in (Role.GUARD, Role.TRAINEE)]


def test_the_shifts_takings_by_method(office, cashier):
    first, second, third = office.bills()
    cashier.post(office.url("payments"), office.paying([first]))
    pos = {"method": "pos", "tendered": "", "reference": "880012"}
    cashier.post(office.url("payments"), office.paying([second], **pos))
    colleague = make_user(community=office.community, role=Role.CASHIER, name="何佳")
    office.man(colleague)
    signed_in(colleague).post(office.url("payments"), office.paying([third]))
    page = cashier.get(office.url("workbench")).content.decode()
    assert "710.07" in page
    assert "3 笔 · 收据 0007444–0007446" in page
    assert "陈晓雯、何佳" in page


def test_units_behind_are_told_from_what_is_overdue(office, cashier):
    page = cashier.get(office.url("workbench")).content.decode()
    assert "473.38" in page  # September and October; November is not due yet
    assert "2 笔，26-10-01 起" in page


def test_the_only_desk_is_chosen_by_itself_one_of_several_is_asked_for(office, cashier):
    assert "选收银台" not in cashier.get(office.url("workbench")).content.decode()
    Desk.objects.create(community=office.community, name="前台二", prefix="B")
    page = staff(office, Role.CASHIER).get(office.url("workbench")).content.decode()
    assert "选收银台" in page
    assert "前台二" in page


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_the_frame_opens_for_whom_it_is_shown(office, role):
    client = staff(office, role)
    page = client.get(office.url("workbench")).content.decode()
    links = set(re.findall(r'href="(/[^"#?]*)"', page))
    links -= {link for link in links if link.startswith("/static/")}
    assert links
    for link in links:
        assert client.get(link).status_code in (200, 302), link


@pytest.mark.parametrize(("role", "links"), [(Role.GUARD, ["teams", "me"]), (Role.TRAINEE, ["me"])])
def test_a_post_without_a_workbench_hears_so_and_every_link_opens(office, role, links):
    client = staff(office, role)
    answer = client.get("/", follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [(office.url("workbench"), 302)])
    page = answer.content.decode()
    for words in (office.community.name, str(answer.wsgi_request.user), ROLE_LABELS[role]):
        assert words in page
    found = [link for link in re.findall(r'href="(/[^"#?]*)"', page) if "/static/" not in link]
    assert [link.rstrip("/").rpartition("/")[2] for link in found] == links
    for link in found:
        assert client.get(link).status_code == 200
    assert client.post(reverse("accounts:sign-out")).status_code == 302


def test_nobody_from_elsewhere_sees_even_that_the_community_is_there(office):
    for role in (Role.CASHIER, Role.TRAINEE):
        assert staff(make_office(), role).get(office.url("workbench")).status_code == 404
