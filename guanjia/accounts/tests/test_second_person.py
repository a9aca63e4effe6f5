"""Money, power over accounts and the keys of those who hold them: never by one person alone."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from guanjia.accounts import actions
from guanjia.accounts.models import AccountEvent, Grant, Proposal, User
from guanjia.accounts.permissions import WEIGHTY, Permission, Role, permissions_of
from guanjia.accounts.tests.factories import make_community
from guanjia.accounts.tests.people import browser, client_of, enrol, make_staff, type_password
from guanjia.core.refusal import Refused

pytestmark = pytest.mark.django_db
LIGHT = sorted(set(Role) - WEIGHTY)


@pytest.fixture
def place():
    return make_community()


@pytest.fixture
def admin(place):
    return make_staff(community=place, role=Role.ADMINISTRATOR)


@pytest.fixture
def director(place):
    return make_staff(community=place, role=Role.DIRECTOR)


@pytest.fixture
def clerk(place):
    return make_staff(community=place, role=Role.CLERK)


def words(place, by):
    return {"community": place, "by": by, "at": timezone.now()}


def roles(user):
    return set(Grant.objects.filter(user=user, revoked_at=None).values_list("role", flat=True))


def url(name, place, *args):
    return reverse(f"accounts:{name}", args=[place.code, *args])


def ask_for(role, user, place, by):
    proposal = actions.grant_role(user=user, role=role, **words(place, by))
    assert isinstance(proposal, Proposal)
    return proposal


def test_money_and_power_over_accounts_have_weight():
    over_money = {Role.CASHIER, Role.SUPERVISOR, Role.FINANCE}
    assert over_money | {Role.ADMINISTRATOR, Role.DIRECTOR} == WEIGHTY


@pytest.mark.parametrize("role", sorted(WEIGHTY - {Role.DIRECTOR}))
def test_a_role_of_weight_waits_for_a_second_person(place, admin, director, clerk, role):
    proposal = ask_for(role, clerk, place, admin)
    assert roles(clerk) == {Role.CLERK}
    actions.confirm(proposal=proposal, **words(place, director))
    assert roles(clerk) == {Role.CLERK, role}
    kinds = AccountEvent.objects.filter(user=clerk).order_by("pk")
    assert list(kinds.values_list("kind", "by", "detail")) == [
        ("proposal.ask", admin.pk, f"grant {role}"),
        ("proposal.confirm", director.pk, f"grant {role}"),
        ("role.grant", director.pk, role),
    ]


@pytest.mark.parametrize("role", LIGHT)
@pytest.mark.usefixtures("director")
def test_the_control_other_roles_take_effect_at_once(place, admin, role):
    user = make_staff()
    actions.grant_role(user=user, role=role, **words(place, admin))
    assert roles(user) == {role}


@pytest.mark.usefixtures("director")
def test_neither_who_asked_nor_whom_it_is_about_confirms(place, admin):
    colleague = make_staff(community=place, role=Role.ADMINISTRATOR)
    proposal = ask_for(Role.CASHIER, colleague, place, admin)
    for nobody in (admin, colleague):
        with pytest.raises(Refused, match="第二人"):
            actions.confirm(proposal=proposal, **words(place, nobody))
        decision = {"confirmed_at": timezone.now(), "confirmed_by": nobody}
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(**decision)
    assert roles(colleague) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("half", ["confirmed_at", "confirmed_by", "refused_at", "refused_by"])
def test_a_decision_has_a_time_and_a_name(place, admin, director, clerk, half):
    proposal = ask_for(Role.CASHIER, clerk, place, admin)
    value = timezone.now() if half.endswith("_at") else director
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**{half: value})


def test_it_is_decided_once(place, admin, director, clerk):
    proposal = ask_for(Role.CASHIER, clerk, place, admin)
    assert ask_for(Role.CASHIER, clerk, place, admin) == proposal
    actions.refuse(proposal=proposal, **words(place, director))
    for decide in (actions.confirm, actions.refuse):
        with pytest.raises(Refused, match="已经办过"):
            decide(proposal=proposal, **words(place, director))
    assert roles(clerk) == {Role.CLERK}


def test_the_only_administrator_sets_the_house_up_alone_and_on_record(place, admin, clerk):
    actions.grant_role(user=clerk, role=Role.CASHIER, **words(place, admin))
    assert isinstance(actions.reset_password(user=clerk, **words(place, admin)), str)
    events = AccountEvent.objects.filter(user=clerk, detail__contains="alone")
    assert events.count() == 2


def test_taking_the_others_away_does_not_make_one_the_only_one(place, admin, director, clerk):
    actions.deactivate_user(user=director, **words(place, admin))
    ask_for(Role.CASHIER, clerk, place, admin)


@pytest.mark.usefixtures("director")
def test_a_second_account_of_ones_own_comes_to_nothing(place, admin):
    asked = [Role.ADMINISTRATOR, Role.CASHIER, Role.FINANCE, Role.DIRECTOR]
    issued = actions.create_user(staff_no="X1", name="分身", roles=asked, **words(place, admin))
    assert roles(issued.user) == set()
    page = client_of(admin).get(url("staff-member", place, issued.user.pk))
    assert page.content.decode().count("等第二人确认") == len(asked)


def test_a_cashiers_password_and_phone_are_reset_by_two(place, admin, director):
    cashier = make_staff(community=place, role=Role.CASHIER)
    enrol(cashier)
    client = client_of(admin)
    before = cashier.password
    for name in ("staff-password-reset", "staff-second-factor-reset"):
        page = client.post(url(name, place, cashier.pk))
        assert page["Location"] == url("staff-member", place, cashier.pk)
    cashier.refresh_from_db()
    assert cashier.password == before
    assert cashier.second_factors.count() == 1
    phone, password = Proposal.objects.order_by("kind")
    page = client_of(director).post(url("staff-confirmation", place, password.pk))
    [secret] = re.findall(r'<code class="secret">([^<]+)', page.content.decode())
    client_of(director).post(url("staff-confirmation", place, phone.pk))
    assert cashier.second_factors.count() == 0
    answer = type_password(browser(), cashier, secret)
    assert answer["Location"] == reverse("accounts:new-password")


@pytest.mark.usefixtures("director")
def test_a_reset_just_before_a_role_of_weight_waits_too(place, admin, clerk):
    ask_for(Role.CASHIER, clerk, place, admin)
    assert isinstance(actions.reset_password(user=clerk, **words(place, admin)), Proposal)


def test_whoever_confirms_a_reset_must_stand_wherever_the_person_works(place, admin, director):
    other = make_community()
    cashier = make_staff(community=place, role=Role.CASHIER)
    Grant.objects.create(
        community=other, user=admin, role=Role.ADMINISTRATOR, granted_at=timezone.now()
    )
    Grant.objects.create(community=other, user=cashier, role=Role.GUARD, granted_at=timezone.now())
    proposal = actions.reset_password(user=cashier, **words(place, admin))
    assert isinstance(proposal, Proposal)
    with pytest.raises(Refused, match="不管理的项目"):
        actions.confirm(proposal=proposal, **words(place, director))


def test_leaving_takes_back_what_was_asked(place, admin, director, clerk):
    proposal = ask_for(Role.CASHIER, clerk, place, admin)
    actions.deactivate_user(user=clerk, **words(place, admin))
    with pytest.raises(Refused, match="已经办过"):
        actions.confirm(proposal=proposal, **words(place, director))


def test_the_director_finds_what_waits_and_the_asker_cannot_press(place, admin, director, clerk):
    proposal = ask_for(Role.CASHIER, clerk, place, admin)
    confirmation = url("staff-confirmation", place, proposal.pk)
    page = url("staff-proposals", place)
    assert confirmation in client_of(director).get(page).content.decode()
    assert confirmation not in client_of(admin).get(page).content.decode()
    client_of(admin).post(confirmation)
    assert roles(clerk) == {Role.CLERK}
    client_of(admin).post(url("staff-refusal", place, proposal.pk))
    assert not Proposal.objects.filter(refused_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_is_kept(app_login, place, admin, director, clerk):
    assert director.is_active
    ask_for(Role.CASHIER, clerk, place, admin)
    with pytest.raises(Exception, match="permission denied"):
        app_login.execute("DELETE FROM accounts_proposal")


@pytest.mark.parametrize("role", Role)
def test_the_accounts_log_is_read_by_whoever_reads_the_journal(place, admin, director, role):
    stranger = make_staff(community=make_community(), role=Role.CLERK, name="外人")
    actions.set_password(user=stranger, password="x", at=timezone.now())
    issued = actions.create_user(
        staff_no="N1", name="新同事", phone="13800001234", roles=[Role.CLERK], **words(place, admin)
    )
    page = client_of(make_staff(community=place, role=role)).get(url("staff-events", place))
    if Permission.JOURNAL_READ not in permissions_of(frozenset({role})):
        assert page.status_code == 403
        return
    shown = page.content.decode()
    assert "新建账号" in shown
    assert "新同事" in shown
    assert "外人" not in shown
    assert User.objects.get(pk=issued.user.pk).phone not in shown
