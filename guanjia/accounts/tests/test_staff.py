"""Managing staff: each action by an administrator, within their communities, on record."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts import actions
from guanjia.accounts.access import manages
from guanjia.accounts.actions import grant_role
from guanjia.accounts.models import AccountEvent, Grant, User
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import (
    browser,
    enrol,
    is_signed_in,
    make_staff,
    sign_in,
    type_password,
)
from guanjia.core.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_community()


@pytest.fixture
def admin(place):
    user = make_staff(community=place, role=Role.ADMINISTRATOR)
    enrol(user)
    return user


@pytest.fixture
def office(admin):
    return sign_in(browser(), admin)


def at(name, place, *args):
    return reverse(f"accounts:{name}", args=[place.code, *args])


def new_person(office, place, **fields):
    words = {"staff_no": "B01", "name": "李小萌", "roles": [Role.CLERK], **fields}
    return office.post(at("staff-new", place), words)


def test_a_new_person_gets_a_secret_that_is_shown_once(office, place):
    page = new_person(office, place, phone="138 0000 1234")
    [secret] = re.findall(r'<code class="secret">([^<]+)', page.content.decode())
    user = User.objects.get(staff_no="B01")
    assert user.phone == "13800001234"
    assert not user.check_password("")
    assert type_password(browser(), user, secret)["Location"] == reverse("accounts:new-password")
    assert secret not in office.get(at("staff-member", place, user.pk)).content.decode()
    assert user.name in office.get(at("staff", place)).content.decode()


def test_a_taken_staff_number_is_refused_without_telling_whose(office, place):
    make_staff(staff_no="B01", name="别人")
    page = new_person(office, place)
    assert "这个工号已有账号" in page.content.decode()
    assert not Grant.objects.filter(community=place, user__staff_no="B01").exists()


def test_an_administrator_of_both_lets_a_colleague_in_who_proves_anew_who_they_are(
    office, admin, place
):
    other = make_community()
    colleague = make_staff(community=other, role=Role.CLERK, staff_no="B01", name="李小萌")
    enrol(colleague)
    here = Grant.objects.filter(community=place, user=colleague)
    words = {"roles": [Role.GUARD], "is_colleague": "on"}
    assert "这个工号已有账号" in new_person(office, place, **words).content.decode()
    assert not here.exists(), "who manages here only cannot tell whose account it is"
    grant_role(user=admin, community=other, role=Role.ADMINISTRATOR, by=None, at=timezone.now())
    office = sign_in(browser(), admin)
    assert new_person(office, place, roles=[Role.GUARD]).status_code == 422
    assert not here.exists(), "not without an express word"
    assert "一次性密码" in new_person(office, place, **words).content.decode()
    assert here.get().role == Role.GUARD
    colleague.refresh_from_db()
    assert colleague.temporary_until
    assert not colleague.has_second_factor


def test_an_account_of_nobodys_community_is_managed_by_nobody(admin, place):
    assert not manages(admin, make_staff())
    gone = make_staff(community=place, role=Role.CLERK)
    Grant.objects.filter(user=gone).update(revoked_at=timezone.now())
    assert manages(admin, gone), "the control: only this community ever gave them roles"


def test_somebody_comes_back_with_a_new_secret_and_no_old_roles(office, place):
    user = make_staff(community=place, role=Role.CLERK)
    office.post(at("staff-deactivation", place, user.pk))
    page = office.post(at("staff-reactivation", place, user.pk))
    [secret] = re.findall(r'<code class="secret">([^<]+)', page.content.decode())
    assert type_password(browser(), user).status_code == 422
    assert type_password(browser(), user, secret)["Location"] == reverse("accounts:new-password")
    assert not Grant.objects.filter(user=user, revoked_at=None).exists()
    again = office.post(at("staff-reactivation", place, user.pk))
    assert again.status_code == 302, "the control: nobody in post gets a secret this way"


@pytest.mark.parametrize("number", ["---", " － "])
def test_a_staff_number_of_dashes_is_none(office, place, number):
    assert new_person(office, place, staff_no=number).status_code == 422
    assert not User.objects.filter(staff_no="").exists()


def test_roles_are_given_and_taken_back(office, place):
    user = make_staff(community=place, role=Role.CLERK)
    office.post(at("staff-grants", place, user.pk), {"role": Role.FINANCE})
    grant = Grant.objects.get(user=user, role=Role.FINANCE, revoked_at=None)
    office.post(at("staff-revocation", place, user.pk, grant.pk))
    grant.refresh_from_db()
    assert grant.revoked_at
    kinds = AccountEvent.objects.filter(user=user, within=place).order_by("pk")
    assert list(kinds.values_list("kind", "detail")) == [
        ("role.grant", "finance alone"),
        ("role.revoke", "finance"),
    ]


def test_nobody_grants_to_or_takes_from_themselves(office, admin, place):
    office.post(at("staff-grants", place, admin.pk), {"role": Role.CASHIER})
    own = Grant.objects.get(user=admin)
    office.post(at("staff-revocation", place, admin.pk, own.pk))
    office.post(at("staff-deactivation", place, admin.pk))
    assert list(Grant.objects.filter(user=admin, revoked_at=None)) == [own]
    assert is_signed_in(office)


def test_leaving_closes_everything(office, place):
    user = make_staff(community=place, role=Role.CLERK)
    client = sign_in(browser(), user)
    office.post(at("staff-deactivation", place, user.pk))
    assert not is_signed_in(client)
    assert not Grant.objects.filter(user=user, revoked_at=None).exists()
    assert "已停用" in office.get(at("staff-member", place, user.pk)).content.decode()


def test_an_administrator_of_one_community_opens_no_door_to_another(office, place):
    user = make_staff(community=place, role=Role.CLERK)
    elsewhere = make_community()
    grant = Grant.objects.create(
        user=user, community=elsewhere, role=Role.DIRECTOR, granted_at=timezone.now()
    )
    before = User.objects.get(pk=user.pk).password
    for name in ("staff-password-reset", "staff-second-factor-reset", "staff-deactivation"):
        office.post(at(name, place, user.pk))
    user.refresh_from_db()
    assert user.password == before
    assert user.is_active
    missing = office.post(at("staff-revocation", place, user.pk, grant.pk))
    assert missing.status_code == 404, "another community's grant is not even confirmed to exist"
    actions.revoke_role(grant=grant, community=elsewhere, by=None, at=timezone.now())
    office.post(at("staff-deactivation", place, user.pk))
    user.refresh_from_db()
    assert not user.is_active, "the control: nothing holds them elsewhere any more"


def test_a_stranger_is_not_there(office, place):
    stranger = make_staff(community=make_community(), role=Role.CLERK)
    assert office.get(at("staff-member", place, stranger.pk)).status_code == 404
    assert office.post(at("staff-password-reset", place, stranger.pk)).status_code == 404


def test_a_lost_phone_is_forgotten(office, place):
    user = make_staff(community=place, role=Role.CASHIER)
    enrol(user)
    office.post(at("staff-second-factor-reset", place, user.pk))
    assert not user.has_second_factor
    assert not user.recovery_codes.exists()


def test_a_clerk_manages_nobody(place):
    clerk = sign_in(browser(), make_staff(community=place, role=Role.CLERK))
    assert clerk.get(at("staff", place)).status_code == 403
    assert clerk.get(at("staff", make_community())).status_code == 404


def test_granting_twice_is_granting_once(place):
    user, now = make_staff(), timezone.now()
    first = actions.grant_role(user=user, community=place, role=Role.CLERK, by=None, at=now)
    epoch = User.objects.get(pk=user.pk).session_epoch
    again = actions.grant_role(user=user, community=place, role=Role.CLERK, by=None, at=now)
    assert first == again
    assert User.objects.get(pk=user.pk).session_epoch == epoch


def test_a_secret_past_its_day_opens_nothing(place):
    issued = actions.create_user(
        community=place,
        staff_no="Z9",
        name="迟到",
        by=None,
        at=timezone.now() - actions.SECRET_LIFE,
    )
    assert type_password(browser(), issued.user, issued.secret).status_code == 422


def test_creating_twice_is_refused(place):
    words = {"community": place, "staff_no": "z8", "name": "甲", "by": None, "at": timezone.now()}
    actions.create_user(**words)
    with pytest.raises(Refused):
        actions.create_user(**{**words, "staff_no": " Z8 "})


@pytest.mark.django_db(transaction=True)
def test_the_log_cannot_be_changed_or_emptied(app_login):
    user = make_staff()
    actions.set_password(user=user, password="x", at=timezone.now())
    for attack in (
        "UPDATE accounts_accountevent SET detail = ''",
        "DELETE FROM accounts_accountevent",
        "TRUNCATE accounts_accountevent",
        "ALTER TABLE accounts_accountevent DISABLE TRIGGER ALL",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner|append-only"):
            app_login.execute(attack)
    assert AccountEvent.objects.filter(user=user).exists()
