"""The staff matrix: departments and posts, patches with a manager and a team."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from guanjia.accounts.access import proposals_in
from guanjia.accounts.actions import confirm
from guanjia.accounts.permissions import Role
from guanjia.demo.names import People
from guanjia.demo.office import ADMINISTRATOR, DIRECTOR, Act, Office
from guanjia.estate.models import Building, Unit
from guanjia.people.actions import (
    Hire,
    add_department,
    add_patch,
    add_post,
    assign_manager,
    assign_post,
    cover_building,
    cover_unit,
    hire,
    join_team,
    name_head,
)
from guanjia.people.models import Department, Staff
from guanjia.people.states import DepartmentKind, Trade

_K = DepartmentKind
CLERK = "W005"
MANAGER = "W006"  # the customer manager who signs in
_DEPARTMENTS = {
    _K.MANAGEMENT: "管理中心",
    _K.CUSTOMER_SERVICE: "客户服务部",
    _K.SECURITY: "安全管理部",
    _K.ENVIRONMENT: "环境维护部",
    _K.FACILITIES: "设施设备维护部",
    _K.FINANCE: "财务部",
}
# Who signs in: one person a role, and a second cashier for the second desk.
_SIGNING_IN = (
    (DIRECTOR, "郑国栋", _K.MANAGEMENT, "管理中心主任", Role.DIRECTOR),
    ("W002", "罗敏", _K.CUSTOMER_SERVICE, "客服主管", Role.SUPERVISOR),
    ("W003", "陈晓雯", _K.CUSTOMER_SERVICE, "前台收银", Role.CASHIER),
    ("W004", "何佳", _K.CUSTOMER_SERVICE, "前台收银", Role.CASHIER),
    (CLERK, "许婷", _K.CUSTOMER_SERVICE, "前台客服", Role.CLERK),
    ("W006", "林志强", _K.CUSTOMER_SERVICE, "客户经理", Role.CUSTOMER_MANAGER),
    ("W007", "马勇", _K.SECURITY, "秩序维护员", Role.GUARD),
    ("W008", "沈静", _K.FINANCE, "财务会计", Role.FINANCE),
    ("W009", "顾平", _K.FINANCE, "内部审计", Role.AUDITOR),
    ("W010", "方圆", _K.CUSTOMER_SERVICE, "新员工", Role.TRAINEE),
)
# The administrator is sent by the company: no post here.
NAMES = MappingProxyType(
    {ADMINISTRATOR: "丁宁", **{number: name for number, name, *_ in _SIGNING_IN}}
)
# The second patch has no technician, for the report of gaps to find.
_PATCHES = (("1 区", ("1栋",)), ("2 区", ("2栋",)), ("3 区", ("4栋", "5栋")), ("4 区", ("3栋",)))
_WITHOUT = ("2 区", Trade.TECHNICIAN)
_TRADES = {
    Trade.GUARD: _K.SECURITY,
    Trade.TECHNICIAN: _K.FACILITIES,
    Trade.CLEANER: _K.ENVIRONMENT,
}


class Matrix:
    """Fills the two lines of the office; staff numbers of those who do not sign in go on from W101."""

    def __init__(self, office: Office, people: People) -> None:
        self._office, self._people = office, people
        self._act = Act(by=office.users[ADMINISTRATOR], at=office.opening)
        self._day = office.opening.date()
        self._departments: dict[DepartmentKind, Department] = {}
        self._last_number = 100

    def fill_departments(self) -> None:
        """Add the departments with those who sign in; a post grants its role."""
        act = self._act
        for kind, name in _DEPARTMENTS.items():
            self._departments[kind] = add_department(
                community=self._office.community,
                kind=kind,
                name=name,
                parent=self._departments.get(_K.MANAGEMENT),
                **act,
            )
        posts = {}
        for number, name, kind, title, role in _SIGNING_IN:
            department = self._departments[kind]
            staff = self._hire(kind, name, number)
            if title not in posts:
                posts[title] = add_post(department=department, name=title, role=role, **act)
            assign_post(staff=staff, post=posts[title], **act)
            if department.head is None:
                name_head(department=department, head=staff, **act)
        for proposal in proposals_in(self._office.community):  # the second person
            confirm(
                proposal=proposal,
                community=self._office.community,
                by=self._office.users[DIRECTOR],
                at=self._office.opening,
            )

    def draw_patches(self, buildings: Mapping[str, Building], others: Iterable[Unit]) -> None:
        """Draw the patches; ``others``, units of no building and no household, go to the last."""
        act = Act(by=self._office.supervisor, at=self._office.opening)
        for name, blocks in _PATCHES:
            patch = add_patch(community=self._office.community, name=name, **act)
            for block in blocks:
                cover_building(patch=patch, building=buildings[block], **act)
            assign_manager(patch=patch, staff=self._manager(name), on=self._day, **act)
            for trade, kind in _TRADES.items():
                for _ in range(0 if (name, trade) == _WITHOUT else 2):
                    staff = self._hire(kind, self._people.name())
                    join_team(patch=patch, staff=staff, trade=trade, on=self._day, **act)
        for unit in others:
            cover_unit(patch=patch, unit=unit, **act)

    def _manager(self, patch: str) -> Staff:
        """Return the customer manager: the one who signs in has the last patch."""
        if patch != _PATCHES[-1][0]:
            return self._hire(_K.CUSTOMER_SERVICE, self._people.name())
        return Staff.objects.get(community=self._office.community, staff_no=MANAGER)

    def _hire(self, kind: DepartmentKind, name: str, number: str = "") -> Staff:
        if not number:
            self._last_number += 1
            number = f"W{self._last_number}"
        joined = self._day - timedelta(days=700)
        person = Hire(number, name, joined, self._people.phone(), self._office.users.get(number))
        return hire(department=self._departments[kind], person=person, **self._act)
