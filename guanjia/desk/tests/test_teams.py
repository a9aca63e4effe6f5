"""Patches and departments on screen: both lines drawn, every hole named, the rights that posts carry guarded."""

from datetime import date

import pytest

from guanjia.accounts.models import Grant
from guanjia.accounts.permissions import Role
from guanjia.accounts.tests.factories import MORNING, make_user
from guanjia.desk.tests.office import signed_in, staff, statements
from guanjia.estate.tests.factories import make_building, make_unit
from guanjia.people import actions
from guanjia.people.models import (
    Appointment,
    Department,
    Patch,
    PatchBuilding,
    PatchManager,
    PatchMember,
    PatchUnit,
    Staff,
)
from guanjia.people.patches import patch_of
from guanjia.people.states import DepartmentKind, Trade
from guanjia.people.tests.factories import make_department, make_patch, make_post, make_staff
from guanjia.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
SPRING = date(2026, 4, 1)


@pytest.fixture
def supervisor(office):
    return staff(office, Role.SUPERVISOR)


@pytest.fixture
def patch(office):
    return make_patch(community=office.community, name="一区")


@pytest.fixture
def whole(office, patch):
    """The patch with a building, a manager and two of the three trades."""
    here = {"community": office.community}
    building = make_building(**here, name="3栋")
    office.unit.building = building
    office.unit.save()
    manager = make_staff(**here, name="林经理")
    PatchBuilding.objects.create(**here, patch=patch, building=building)
    PatchManager.objects.create(**here, patch=patch, staff=manager, begins_on=SPRING)
    security = make_department(**here, kind=DepartmentKind.SECURITY, name="安全管理部")
    security.head = make_staff(**here, department=security, name="马队长")
    security.save()
    guard = make_staff(**here, department=security, name="郭涛")
    PatchMember.objects.create(
        **here, patch=patch, staff=guard, trade=Trade.GUARD, begins_on=SPRING
    )
    cleaner = make_staff(**here, name="田姐")
    PatchMember.objects.create(
        **here, patch=patch, staff=cleaner, trade=Trade.CLEANER, begins_on=SPRING
    )
    return patch


def test_a_line_tells_manager_trades_buildings_and_units(office, supervisor, whole):
    (row,) = supervisor.get(office.url("teams")).context["rows"]
    assert row.team.manager.name == "林经理"
    assert [[person.name for person in people] for _, people in row.trades] == [
        ["郭涛"],
        [],
        ["田姐"],
    ]
    assert [str(place.building) for place in row.places] == ["3栋"]
    assert row.units == 1


def test_the_report_draws_both_lines_and_names_every_hole(office, supervisor, whole):
    lost = make_unit(community=office.community, number="9-1-101")
    make_patch(community=office.community, name="商业街")
    page = supervisor.get(office.url("team-gaps")).content.decode()
    assert "主管 马队长" in page  # the reporting line
    assert "林经理" in page  # the service line
    assert "缺设施设备维护员" in page
    assert "缺客户经理" in page
    assert office.page(lost) in page
    assert office.page() not in page


def test_a_guard_reads_the_report_without_links_to_households(office, whole):
    make_unit(community=office.community, number="9-1-101")
    page = staff(office, Role.GUARD).get(office.url("team-gaps")).content.decode()
    assert "9-1-101" in page
    assert "/units/9-1-101/" not in page


def test_the_pages_take_the_same_statements_for_any_number_of_patches(office, supervisor, whole):
    counts = []
    for _ in range(2):
        for route in ("teams", "team-gaps"):
            with statements() as made:
                supervisor.get(office.url(route))
            counts.append(len(made))
        for _ in range(3):
            more = make_patch(community=office.community)
            PatchUnit.objects.create(
                community=office.community,
                patch=more,
                unit=make_unit(community=office.community),
            )
    assert counts[:2] == counts[2:]
    assert max(counts) <= 18


def test_a_patch_is_drawn_step_by_step(office, supervisor):
    answer = supervisor.post(office.url("patch-new"), {"name": "二区"})
    patch = Patch.objects.get(community=office.community)
    assert answer.headers["Location"] == office.url("patch", patch.pk)
    assert supervisor.post(office.url("patch-new"), {"name": "二区"}).status_code == 422
    building = make_building(community=office.community, name="5栋")
    home = make_unit(community=office.community, building=building, entrance="2")
    place = {"building": building.pk, "entrance": "2"}
    assert supervisor.post(office.url("patch-places", patch.pk), place).status_code == 302
    assert patch_of(home) == patch
    rule = PatchBuilding.objects.get()
    assert supervisor.post(office.url("place-removal", rule.pk)).status_code == 302
    assert patch_of(home) is None
    typed = {"unit": f" {office.unit.number} "}
    assert supervisor.post(office.url("patch-exceptions", patch.pk), typed).status_code == 302
    assert patch_of(office.unit) == patch
    own = PatchUnit.objects.get()
    assert supervisor.post(office.url("exception-removal", own.pk)).status_code == 302
    assert patch_of(office.unit) is None
    typed = {"unit": "9-9-999"}
    answer = supervisor.post(office.url("patch-exceptions", patch.pk), typed)
    assert answer.status_code == 422
    assert "没有“9-9-999”这个房号" in answer.content.decode()


def test_people_come_and_go_by_period(office, supervisor, patch):
    first, second = (make_staff(community=office.community, name=n) for n in ("林经理", "许经理"))
    url = office.url("patch-managers", patch.pk)
    for person, day in ((first, "2026-01-01"), (second, "2026-12-01")):
        assert supervisor.post(url, {"staff": person.pk, "on": day}).status_code == 302
    again = supervisor.post(url, {"staff": first.pk, "on": "2026-12-01"})
    assert "已安排客户经理" in again.content.decode()
    url = office.url("patch-members", patch.pk)
    typed = {"staff": first.pk, "trade": "guard", "on": "2026-04-01"}
    assert supervisor.post(url, typed).status_code == 302
    assert "不需要重复加入" in supervisor.post(url, typed).content.decode()
    member = PatchMember.objects.get()
    end = office.url("patch-member-end", member.pk)
    assert supervisor.post(end, {"last_day": "2026-01-01"}).status_code == 422
    assert supervisor.post(end, {"last_day": "2026-11-22"}).status_code == 302
    page = supervisor.get(office.url("patch", patch.pk)).content.decode()
    assert "2026-04-01 至 2026-11-22" in page
    assert "缺秩序维护员" in page


def test_anothers_staff_building_and_patch_are_out_of_reach(office, supervisor, patch):
    building = make_building()
    stranger = make_staff(community=building.community)
    abroad = make_patch(community=building.community)
    url = office.url("patch-managers", patch.pk)
    assert supervisor.post(url, {"staff": stranger.pk, "on": "2026-12-01"}).status_code == 422
    url = office.url("patch-places", patch.pk)
    assert supervisor.post(url, {"building": building.pk}).status_code == 422
    assert supervisor.get(office.url("patch", abroad.pk)).status_code == 404
    assert supervisor.get(office.url("staff", stranger.pk)).status_code == 404


def test_a_department_gets_its_head(office, supervisor):
    typed = {"kind": "security", "name": "安全管理部"}
    assert supervisor.post(office.url("department-new"), typed).status_code == 302
    department = Department.objects.get(community=office.community)
    person = make_staff(community=office.community, department=department, name="马队长")
    url = office.url("department-head", department.pk)
    assert supervisor.post(url, {"head": person.pk}).status_code == 302
    page = supervisor.get(office.url("departments")).content.decode()
    assert "主管 马队长" in page


def test_posts_carry_rights_and_are_an_administrators(office, supervisor):
    admin = staff(office, Role.ADMINISTRATOR)
    department = make_department(community=office.community)
    post = {"department": department.pk, "name": "收银员", "role": "cashier"}
    assert supervisor.post(office.url("post-new"), post).status_code == 403
    assert admin.post(office.url("post-new"), post).status_code == 302
    user = make_user(community=office.community, role=Role.TRAINEE, name="陈晓雯")
    hire = {
        "department": department.pk,
        "staff_no": "G001",
        "name": "陈晓雯",
        "joined_on": "2026-11-01",
        "user": user.pk,
    }
    assert supervisor.post(office.url("staff-new"), hire).status_code == 403
    assert admin.post(office.url("staff-new"), {**hire, "phone": "138"}).status_code == 422
    assert admin.post(office.url("staff-new"), hire).status_code == 302
    person = Staff.objects.get(community=office.community, staff_no="G001")
    url = office.url("staff-appointments", person.pk)
    given = {"post": person.department.posts.get().pk}
    assert supervisor.post(url, given).status_code == 403
    assert admin.post(url, given).status_code == 302
    held = Grant.objects.filter(user=user, revoked_at=None)
    assert {grant.role for grant in held} == {"trainee", "cashier"}
    assert "不需要重复任命" in admin.post(url, given).content.decode()
    appointment = Appointment.objects.get()
    assert admin.post(office.url("appointment-end", appointment.pk)).status_code == 302
    assert [grant.role for grant in held.all()] == ["trainee"]
    leaving = office.url("staff-leaving", person.pk)
    assert supervisor.post(leaving, {"reason": "辞职"}).status_code == 403
    assert admin.post(leaving, {"reason": "辞职"}).status_code == 302
    assert not held.all().exists()
    assert "2026-11-23 离职" in admin.get(office.url("staff", person.pk)).content.decode()
    assert "不需要再办理" in admin.post(leaving, follow=True).content.decode()


def test_nobody_appoints_themselves(office):
    administrator = make_user(community=office.community, role=Role.ADMINISTRATOR)
    department = make_department(community=office.community)
    person = make_staff(community=office.community, department=department, user=administrator)
    post = make_post(department=department, role=Role.CASHIER)
    url = office.url("staff-appointments", person.pk)
    answer = signed_in(administrator).post(url, {"post": post.pk})
    assert answer.status_code == 422
    assert "不能给自己授权" in answer.content.decode()
    assert not Appointment.objects.exists()


def test_who_reads_teams_does_not_write_them(office, patch):
    auditor = staff(office, Role.AUDITOR)
    page = auditor.get(office.url("patch", patch.pk)).content.decode()
    assert "加入团队" not in page
    assert auditor.post(office.url("patch-members", patch.pk)).status_code == 403
    assert auditor.post(office.url("patch-new"), {"name": "三区"}).status_code == 403
    trainee = staff(office, Role.TRAINEE)
    assert trainee.get(office.url("teams")).status_code == 403


def test_an_uncovered_patch_is_journalled(office, whole):
    rule = PatchBuilding.objects.select_related("patch__community").get()
    actions.uncover_building(rule=rule, by=make_user(), at=MORNING)
    entry = JournalEntry.objects.get(community=office.community, action="patch.uncover")
    assert entry.before is not None
    assert entry.before["entrance"] == ""
