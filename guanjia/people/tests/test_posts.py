"""A post held is a role granted; leaving it, or the company, takes the role and ends open sessions."""

from datetime import date

import pytest

from guanjia.accounts.models import Grant
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_community, make_user
from guanjia.core.refusal import Refused
from guanjia.people import actions
from guanjia.people.patches import team_of
from guanjia.people.states import DepartmentKind, Trade
from guanjia.people.tests.factories import make_department, make_patch, make_post, make_staff
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def community():
    return make_community()


@pytest.fixture
def by(community):
    return {"by": make_user(community=community), "at": MORNING}


@pytest.fixture
def staff(community):
    return make_staff(community=community, user=make_user())


def post(community, role):
    return make_post(department=make_department(community=community), role=role)


def roles(staff):
    rows = Grant.objects.filter(community=staff.community, user=staff.user, revoked_at=None)
    return set(rows.values_list("role", flat=True))


def epoch(staff):
    staff.user.refresh_from_db()
    return staff.user.session_epoch


def test_a_post_brings_its_role_and_ends_older_sessions(community, staff, by):
    before = epoch(staff)
    appointment = actions.assign_post(staff=staff, post=post(community, Role.CLERK), **by)
    assert appointment.begins_on == TODAY
    assert roles(staff) == {Role.CLERK}
    assert epoch(staff) > before
    entries = JournalEntry.objects.filter(community=community, action="post.assign")
    assert entries.values_list("after__role", flat=True).get() == Role.CLERK


def test_a_role_stays_while_another_post_carries_it(community, staff, by):
    first, second = (
        actions.assign_post(staff=staff, post=post(community, Role.CASHIER), **by) for _ in range(2)
    )
    actions.end_appointment(appointment=first, **by)
    assert roles(staff) == {Role.CASHIER}
    before = epoch(staff)
    actions.end_appointment(appointment=second, **by)
    assert roles(staff) == set()
    assert epoch(staff) > before
    with pytest.raises(Refused, match="已经结束"):
        actions.end_appointment(appointment=second, **by)


def test_ending_one_post_leaves_roles_that_came_otherwise(community, staff, by):
    Grant.objects.create(
        community=community, user=staff.user, role=Role.AUDITOR, granted_at=MORNING
    )
    appointment = actions.assign_post(staff=staff, post=post(community, Role.CLERK), **by)
    actions.end_appointment(appointment=appointment, **by)
    assert roles(staff) == {Role.AUDITOR}


def test_who_leaves_loses_posts_patches_and_every_role_here_and_none_elsewhere(
    community, staff, by
):
    elsewhere = make_community()
    for place in (community, elsewhere):
        Grant.objects.create(
            community=place, user=staff.user, role=Role.AUDITOR, granted_at=MORNING
        )
    actions.assign_post(staff=staff, post=post(community, Role.CLERK), **by)
    patch = make_patch(community=community)
    actions.assign_manager(patch=patch, staff=staff, on=date(2026, 1, 1), **by)
    actions.join_team(patch=patch, staff=staff, trade=Trade.GUARD, on=date(2026, 12, 1), **by)
    actions.leave(staff=staff, **by)
    assert roles(staff) == set()
    assert Grant.objects.filter(community=elsewhere, user=staff.user, revoked_at=None).exists()
    assert team_of(patch, TODAY).manager == staff  # the last day still counts
    later = team_of(patch, date(2026, 12, 2))
    assert (later.manager, later.members) == (None, {})
    for again in (
        lambda: actions.leave(staff=staff, **by),
        lambda: actions.assign_post(staff=staff, post=post(community, Role.CLERK), **by),
        lambda: actions.assign_manager(patch=patch, staff=staff, on=date(2026, 12, 1), **by),
    ):
        staff.refresh_from_db()
        with pytest.raises(Refused, match="已离职"):
            again()


def test_staff_who_do_not_sign_in_hold_posts_without_grants(community, by):
    cleaner = make_staff(community=community)
    appointment = actions.assign_post(staff=cleaner, post=post(community, Role.GUARD), **by)
    actions.end_appointment(appointment=appointment, **by)
    actions.leave(staff=cleaner, **by)
    assert not Grant.objects.filter(community=community).exists()


def test_a_post_is_not_given_twice(community, staff, by):
    desk = post(community, Role.CLERK)
    actions.assign_post(staff=staff, post=desk, **by)
    with pytest.raises(Refused, match="已在"):
        actions.assign_post(staff=staff, post=desk, **by)


def test_departments_posts_and_staff_numbers_are_told_apart(community, by):
    department = actions.add_department(
        community=community, kind=DepartmentKind.SECURITY, name="安全管理部", **by
    )
    head = actions.hire(
        department=department,
        person=actions.Hire("A01", "陈队", TODAY, phone="139 0592 5520"),
        **by,
    )
    actions.name_head(department=department, head=head, **by)
    department.refresh_from_db()
    assert (department.head, head.phone) == (head, "13905925520")
    actions.add_post(department=department, name="班长", role=Role.GUARD, **by)
    entries = JournalEntry.objects.filter(community=community, action="staff.hire")
    assert entries.values_list("after__phone", flat=True).get() == "139****5520"
    for again in (
        lambda: actions.add_department(
            community=community, kind=DepartmentKind.SECURITY, name="安全管理部", **by
        ),
        lambda: actions.add_post(department=department, name="班长", role=Role.GUARD, **by),
        lambda: actions.hire(
            department=department, person=actions.Hire("A01", "李四", TODAY), **by
        ),
    ):
        with pytest.raises(Refused):
            again()
