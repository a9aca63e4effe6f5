"""An office that lost its second person gets one at the console, and everybody can see that it did."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from guanjia.accounts import actions
from guanjia.accounts.models import AccountEvent, Grant, Proposal
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import make_community, make_user
from guanjia.accounts.tests.people import client_of, make_staff
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_community()


def appoint(user, place, *, role="director", reason="原主任离职"):
    told = StringIO()
    call_command(
        "appoint_approver",
        user.staff_no,
        community=place.code,
        role=role,
        reason=reason,
        stdout=told,
    )
    return told.getvalue()


@pytest.fixture
def left_alone(place):
    """Return the administrator whose only director has left, and a colleague."""
    admin = make_staff(community=place, role=Role.ADMINISTRATOR)
    director = make_staff(community=place, role=Role.DIRECTOR)
    clerk = make_user(community=place, role=Role.CLERK)
    actions.deactivate_user(user=director, community=place, by=admin, at=timezone.now())
    return admin, clerk


def test_without_it_nothing_can_be_confirmed(place, left_alone):
    admin, clerk = left_alone
    asked = actions.grant_role(
        user=clerk, community=place, role=Role.DIRECTOR, by=admin, at=timezone.now()
    )
    assert isinstance(asked, Proposal)
    assert not Grant.objects.filter(user=clerk, role=Role.DIRECTOR).exists()


def test_the_appointed_one_confirms_and_the_logs_say_how_they_came_to_it(place, left_alone):
    admin, clerk = left_alone
    assert clerk.name in appoint(clerk, place)
    cashier = make_user(community=place)
    asked = actions.grant_role(
        user=cashier, community=place, role=Role.CASHIER, by=admin, at=timezone.now()
    )
    assert isinstance(asked, Proposal)
    actions.confirm(proposal=asked, community=place, by=clerk, at=timezone.now())
    assert Grant.objects.filter(user=cashier, role=Role.CASHIER, revoked_at=None).exists()

    event = AccountEvent.objects.get(user=clerk, kind=AccountEvent.Kind.ROLE_GRANTED)
    assert event.by is None
    assert "服务器上用命令指定" in event.told
    row = JournalEntry.objects.get(action="approver.appoint")
    assert (row.reason, (row.after or {})["user"]) == ("原主任离职", clerk.pk)
    page = client_of(admin).get(f"/{place.code}/staff/events/").content.decode()
    assert "服务器上用命令指定" in page


def test_their_sessions_end_so_that_the_second_factor_is_asked(place, left_alone):
    _, clerk = left_alone
    before = clerk.session_epoch
    appoint(clerk, place)
    clerk.refresh_from_db()
    assert clerk.session_epoch > before


def test_while_two_can_do_it_in_the_program_the_console_refuses(place):
    make_staff(community=place, role=Role.ADMINISTRATOR)
    make_staff(community=place, role=Role.DIRECTOR)
    clerk = make_user(community=place, role=Role.CLERK)
    with pytest.raises(CommandError, match="还有两个人"):
        appoint(clerk, place)
    assert not JournalEntry.objects.filter(action="approver.appoint").exists()


def test_two_directors_without_an_administrator_get_one(place):
    make_staff(community=place, role=Role.DIRECTOR)
    make_staff(community=place, role=Role.DIRECTOR)
    clerk = make_user(community=place, role=Role.CLERK)
    assert "系统管理员" in appoint(clerk, place, role="administrator")


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"reason": " "}, "原因"), ({"role": "cashier"}, "invalid choice|只能指定")],
)
def test_what_is_not_meant_for_it_is_refused(place, left_alone, changes, said):
    with pytest.raises(CommandError, match=said):
        appoint(left_alone[1], place, **changes)


def test_nobody_and_nowhere_are_named(place, left_alone):
    with pytest.raises(CommandError, match="没有工号"):
        call_command("appoint_approver", "X404", community=place.code, reason="x")
    with pytest.raises(CommandError, match="没有项目"):
        call_command("appoint_approver", left_alone[1].staff_no, community="404", reason="x")


def test_somebody_who_left_is_refused(place, left_alone):
    admin, clerk = left_alone
    actions.deactivate_user(user=clerk, community=place, by=admin, at=timezone.now())
    with pytest.raises(CommandError, match="只能指定在岗"):
        appoint(clerk, place)
